"""What torchvision's own model and pipeline are, and what each difference from Keras' comes to."""
