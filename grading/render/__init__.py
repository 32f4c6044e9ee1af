"""Renders pages: a renderer turns a scorecard and the answer key into text, and computes no score."""

from grading.render.feedback import to_feedback
from grading.render.grade_json import to_candidates_json, to_json
from grading.render.summary import to_summary

__all__ = ["to_candidates_json", "to_feedback", "to_json", "to_summary"]
