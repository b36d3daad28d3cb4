"""The export of trained models to formats that are used without twintune."""
