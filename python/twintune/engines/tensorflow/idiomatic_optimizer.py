"""The optimisers of idiomatic mode: Keras' own."""

from __future__ import annotations

from typing import Any

import keras

from twintune.protocol import Adam, AdamW, Optimizer, Sgd


def build_idiomatic_optimizer(definition: Optimizer) -> keras.optimizers.Optimizer:
    """Builds Keras' own optimiser, with its own defaults for constants that the specification leaves open."""
    if isinstance(definition, Adam | AdamW):
        kind = keras.optimizers.AdamW if isinstance(definition, AdamW) else keras.optimizers.Adam
        own: dict[str, Any] = {} if definition.epsilon is None else {"epsilon": definition.epsilon}
        # Keras' "no decay" is None: 0 costs an update of every variable.
        own["weight_decay"] = definition.weight_decay or (0.0 if kind is keras.optimizers.AdamW else None)
        return kind(
            learning_rate=definition.learning_rate,
            beta_1=definition.beta1,
            beta_2=definition.beta2,
            **own,
        )
    assert isinstance(definition, Sgd), "the specification's rules refuse other optimisers"
    return keras.optimizers.SGD(
        learning_rate=definition.learning_rate,
        momentum=definition.momentum,
        nesterov=definition.nesterov,
        weight_decay=definition.weight_decay or None,
    )


def describe_idiomatic_optimizer(optimizer: keras.optimizers.Optimizer) -> str:
    """Describes the live optimiser in Keras' own words."""
    shown = ("beta_1", "beta_2", "epsilon", "momentum", "nesterov", "weight_decay")
    config = optimizer.get_config()
    values = ", ".join(f"{key} {config[key]}" for key in shown if config.get(key) is not None)
    return f"keras.optimizers.{type(optimizer).__name__}: {values}"
