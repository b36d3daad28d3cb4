"""The dtypes of a live model, read back from its variables and layers."""

from __future__ import annotations

import keras

from twintune.engines.tensorflow.model import AlignedModel


def live_dtypes(model: AlignedModel) -> dict[str, set[str]]:
    """The dtypes of the model's parts: of kept `parameters` and `statistics`, of computed `convolutions` and `head`."""
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    convolutions = [layer for layer in model.backbone._flatten_layers() if isinstance(layer, kinds)]
    # The projection after pooling is computed as the head is.
    head = [*([model.projection] if model.projection else []), *model.layers]
    statistics = [v for name, v in model.variables.items() if name.endswith(("running_mean", "running_var"))]
    kept = {id(variable) for variable in statistics}
    return {
        "parameters": {variable.dtype for variable in model.all_variables() if id(variable) not in kept},
        "statistics": {variable.dtype for variable in statistics},
        "convolutions": {layer.compute_dtype for layer in convolutions},
        "head": {layer.compute_dtype for layer in head},
    }
