"""What logits are worth: metrics of a model, and the statistics of many."""
