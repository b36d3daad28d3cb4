"""Runs model.keras in Keras on TensorFlow."""

import keras
import tensorflow as tf
from batches import FOLDER, run_batches

model = keras.saving.load_model(FOLDER / "model.keras")
assert isinstance(model, keras.Model)
run_batches(model.predict_on_batch, f"keras {keras.__version__} on tensorflow {tf.__version__}")
