"""TensorFlow's leaky_relu keeps its slope as a float32, whatever it computes in."""

import tensorflow as tf

minus_one = tf.constant([-1.0], tf.float64)
slope = -tf.nn.leaky_relu(minus_one, alpha=0.01).numpy().item()
print(f"slope {slope:.17f}, off by {abs(100 * slope - 1):.1e} of itself")
