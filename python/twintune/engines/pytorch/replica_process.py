"""A process that trains one replica of a model, beside the process that leads the run."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import tempfile
import time
import traceback
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from twintune.errors import TwintuneError, to_failure
from twintune.system.process_guard import die_with_parent

_POLL_SECONDS = 0.2
_IMPORT_SECONDS = 300.0


@dataclass(frozen=True)
class Place:
    """The place of a process among those that train one model."""

    rank: int
    """The number of the process, from 0 for the one that leads the run."""
    count: int
    """The number of processes."""
    rendezvous: str
    """The file by which the processes find each other."""
    backend: str
    """The backends of PyTorch's process group."""
    threads: int
    """The number of CPU threads of each process."""
    timeout: float
    """The seconds for which a process waits for another one."""


@dataclass(frozen=True)
class Joined:
    """PyTorch's process group, which a process has joined."""

    place: Place
    within: distributed.ProcessGroup
    """The group of sums within a pass, beside which those of DistributedDataParallel run in the default group."""


def join(place: Place) -> Joined:
    """Joins PyTorch's process group, which all processes of the group do at once."""
    # All replicas are on this machine, and nobody else is to reach them.
    if Path("/sys/class/net/lo").exists():
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.set_num_threads(place.threads)
    distributed.init_process_group(
        place.backend,
        store=distributed.FileStore(place.rendezvous, place.count),  # pyright: ignore[reportPrivateImportUsage]
        rank=place.rank,
        world_size=place.count,
        timeout=timedelta(seconds=place.timeout),
    )
    within = distributed.new_group()
    assert isinstance(within, distributed.ProcessGroup), "every process is in the group"
    return Joined(place, within)


class ReplicaProcess:
    """A child process that holds a replica, and does what the leading process tells it."""

    def __init__(self, place: Place) -> None:
        """Starts the process, which imports PyTorch and then waits to be told."""
        context = multiprocessing.get_context("spawn")
        self.rank, self._timeout = place.rank, place.timeout
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_follow, args=(theirs, place), daemon=True)
        self._process.start()
        theirs.close()

    def tell(self, name: str) -> None:
        """Tells the process to do something; `answer` waits until it is done.

        Args:
            name: The name of the work, as `twintune.engines.pytorch.replicas.Follower.do` knows it. Its arguments go
            through the process group, where a process that hangs is noticed.
        """
        try:
            self._connection.send(name)
        except OSError as error:
            raise self.failure(None) from error

    def answer(self, least_seconds: float = 0.0) -> Any:
        """Waits for the answer to what the process was told last.

        Args:
            least_seconds: The seconds to wait at least, where the work takes longer than a step.

        Raises:
            TwintuneError: The failure of the process; REPLICA_FAILED if it died, or doesn't answer in time.
        """
        end = time.monotonic() + max(self._timeout, least_seconds)
        while time.monotonic() < end:
            try:
                if self._connection.poll(_POLL_SECONDS):
                    is_done, value = self._connection.recv()
                    if is_done:
                        return value
                    raise self._told(value)
            except (EOFError, OSError) as error:
                raise self.failure(None) from error
        raise self.failure(None)

    def failure(self, error: BaseException | None) -> TwintuneError:
        """The failure of a run whose replica no longer takes part.

        Args:
            error: The failure of the leading process, which may follow from that of this one.
        """
        # A process that has just lost its end of the pipe takes a moment to be gone.
        self._process.join(1.0)
        code = self._process.exitcode
        state = f"did not answer for {self._timeout:g} seconds" if code is None else f"ended with exit code {code}"
        cause = "" if error is None else f" ({type(error).__name__}: {error})".splitlines()[0]
        return TwintuneError(
            "REPLICA_FAILED",
            f"Replica {self.rank} of the model {state}, so the run can't go on{cause}.",
            "The run's log has what the replica's process said last. Run `twintune resume`; if memory was short, start"
            " a comparison with fewer training.dataParallel.devices.",
        )

    def failure_of_its_own(self) -> TwintuneError | None:
        """The failure that the process told of before it ended, or that it has ended at all; None if it still runs."""
        # The message lies in the pipe before the process ends, and the end is what the other side sees first.
        self._process.join(1.0)
        try:
            while self._connection.poll():
                is_done, value = self._connection.recv()
                if not is_done:
                    return self._told(value)
        except (EOFError, OSError):
            pass
        return None if self._process.is_alive() else self.failure(None)

    def _told(self, failure: dict) -> TwintuneError:
        return TwintuneError(failure["code"], f"Replica {self.rank}: {failure['message']}", failure.get("hint"))

    def end(self) -> None:
        """Ends the process, whatever it is at."""
        self._process.kill()
        self._process.join()
        self._connection.close()


class Group:
    """The other processes of a group that this one leads."""

    def __init__(self, count: int, backend: str, threads: int, timeout: float) -> None:
        """Starts the other processes, and joins them.

        Args:
            count: The number of processes, this one too.
            backend: The backends of PyTorch's process group.
            threads: The number of CPU threads of each process.
            timeout: The seconds for which a process waits for another one.

        Raises:
            TwintuneError: REPLICA_FAILED if a process can't be started.
        """
        # Another process of twintune deletes the folder if this one is killed: it knows it by the name.
        self._folder = tempfile.TemporaryDirectory(prefix=f"twintune-temporary-{os.getpid()}-")
        self._threads_before = torch.get_num_threads()
        self.processes: list[ReplicaProcess] = []
        rendezvous = str(Path(self._folder.name, "rendezvous"))
        self.place, *others = (Place(rank, count, rendezvous, backend, threads, timeout) for rank in range(count))
        try:
            self.processes += [ReplicaProcess(place) for place in others]
            # The import takes seconds, for which nobody is to wait in the rendezvous.
            for process in self.processes:
                process.answer(_IMPORT_SECONDS)
            for process in self.processes:
                process.tell("join")
            self.joined = join(self.place)
            for process in self.processes:
                process.answer()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Ends the other processes, and gives this one its threads back."""
        for process in self.processes:
            process.end()
        self.processes.clear()
        if distributed.is_initialized():
            distributed.destroy_process_group()
        torch.set_num_threads(self._threads_before)
        self._folder.cleanup()


def _follow(connection: Connection, place: Place) -> None:
    """The life of a replica's process: does what it is told until the leading process closes the connection."""
    # Ctrl-C is the leading process's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    exit_code = 0
    try:
        from twintune.engines import import_framework

        import_framework("pytorch", "aligned")
        # By its name, since that module imports this one.
        follower = importlib.import_module("twintune.engines.pytorch.replicas").Follower(place)
        connection.send((True, None))
        while True:
            connection.send((True, follower.do(connection.recv())))
    except EOFError:
        pass
    except BaseException as error:
        exit_code = 1
        traceback.print_exc()
        try:
            connection.send((False, to_failure(error)))
        except OSError:
            pass
    finally:
        # Whoever waits for this process in a collective operation must not wait for PyTorch's threads to end.
        os._exit(exit_code)
