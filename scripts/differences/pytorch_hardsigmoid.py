"""PyTorch's hardsigmoid multiplies gradients by a sixth that was rounded to float32."""

import torch

at_zero = torch.zeros(1, dtype=torch.float64, requires_grad=True)
(gradient,) = torch.autograd.grad(torch.nn.functional.hardsigmoid(at_zero).sum(), at_zero)
slope = gradient.item()
print(f"slope {slope:.17f}, off by {abs(6 * slope - 1):.1e} of itself")
