"""A training step of a whole ResNet-50, written by hand: the same file and function names in both frameworks."""
