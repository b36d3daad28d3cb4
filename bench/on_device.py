"""One framework on one device: loader, features, steps in each precision, memory, hashing, copying, and what overlaps.

    .venv-pytorch/bin/python -m bench.on_device --framework pytorch --device gpu # a minute or two on a GPU

`make gpu` runs it for its page. Unlike the other benchmarks it compares with nothing, and prints a JSON line for each
figure, since a GPU's machine is another one each time. Each figure is of a ResNet-50 whose weights are random, on
generated JPEG files, and the median of three rounds. "Alone" is the time of one part when nothing else happens. The
time that a part adds to a step is seen by doing both in turn, and waiting for the device after many of them alone: less
than the part alone takes where the two overlap. It says nothing where rounds of the same step differ by more.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from bench.experiment import FRAMEWORKS, Framework, make_specification
from bench.images import BACKBONE, CLASSES, HEIGHT, WIDTH, Material, prepare_material
from bench.pairs import elapsed, fresh_folder, in_fresh_process
from bench.requests import make_request

if TYPE_CHECKING:
    from twintune.training.context import RunContext

PRECISIONS = ("float32", "TF32", "bfloat16", "float16")
"""The arithmetic of the steps that are measured; TF32 and float16 need a GPU."""
ROUNDS = 3
"""The number of rounds of each measurement, whose median is told."""
WARM_UP = 3
"""The number of steps that trace, choose kernels and allocate memory, and aren't counted."""


def main() -> None:
    """Measures the framework and the device that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", choices=FRAMEWORKS, required=True)
    parser.add_argument("--device", choices=("cpu", "gpu"), default="gpu")
    parser.add_argument("--images", type=int, default=512, help="in all, a sixteenth of them for the test (512)")
    parser.add_argument("--size", type=int, default=224, help="height and width in pixels (224)")
    parser.add_argument("--batch", type=int, default=32, help="images in a batch (32)")
    parser.add_argument("--steps", type=int, default=10, help="steps in each of three rounds of a measurement (10)")
    parser.add_argument("--backbone", default=BACKBONE, help=f"a backbone of aligned mode ({BACKBONE})")
    options = parser.parse_args()
    material = prepare_material(options.images)
    # A process for each, so that no memory and no kernel is left of the one before.
    for precision in PRECISIONS:
        if options.device == "gpu" or precision in ("float32", "bfloat16"):
            in_fresh_process(measure_step, precision, material, options)
    in_fresh_process(measure_input, material, options)


def measure_step(precision: str, material: Material, options: argparse.Namespace) -> None:
    """Prints the time of a training step of the whole network and its memory in one arithmetic."""
    with fresh_folder() as folder:
        run = prepare_run(material, options, precision, Path(folder))
        set_tf32(options.framework, precision == "TF32")
        train = step_function(run, pixels_of(options), options)
        repeat(train, WARM_UP)
        run.engine.device.synchronize()
        run.engine.device.start_memory_peak()
        ((seconds, spread),) = timed([train], options.steps, run)
        peak, method = run.engine.device.memory_peak()
        group = f"Training step of all of {options.backbone}, {options.batch} images of {options.size} px"
        note = f"{run.engine.precision()}, on {run.engine.placement()}; rounds differ by {1000 * spread:.2f} ms"
        tell(group, f"{precision}: step", 1000 * seconds, "ms", note)
        pace = "images of a batch by the time of a step, which copies its batch to the device"
        tell(group, f"{precision}: pace", options.batch / seconds, "images/s", pace)
        tell(group, f"{precision}: peak memory", peak / 2**20, "MiB", method)


def measure_input(material: Material, options: argparse.Namespace) -> None:
    """Prints what feeds the steps: the loader, features, hashing and copying, alone and beside the steps."""
    from twintune.backbones import find_backbone
    from twintune.digests import ChainedDigest
    from twintune.engines.engine import FEWEST_IMAGES_TO_PREPARE

    with fresh_folder() as folder:
        run = prepare_run(material, options, "float32", Path(folder))
        pixels, digest = pixels_of(options), ChainedDigest()
        train, copy = step_function(run, pixels, options), copy_function(options.framework, run.engine.device)
        repeat(train, WARM_UP)
        parts = {"hashing": lambda: digest.add(pixels), "copying": lambda: copy(pixels)}
        repeat(parts["copying"], WARM_UP)
        for name, part in parts.items():
            group = f"{name.capitalize()} a batch beside a step in float32"
            (alone, _), (step, spread), (both, _) = timed([part, train, in_turn(part, train)], options.steps, run)
            note = f"its own copy of the batch included; rounds differ by {1000 * spread:.2f} ms"
            tell(group, "a step alone", 1000 * step, "ms", note)
            tell(group, f"{name} alone", 1000 * alone, "ms", f"a batch of {pixels.nbytes / 2**20:.2f} MiB")
            overlap = describe_overlap(alone, both - step, spread)
            tell(group, f"time that {name} adds to a step", 1000 * (both - step), "ms", overlap)

        loader = time_batches(run, ROUNDS * options.steps, lambda batch: None)
        fed = time_batches(run, ROUNDS * options.steps, lambda batch: in_turn(parts["hashing"], train)())
        group = "Feeding the device"
        jpeg = f"decodes and resizes JPEG files of {WIDTH}×{HEIGHT}; {step / loader:.2f} times as fast as the step"
        tell(group, "loader alone", options.batch / loader, "images/s", jpeg)
        tell(group, "step alone", options.batch / step, "images/s", "in float32, as above")
        epoch = f"as the first epoch on pixels has them; {step / fed:.0%} of the step alone"
        tell(group, "loader, hashing and step", options.batch / fed, "images/s", epoch)

        stages = len(find_backbone(run.request.model.backbone).stages)
        prefix: Any = run.engine
        # For fewer images a run wouldn't prepare the pass.
        extract = prefix.prefix(stages, FEWEST_IMAGES_TO_PREPARE)
        repeat(lambda: extract(pixels), WARM_UP)
        ((features, _),) = timed([lambda: extract(pixels)], options.steps, run)
        note = f"the backbone alone in float32, prepared as `{extract.variant}`, from NumPy and back to it"
        tell(group, "features of pixels in memory", options.batch / features, "images/s", note)


def prepare_run(material: Material, options: argparse.Namespace, precision: str, folder: Path) -> RunContext:
    """Prepares a run as twintune does, whose first phase has begun.

    Args:
        material: The images and weights.
        options: The command line's options.
        precision: One of `PRECISIONS`.
        folder: The folder for the run's folder and its cache.
    """
    from twintune.engines import import_framework
    from twintune.record.reporter import Reporter
    from twintune.record.run_record import RunRecord
    from twintune.training.preparation import prepare

    import_framework(options.framework)
    specification = make_specification(material, options.size, options.batch, trainable="all")
    specification["device"] = options.device
    if options.backbone != BACKBONE:
        specification["model"] |= {"backbone": options.backbone, "weights": "random"}
    specification["training"]["precision"] = "float32" if precision == "TF32" else precision
    request = make_request(specification, options.framework, folder)
    Path(request.run_directory).mkdir(parents=True, exist_ok=True)
    run = prepare(request, Reporter(lambda report: None), RunRecord(request))
    run.engine.start_phase(request.training.phases[0], first_stage=0)
    return run


def step_function(run: RunContext, pixels: np.ndarray, options: argparse.Namespace) -> Callable[[], object]:
    """Makes a function that begins a training step on a batch, whose outcome stays on the device."""
    from twintune.data.targets import TargetEncoder, one_hot
    from twintune.engines.engine import StepInputs

    (phase,) = run.request.training.phases
    labels = np.random.default_rng(0).integers(0, CLASSES, options.batch)
    targets = TargetEncoder(labels, CLASSES, run.request.training).encode(one_hot(labels, CLASSES))
    step = StepInputs(
        inputs=pixels, targets=targets, masks=(), learning_rate=phase.optimizer.learning_rate, divisor=targets.weight
    )
    return lambda: run.engine.train_step(step)


def copy_function(framework: Framework, device: Any) -> Callable[[np.ndarray], object]:
    """Makes a function that puts an array on the device as the framework's engine does."""
    if framework == "pytorch":
        return device.put
    import tensorflow as tf

    def copy(array: np.ndarray) -> object:
        with tf.device(device.native):
            return tf.constant(array)

    return copy


def set_tf32(framework: Framework, is_on: bool) -> None:
    """Switches TensorFloat-32 by the framework's own functions; the engine has switched it off before."""
    if framework == "pytorch":
        import torch

        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = is_on
    else:
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(is_on)


def pixels_of(options: argparse.Namespace) -> np.ndarray:
    """A batch of random pixels in float32, shape [batch, size, size, 3]."""
    shape = (options.batch, options.size, options.size, 3)
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def in_turn(*works: Callable[[], object]) -> Callable[[], None]:
    """Makes a function that calls several, one after the other."""

    def call_all() -> None:
        for work in works:
            work()

    return call_all


def repeat(work: Callable[[], object], times: int) -> None:
    """Calls a function again and again."""
    for _ in range(times):
        work()


class Timing(NamedTuple):
    """The time of one call of a function."""

    seconds: float
    """Median over the rounds."""
    spread: float
    """Seconds between the shortest round and the longest."""


def timed(works: Sequence[Callable[[], object]], times: int, run: RunContext) -> list[Timing]:
    """The time of one call of each function.

    A round calls each function `times` times in a row, and waits for the device at their end alone; all functions are
    measured in each round, so that what drifts on a machine drifts for all.
    """
    rounds = [[_seconds(work, times, run) for work in works] for _ in range(ROUNDS)]
    return [Timing(statistics.median(seconds), max(seconds) - min(seconds)) for seconds in zip(*rounds, strict=True)]


def _seconds(work: Callable[[], object], times: int, run: RunContext) -> float:
    run.engine.device.synchronize()
    return elapsed(in_turn(lambda: repeat(work, times), run.engine.device.synchronize)) / times


def time_batches(run: RunContext, count: int, use: Callable[[object], object]) -> float:
    """The seconds of one whole batch of the loader, of epoch after epoch, and of what is done with it."""

    def batches() -> Iterable[object]:
        for epoch in itertools.count():
            yield from run.engine.pipeline.training_batches(run.splits.train, epoch)

    endless = iter(batches())
    # The first batch waits for the loader's threads to begin.
    use(next(endless))
    run.engine.device.synchronize()
    start = time.perf_counter()
    for batch in itertools.islice(endless, count):
        use(batch)
    run.engine.device.synchronize()
    return (time.perf_counter() - start) / count


def describe_overlap(alone: float, added: float, spread: float) -> str:
    """Says how much of a part happens while the device computes.

    Args:
        alone: The seconds of the part alone.
        added: The seconds that a step takes longer with the part.
        spread: The seconds by which rounds of a step alone differ.
    """
    if alone < spread:
        return "says nothing, since steps alone differ by more than the part takes"
    if added < 0.2 * alone:
        return "hidden by the device's work"
    return "in part hidden by the device's work" if added < 0.8 * alone else "not hidden by the device's work"


def tell(group: str, figure: str, value: float, unit: Literal["ms", "images/s", "MiB", ""], note: str) -> None:
    """Prints a figure as a JSON line."""
    line = {"type": "measured", "group": group, "figure": figure, "value": value, "unit": unit, "note": note}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
