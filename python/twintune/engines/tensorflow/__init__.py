"""TensorFlow, through Keras and keras-hub."""
