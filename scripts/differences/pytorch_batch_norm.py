"""PyTorch's batch_norm adds up a channel's values one after the other: alike, they are all rounded the same way."""

import torch

values = torch.full((16, 1, 64, 64), -2.1, dtype=torch.float64)
mean = torch.zeros(1, dtype=torch.float64)
torch.nn.functional.batch_norm(values, mean, torch.ones_like(mean), training=True, momentum=1.0)
print(f"mean {mean.item():.15f}, off by {abs(mean.item() / -2.1 - 1):.1e} of itself")
