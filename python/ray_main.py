"""The Python end of the bridge for the executor `ray`: `invoke` passes messages on to a node of the cluster.

This process needs Ray and no framework. It imports nothing but the standard library until it is asked for the cluster,
so that a bare interpreter can say that Ray is missing.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable

_FOLDER = os.path.dirname(os.path.abspath(__file__))
# pythonia puts this folder last in `sys.path`, where an installed package of the same name would hide ours.
sys.path[:] = [_FOLDER, *(folder for folder in sys.path if folder != _FOLDER)]

from twintune.errors import TwintuneError, install_command, to_failure  # noqa: E402
from twintune.system.process_guard import log_to, prepare  # noqa: E402

_driver = None


def invoke(name: str, payload: str, emit: Callable[[str], bool]) -> str:
    """Carries out one message and returns its reply (`src/protocol/reply.ts`) as JSON.

    Args:
        name: The message's name: `prepare`, `log-to`, `survey-cluster`, or one that a node's Python answers.
        payload: The request as JSON.
        emit: A function that takes a progress report as JSON, or an empty text, and returns false when the work should
            stop.
    """
    try:
        if name == "prepare":
            ready = prepare()
            _require_ray()
            return _reply(ready)
        if name == "log-to":
            log_to(json.loads(payload)["file"])
            return _reply({})
        driver = _get_driver()
        if name == "survey-cluster":
            return _reply(driver.survey())
        return driver.invoke(name, payload, emit)
    except BaseException as exception:  # sys.exit or a KeyboardInterrupt must not end the bridge
        return json.dumps({"ok": False, "failure": to_failure(exception)})


def _reply(result: object) -> str:
    return json.dumps({"ok": True, "result": result})


def _require_ray() -> None:
    if importlib.util.find_spec("ray") is None:
        raise TwintuneError(
            "PACKAGE_MISSING",
            f"The executor ray needs the package ray, which is not installed in {sys.executable}.",
            install_command("requirements-ray.txt"),
        )


def _get_driver():
    global _driver
    if _driver is None:
        from twintune.cluster.driver import Driver
        from twintune.cluster.settings import read_settings

        _driver = Driver(read_settings())
    return _driver
