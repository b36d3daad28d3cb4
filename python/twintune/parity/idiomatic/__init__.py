"""The differences between the two libraries' own models and pipelines, each with its measured effect."""
