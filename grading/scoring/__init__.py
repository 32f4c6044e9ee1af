"""From pytest's report and a review to the scorecard: pure functions and their records."""
