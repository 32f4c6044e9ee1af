"""What a candidate gets, made for one level from templates."""
