"""The data files of an assignment: manifest, rubrics, catalogue of mistakes, discussion, interview."""
