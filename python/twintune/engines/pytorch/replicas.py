"""The replicas of a model that train together, each in a process of its own, by DistributedDataParallel."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from twintune.engines import create_engine, sharing
from twintune.engines.engine import StepInputs
from twintune.engines.pytorch.replica_process import Group, Joined, Place, ReplicaProcess, join
from twintune.errors import TwintuneError
from twintune.protocol import ReplicaBatchNorm, RunRequest
from twintune.system.cpu import available_cores

Result = TypeVar("Result")

_ANSWERED = ("digest_replica", "place_replica", "device.memory_peak")
"""The pieces of work whose results the leading process is given."""

_group: Group | None = None
"""The processes that this one leads; they stay for the next run that wants as many."""
_joined: Joined | None = None
"""The place of this process in a group that another one leads."""


class Replicas:
    """The replicas of a model, seen from the process of one of them; for a run on one device that process is alone."""

    def __init__(
        self,
        joined: Joined | None = None,
        batch_norm: ReplicaBatchNorm = "local",
        processes: list[ReplicaProcess] | None = None,
    ) -> None:
        """Takes the place of this process.

        Args:
            joined: The process group with the place of this process in it; None for a process that is alone.
            batch_norm: The images whose moments BatchNorm takes in training mode.
            processes: The other processes, if this one leads them.
        """
        self.rank, self.count = (joined.place.rank, joined.place.count) if joined else (0, 1)
        self.batch_norm: ReplicaBatchNorm = batch_norm
        self._joined, self._processes = joined, processes

    def together(
        self, name: str, own: Callable[[], Result], *arguments: Any, answers: list[Any] | None = None
    ) -> Result:
        """Has all replicas do the same work at once.

        Args:
            name: The work's name, as `Follower.do` knows it.
            own: A function that does this process's part.
            arguments: The arguments of the other replicas' parts.
            answers: A list that the other replicas' answers are added to.

        Returns:
            The result of this process's part.

        Raises:
            TwintuneError: REPLICA_FAILED if another process died or hangs, or the failure that it met. All other
            processes are ended then.
        """
        return self._with_others(name, own, [arguments] * (self.count - 1), answers)

    def share(self, name: str, own: Callable[[StepInputs], Result], step: StepInputs, *arguments: Any) -> Result:
        """Has each replica do the same work on its share of a batch.

        Args:
            name: The work's name, as `Follower.do` knows it.
            own: A function that does this process's part on its share.
            step: The step of the whole batch; in a process that another one leads, its share already.
            arguments: Further arguments of the other replicas' parts.

        Returns:
            The result of this process's part.

        Raises:
            TwintuneError: As `together`.
        """
        if self._processes is None:
            return own(step)
        shares = [sharing.share_of(step, rank, self.count) for rank in range(self.count)]
        return self._with_others(name, lambda: own(shares[0]), [(share, *arguments) for share in shares[1:]], None)

    def _with_others(
        self, name: str, own: Callable[[], Result], arguments: Sequence[tuple], answers: list[Any] | None
    ) -> Result:
        if self._processes is None:
            return own()
        processes = self._processes
        if not processes:
            raise TwintuneError("REPLICA_FAILED", "The replicas of the model have ended.", "Run `twintune resume`.")
        try:
            for process, of_process in zip(processes, arguments, strict=True):
                process.tell(name)
                _send(of_process, process.rank)
            result = own()
            of_others = [process.answer() for process in processes]
        except BaseException as error:
            failure = _explain(error, processes)
            leave_replicas()
            if failure is error:
                raise
            raise failure from error
        if answers is not None:
            answers.extend(of_others)
        return result

    def wrap(self, model: nn.Module) -> DistributedDataParallel:
        """Wraps a replica, whose gradients are summed over all replicas from now on.

        Its parameters become those of the first replica, and its buffers do so at every step: BatchNorm that takes the
        moments of a replica's own images keeps the first replica's running statistics.
        """
        wrapped = DistributedDataParallel(model)
        wrapped.register_comm_hook(None, _sum_bucket)
        return wrapped

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """The sums of values over all replicas."""
        if self.count > 1:
            distributed.all_reduce(values)
        return values

    def sum_within(self, values: torch.Tensor) -> torch.Tensor:
        """The sums of values over all replicas within a pass, through which gradients flow back."""
        assert self._joined is not None, "a replica that is alone has nothing to add up"
        return _SumWithin.apply(values, self._joined.within)


class _SumWithin(torch.autograd.Function):
    """A sum over all replicas. Each of them has the sum, so its gradient is the sum of the gradients of all."""

    @staticmethod
    def forward(ctx, values, group):
        ctx.group = group
        sums = values.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(sums, group=group)
        return sums

    @staticmethod
    def backward(ctx, gradients):
        sums = gradients.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(sums, group=ctx.group)
        return sums, None


class Follower:
    """The side of a process that another one leads: it does its part of what that one does."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._engine: Any = None

    def do(self, name: str) -> Any:
        """Does its part of a piece of work, and returns an answer that can be pickled.

        Args:
            name: The work's name: `join`, `build`, or that of a method of the engine, or of its probe or device as
            `probe.NAME` or `device.NAME`.
        """
        global _joined
        if name == "join":
            _joined = join(self._place)
            return None
        arguments = _receive()
        if name == "build":
            # Of two models at once the first one would be of no more use.
            self._engine = None
            request, classes, gpu = arguments
            if gpu is not None:
                request = msgspec.structs.replace(request, device=f"gpu:{gpu + self._place.rank}")
            self._engine = create_engine(request, classes)
            return None
        owner, _, method = name.rpartition(".")
        owners = {"": lambda: self._engine, "probe": self._engine.probe, "device": lambda: self._engine.device}
        answer = getattr(owners[owner](), method)(*arguments)
        # Nobody waits for tensors.
        return answer if name in _ANSWERED else None


def replicas_of(request: RunRequest, classes: int, gpu: int | None) -> Replicas:
    """The replicas of a run, whose other processes are started if they aren't there yet.

    Args:
        request: The run's request.
        classes: The number of the head's outputs.
        gpu: The index of this process's GPU, after which the other processes have theirs; None on a CPU.

    Raises:
        TwintuneError: REPLICA_FAILED if a process can't be started, or the failure that it met.
    """
    global _group
    parallel = request.training.data_parallel
    if parallel is None:
        leave_replicas()
        return Replicas()
    if _joined is not None:
        return Replicas(_joined, parallel.batch_norm)
    backend = "gloo" if gpu is None else "cpu:gloo,cuda:nccl"
    if _group is not None and (_group.place.count, _group.place.backend) != (parallel.devices, backend):
        leave_replicas()
    if _group is None:
        threads = max(1, available_cores() // parallel.devices)
        _group = Group(parallel.devices, backend, threads, sharing.TIMEOUT_SECONDS)
    replicas = Replicas(_group.joined, parallel.batch_norm, _group.processes)
    replicas.together("build", lambda: None, request, classes, gpu)
    return replicas


def leave_replicas() -> None:
    """Ends the processes that this one leads, if there are any."""
    global _group
    group, _group = _group, None
    if group is not None:
        group.end()


def _explain(error: BaseException, processes: Sequence[ReplicaProcess]) -> BaseException:
    """The failure to tell of: that of another process if one failed first, else this process's own."""
    if not isinstance(error, RuntimeError):
        return error
    for process in processes:
        if (failure := process.failure_of_its_own()) is not None:
            return failure
    # PyTorch raises plain RuntimeErrors for what goes wrong between processes.
    is_between = any(word in str(error).lower() for word in ("gloo", "nccl", "timed out", "timeout"))
    return processes[0].failure(error) if is_between else error


# PyTorch looks at the hook's annotations, and doesn't take them as text.
def _sum_bucket(state, bucket):
    """Sums gradients over all replicas: each replica's loss is divided by the weight of the whole batch already."""
    work: Any = distributed.all_reduce(bucket.buffer(), async_op=True)
    return work.get_future().then(lambda future: future.value()[0])


def _send(arguments: tuple, rank: int) -> None:
    data = torch.frombuffer(bytearray(pickle.dumps(arguments, protocol=5)), dtype=torch.uint8)
    distributed.send(torch.tensor([len(data)]), rank)
    distributed.send(data, rank)


def _receive() -> tuple:
    length = torch.zeros(1, dtype=torch.int64)
    distributed.recv(length, 0)
    data = torch.empty(int(length), dtype=torch.uint8)
    distributed.recv(data, 0)
    return pickle.loads(data.numpy().tobytes())
