"""What a candidate gets, made for one level from marked sources."""
