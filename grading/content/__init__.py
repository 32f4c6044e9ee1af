"""What an assignment says of itself: manifest, rubrics, catalogue of mistakes, discussion, interview."""
