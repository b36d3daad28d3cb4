"""TensorFlow adds up a channel's values one after the other: alike, they are all rounded the same way."""

import tensorflow as tf

values = tf.fill((16, 64, 64, 2), tf.constant(-2.1, tf.float64))
mean, _ = tf.nn.moments(values, (0, 1, 2))
print(f"mean {mean.numpy()[0]:.15f}, off by {abs(mean.numpy()[0] / -2.1 - 1):.1e} of itself")
