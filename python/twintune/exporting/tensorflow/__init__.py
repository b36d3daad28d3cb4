"""The export of TensorFlow's models."""
