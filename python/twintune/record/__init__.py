"""What a run has done and reached: progress reports, its record, its digests and its checkpoints."""
