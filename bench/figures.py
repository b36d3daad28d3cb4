"""The figures that the benchmarks measure: the one place of all ids, units and bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """The bar that a figure has to meet."""

    text: str
    is_met: Callable[[float, float], bool]
    """A function of our median and the reference's, which says whether the bar is met."""


@dataclass(frozen=True)
class Figure:
    """One figure: a line of the table."""

    id: str
    title: str
    """The name of our measurement, and of the reference."""
    unit: str
    """The unit of our measurement and of the reference: `s`, `ms`, `images/s` or `MB`."""
    bar: Bar | None
    """The bar; None if the figure only stands beside others."""
    is_speedup: bool = False
    """Whether the ratio is the reference over ours, "times faster"; else it is our median over the reference's."""

    def ratio(self, ours: float, reference: float) -> float:
        """The ratio of our median and the reference's, in the direction that the bar is about."""
        return reference / ours if self.is_speedup else ours / reference


def _faster(times: float) -> Bar:
    return Bar(f"at least {times:g}× faster", lambda ours, reference: reference / ours >= times)


def _at_most(share: float) -> Bar:
    return Bar(f"at most {share:g}×", lambda ours, reference: ours / reference <= share)


def _at_least(share: float) -> Bar:
    return Bar(f"at least {share:g}×", lambda ours, reference: ours / reference >= share)


def _at_most_more(amount: float, unit: str, share: float = 0.0) -> Bar:
    relative = f"{share:.0%} plus " if share else ""
    return Bar(
        f"at most {relative}{amount:g} {unit} more",
        lambda ours, reference: ours - reference <= share * reference + amount,
    )


def _seconds(most: float) -> Bar:
    return Bar(f"at most {most:g} s", lambda ours, _: ours <= most)


def _unit(name: str, title: str, bar: Bar | None, unit: str = "s") -> list[Figure]:
    """The cost of a further unit of a comparison, by the clock and in seconds of the processors."""
    return [
        Figure(f"further-{name}", title, unit, bar),
        Figure(f"further-{name}-cpu", f"{title}: processors' seconds", unit, None),
    ]


def _pair(figure: str, title: str, unit: str, pytorch: Bar | None, tensorflow: Bar | None, **fields) -> list[Figure]:
    """The same figure in both frameworks; `{}` in the title becomes the framework's name."""
    return [
        Figure(f"{figure}-pytorch", title.format("PyTorch"), unit, pytorch, **fields),
        Figure(f"{figure}-tensorflow", title.format("TensorFlow"), unit, tensorflow, **fields),
    ]


FIGURES: dict[str, Figure] = {
    figure.id: figure
    for figure in [
        *_pair(
            "frozen-1-epoch",
            "One epoch of the head, nothing cached, against the {} listing",
            "s",
            _at_most(0.6),
            _at_most(0.75),
        ),
        *_pair(
            "frozen-3-epochs",
            "Three epochs of the head, nothing cached, against the {} listing",
            "s",
            None,
            None,
            is_speedup=True,
        ),
        *_pair(
            "frozen-10-epochs",
            "Ten epochs of the head, nothing cached, against the {} listing",
            "s",
            _faster(18),
            _faster(13),
            is_speedup=True,
        ),
        *_pair(
            "second-spec",
            "Another head on the same images and backbone, against ten epochs of the {} listing",
            "s",
            _faster(60),
            _faster(60),
            is_speedup=True,
        ),
        Figure("sweep-10-heads", "A sweep of ten heads with nothing cached, against its first one", "s", _at_most(1.2)),
        Figure("further-head", "A further head of such a sweep, against the first one", "s", _seconds(1.2)),
        *_unit("seed", "A further seed on cached features, against the first one with nothing cached", None),
        *_unit("framework", "TensorFlow beside PyTorch, both with nothing cached, against PyTorch alone", None),
        *_unit("image", "A further image, nothing cached, against the run's mean of its first half", None, unit="ms"),
        *_pair(
            "features-against-forward",
            "Features from JPEG files, against {}'s forward pass over pixels in memory, at its own best",
            "images/s",
            _at_least(0.9),
            _at_least(0.9),
        ),
        Figure(
            "full-step-pytorch",
            "A training step of all weights, against a step written by hand in eager PyTorch",
            "ms",
            _at_most(0.95),
        ),
        Figure(
            "full-step-tensorflow",
            "A training step of all weights, against a step of Keras' `fit`",
            "ms",
            _at_most(1.05),
        ),
        Figure(
            "orchestration",
            "A stand-in engine's steps of fixed time through the command, against the same Python alone",
            "s",
            _at_most_more(0.5, "s", share=0.01),
        ),
        Figure(
            "first-event",
            "The first run of a warm `compare`, against the slower framework's import alone",
            "s",
            _at_most_more(0.5, "s"),
        ),
        Figure("validate-cold", "`validate` of a YAML file, against `node -e 0`", "s", _at_most_more(0.1, "s")),
        Figure(
            "loader-memory",
            "Private memory over 100,000 images, against that over 10,000",
            "MB",
            _at_most_more(30, "MB"),
        ),
    ]
}
"""The figures by id, in the order of the table."""
