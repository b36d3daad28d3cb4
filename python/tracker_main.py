"""The process of the trackers: reads a record a line on stdin, and writes news a line on stdout."""

from __future__ import annotations

import json
import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
# An installed package of the same name would hide ours.
sys.path[:] = [_FOLDER, *(folder for folder in sys.path if folder != _FOLDER)]


def main() -> None:
    """Serves the trackers until stdin ends."""
    # Libraries print on stdout, where the news goes: they get stderr instead.
    news = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        from twintune.tracking.serve import serve
    except ModuleNotFoundError as error:
        _tell_missing(error, json.loads(sys.stdin.readline() or "{}"), news)
        return
    serve(sys.stdin.buffer, news)


def _tell_missing(error: ModuleNotFoundError, trackers: dict, news) -> None:
    # The package that is missing may be the one that writes the news elsewhere.
    from twintune.tracking.missing_package import explain_missing

    message, hint = explain_missing(error)
    for tracker in ("tensorboard", "mlflow", "wandb"):
        if trackers.get(tracker):
            problem = {"type": "problem", "tracker": tracker, "code": "PACKAGE_MISSING"}
            print(json.dumps({**problem, "message": message, "hint": hint}), file=news, flush=True)


if __name__ == "__main__":
    main()
