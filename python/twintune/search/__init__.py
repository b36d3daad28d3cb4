"""The search of a sweep by Optuna: it chooses the values of trials, ends those that fall behind, weighs parameters."""
