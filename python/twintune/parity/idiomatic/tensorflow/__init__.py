"""What Keras' own model and pipeline are, read from live objects."""
