"""Data: the sources of images, their splits, and their way into batches."""
