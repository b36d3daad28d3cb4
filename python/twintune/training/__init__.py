"""The training of one framework with one seed: the loop, its phases, epochs and steps."""
