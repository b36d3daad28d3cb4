"""PyTorch, through timm and torchvision."""
