"""Keras' own model and pipeline: their description, read from live objects."""
