"""Questions to hosts on the network, answered within a time that a user waits."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

SECONDS_TO_ANSWER = 12
"""The seconds that a host may take to answer at all; a download that goes on is not cut off."""

_SECONDS_A_CONNECTION = 5


def why_unreachable(url: str) -> str | None:
    """Asks whether a host answers, and if not, why.

    A client's own time limit counts for each of a name's addresses and not for looking the name up, so the question is
    put by a thread that is waited for no longer than `SECONDS_TO_ANSWER`.

    Args:
        url: The host's URL.

    Returns:
        The reason why the host is out of reach, in a few words; None if it answered.
    """
    reasons: list[str | None] = []
    thread = threading.Thread(target=lambda: reasons.append(_ask(url)), daemon=True)
    thread.start()
    thread.join(SECONDS_TO_ANSWER)
    return reasons[0] if reasons else f"no answer from {url} within {SECONDS_TO_ANSWER} seconds"


@contextlib.contextmanager
def limited_silence() -> Iterator[None]:
    """Limits how long the other side of a connection may be silent, for downloads that set no limit of their own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SECONDS_A_CONNECTION)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def first_line(error: BaseException) -> str:
    """The first line of an exception's message, or its class when it has none."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _ask(url: str) -> str | None:
    # The hub's own client: it has the user's certificates and proxies.
    from huggingface_hub.utils import get_session

    try:
        get_session().head(url, timeout=_SECONDS_A_CONNECTION)
    except Exception as error:
        return first_line(error)
    return None
