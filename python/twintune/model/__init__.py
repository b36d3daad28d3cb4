"""The parts of a model that both engines build alike: weights, head, precision, and what a phase trains."""
