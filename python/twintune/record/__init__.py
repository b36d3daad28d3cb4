"""The record of a run: progress reports, results so far, digests and checkpoints."""
