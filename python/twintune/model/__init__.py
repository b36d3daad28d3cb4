"""What both engines build alike: weights, head, precision, and what a phase trains."""
