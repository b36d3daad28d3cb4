"""The parity ladder: what each engine computes is recorded on its own, and the recordings are judged."""
