"""The Python side of twintune: one training loop, one engine a framework."""
