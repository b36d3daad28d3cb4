"""Runs saved-model in TensorFlow."""

import tensorflow as tf
from batches import FOLDER, PREPROCESSING, run_batches

model = tf.saved_model.load(str(FOLDER / "saved-model"))
output = PREPROCESSING["output"]["name"]
run_batches(lambda pixels: model.serve(pixels)[output].numpy(), f"tensorflow {tf.__version__}")
