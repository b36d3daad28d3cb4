"""The export of PyTorch's models."""
