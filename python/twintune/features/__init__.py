"""What a frozen backbone makes of the images: computed once, kept for other runs, read back."""
