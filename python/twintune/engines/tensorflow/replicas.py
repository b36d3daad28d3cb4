"""The replicas of a model that train together, each on a device of this process, by MirroredStrategy."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import tensorflow as tf

from twintune.errors import TwintuneError
from twintune.protocol import ReplicaBatchNorm, RunRequest


class Replicas:
    """The replicas of a model, whose variables have a copy on each device; a run on one device has one of them.

    The copies stay equal because each replica updates its own by the same gradients, as DistributedDataParallel does.
    """

    def __init__(
        self, strategy: tf.distribute.MirroredStrategy | None = None, batch_norm: ReplicaBatchNorm = "local"
    ) -> None:
        """Takes the devices.

        Args:
            strategy: The strategy with the devices; None for a single device.
            batch_norm: The images whose moments BatchNorm takes in training mode.
        """
        self.count: int = 1 if strategy is None else strategy.num_replicas_in_sync
        self.batch_norm: ReplicaBatchNorm = batch_norm
        self._strategy: Any = strategy

    def scope(self) -> AbstractContextManager:
        """Gives variables that are made within a `with` block a copy for each replica."""
        return contextlib.nullcontext() if self._strategy is None else self._strategy.scope()

    def on_each(self, function: Callable) -> Callable:
        """Makes a function that runs on every replica, each with all arguments, and returns the first one's result."""
        if self._strategy is None:
            return function

        def together(*arguments: Any) -> Any:
            results = self._strategy.run(function, args=arguments)
            return tf.nest.map_structure(lambda each: self._strategy.experimental_local_results(each)[0], results)

        return together

    def share(self, batch: Any) -> Any:
        """The share of a batch that a replica takes, in the order of the batch; asked for within `on_each`.

        The first replicas have one image more where a batch can't be split evenly, as `sharing.share_bounds` has it.

        Args:
            batch: Tensors whose first axis is the images, in any nesting.
        """
        if self._strategy is None:
            return batch
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        images = tf.shape(tf.nest.flatten(batch)[0])[0]
        size, left = tf.math.floordiv(images, self.count), tf.math.floormod(images, self.count)
        begin, end = (each * size + tf.minimum(each, left) for each in (replica, replica + 1))
        return tf.nest.map_structure(lambda tensor: tensor[begin:end], batch)

    def sum(self, values: Sequence[Any]) -> list[Any]:
        """The sums of values over all replicas, through which gradients flow back; asked for within `on_each`."""
        if self._strategy is None:
            return list(values)
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, [tf.convert_to_tensor(value) for value in values])

    def spread(self, variables: Iterable[Any]) -> None:
        """Gives all copies of variables the values of the first one, which a phase on one device has trained alone."""
        for variable in variables:
            first, *others = self.copies_of(variable)
            for other in others:
                other.assign(first)

    def copies_of(self, variable: Any) -> Sequence[tf.Variable]:
        """The copies of a variable, one for each replica."""
        return [variable] if self._strategy is None else self._strategy.experimental_local_results(variable)


def replicas_of(request: RunRequest) -> Replicas:
    """The replicas of a run.

    On a CPU each replica has a logical device, of which TensorFlow has one if it isn't told before its runtime starts.

    Args:
        request: The run's request, whose device is the first of those that are used.

    Raises:
        TwintuneError: DEVICE_UNAVAILABLE if there aren't as many devices, or if the runtime has started with fewer.
    """
    parallel = request.training.data_parallel
    if parallel is None:
        return Replicas()
    gpus = len(tf.config.list_physical_devices("GPU"))
    if request.device == "cpu" or (request.device == "auto" and gpus == 0):
        make_logical_cpus(parallel.devices)
        names = [f"/CPU:{index}" for index in range(parallel.devices)]
    else:
        first = int(request.device.partition(":")[2] or 0)
        if first + parallel.devices > gpus:
            raise TwintuneError(
                "DEVICE_UNAVAILABLE",
                f"TensorFlow sees {gpus or 'no'} GPUs, so {parallel.devices} from {request.device} on can't be used.",
                "Set training.dataParallel.devices to as many as there are; `twintune doctor` shows them.",
            )
        names = [f"/GPU:{first + index}" for index in range(parallel.devices)]
    sums_within = parallel.batch_norm == "synchronized"
    return Replicas(_strategy_on(tuple(names), sums_within), parallel.batch_norm)


@functools.cache
def _strategy_on(names: tuple[str, ...], sums_within: bool) -> tf.distribute.MirroredStrategy:
    """The strategy of some devices, one for all runs of this process.

    Collective operations are numbered by their strategy, and TensorFlow's runtime takes those of two strategies on the
    same devices for one. On a CPU the sums at a step's end are made without them.

    Args:
        names: TensorFlow's names of the devices.
        sums_within: Whether replicas sum within a pass too, as synchronized BatchNorm does.
    """
    on_gpu = names[0].startswith("/GPU")
    reduction = None if on_gpu or sums_within else tf.distribute.ReductionToOneDevice()
    return tf.distribute.MirroredStrategy(list(names), cross_device_ops=reduction)


def make_logical_cpus(count: int) -> None:
    """Gives this process as many logical CPU devices, if it doesn't have them yet.

    Raises:
        TwintuneError: DEVICE_UNAVAILABLE if TensorFlow's runtime has started with fewer.
    """
    cpu = tf.config.list_physical_devices("CPU")[0]
    made = tf.config.get_logical_device_configuration(cpu) or [None]
    if len(made) >= count:
        return
    try:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    except RuntimeError as error:
        raise TwintuneError(
            "DEVICE_UNAVAILABLE",
            f"TensorFlow has started in this Python with {len(made)} logical CPU device(s), and {count} are asked for.",
            "Run it in a process of its own: a command, or a call outside of withWarmWorkers.",
        ) from error
