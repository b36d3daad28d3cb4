"""The parameters that a phase trains, each with its share of the learning rate and its weight decay.

They are decided once for both engines, by the tensors' canonical names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twintune.backbones import BackboneEntry
from twintune.model.phases import first_trainable_stage
from twintune.protocol import Phase

STATISTICS = (".running_mean", ".running_var")
"""The endings of the names of BatchNorm's running statistics."""


@dataclass(frozen=True)
class ParameterSettings:
    """The optimiser's settings for one tensor."""

    rate_scale: float
    """The factor on the learning rate; 1 for the head."""
    weight_decay: float


def parameter_settings(tensors: Mapping[str, int], phase: Phase, entry: BackboneEntry) -> dict[str, ParameterSettings]:
    """The settings of each tensor that a phase trains, the head's first.

    The head trains always, and of the backbone's stages those that the phase names. BatchNorm's scales and shifts
    follow the phase's policy, which holds for all of the backbone: under `inference` they train with their stage, under
    `adapt` none does, under `train` all do, those of frozen stages too (as fastai's `train_bn`).

    A backbone tensor's rate is the head's times `backbone_learning_rate_scale` times `layerwise_decay` to the power of
    its distance from the head in stages: 1 for the last stage. Weight decay passes over tensors of one dimension
    (BatchNorm's scales and shifts, biases), as timm's does, unless `decay_norm_and_bias` is set.

    Args:
        tensors: The number of dimensions of every tensor of the model, buffers too, by canonical name.
        phase: The phase, which gives what trains, the policy and the optimiser.
        entry: The backbone's entry, which gives the stages.
    """
    first = first_trainable_stage(phase.trainable, entry)
    norms = {name.removesuffix(STATISTICS[0]) for name in tensors if name.endswith(STATISTICS[0])}
    optimizer = phase.optimizer

    def trains(name: str) -> bool:
        if name.endswith(STATISTICS):
            return False
        if name.rpartition(".")[0] in norms and phase.batch_norm != "inference":
            return phase.batch_norm == "train"
        return entry.stage_of(name) >= first

    def settings(name: str) -> ParameterSettings:
        scale = 1.0
        if not name.startswith("head."):
            distance = len(entry.stages) - entry.stage_of(name)
            scale = phase.backbone_learning_rate_scale * phase.layerwise_decay**distance
        decays = tensors[name] > 1 or optimizer.decay_norm_and_bias
        return ParameterSettings(scale, optimizer.weight_decay if decays else 0.0)

    head = [name for name in tensors if name.startswith("head.")]
    backbone = [name for name in tensors if not name.startswith("head.") and trains(name)]
    return {name: settings(name) for name in (*head, *backbone)}


@dataclass(frozen=True)
class LiveSettings:
    """The settings of one tensor as a live optimiser had them in its last step."""

    rule: str
    """The update rule and its constants, in words."""
    rate: float
    """The learning rate, any scale included."""
    weight_decay: float
    elements: int
    """The number of the tensor's elements."""


def describe_optimizer_settings(tensors: Sequence[LiveSettings]) -> str:
    """Describes, in one line, a live optimiser's update rule and the groups of tensors that it treats alike.

    A tensor's learning rate is told relative to the first one's; a rule that only some tensors have stands before their
    groups.

    Args:
        tensors: The settings of each tensor, the head's first.
    """
    groups: dict[str, dict[tuple[str, float, float], list[int]]] = {}
    for tensor in tensors:
        rate, scale = _relative(tensor.rate, tensors[0].rate)
        of_rule = groups.setdefault(tensor.rule, {})
        of_rule.setdefault((rate, scale, tensor.weight_decay), []).append(tensor.elements)
    return "; also ".join(f"{rule}: {_describe_groups(of_rule)}" for rule, of_rule in groups.items())


def _relative(rate: float, head_rate: float) -> tuple[str, float]:
    """A rate relative to the head's in words and as a number, or the rate itself if the head's is zero."""
    if head_rate == 0:
        return "rate", rate
    # The quotient's last bits depend on the rate that the schedule has ended at, and could turn its sixth digit.
    return "rate x", float(f"{rate / head_rate:.12g}")


def _describe_groups(groups: Mapping[tuple[str, float, float], list[int]]) -> str:
    return "; ".join(
        f"{len(elements)} tensors, {sum(elements)} parameters at {rate} {scale:.6g}, decay {weight_decay:.6g}"
        for (rate, scale, weight_decay), elements in sorted(groups.items(), reverse=True)
    )
