"""The features of a frozen backbone: computed once, kept for other runs, read back."""
