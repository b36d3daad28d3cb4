"""The use of trained models: they are loaded from the folders of runs, and predict the classes of images."""
