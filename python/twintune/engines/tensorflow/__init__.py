"""The engines on TensorFlow, through Keras and keras-hub."""
