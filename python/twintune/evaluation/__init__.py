"""Evaluation of logits: the metrics of one model, and the statistics over many."""
