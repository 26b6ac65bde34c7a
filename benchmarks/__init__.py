"""`make bench`: what we promise, measured side by side with psql and our peers."""
