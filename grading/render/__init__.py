"""Pages made from a scorecard: each renderer is a function from scorecard and answer key to text, and computes no score."""

from grading.render.feedback import to_feedback
from grading.render.grade_json import to_json
from grading.render.summary import to_summary

__all__ = ["to_feedback", "to_json", "to_summary"]
