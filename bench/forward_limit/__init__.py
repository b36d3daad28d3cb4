"""ResNet-50's forward pass alone, as fast as each framework has it: the limit of what a frozen backbone can cost."""
