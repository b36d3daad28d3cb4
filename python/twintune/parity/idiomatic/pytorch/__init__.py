"""torchvision's own model and pipeline: their description, and the effect of each difference from Keras'."""
