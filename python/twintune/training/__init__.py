"""Training one framework with one seed: the loop, and what each phase, epoch and step is made of."""
