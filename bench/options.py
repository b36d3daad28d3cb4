"""The options that the benchmarks share."""

from __future__ import annotations

import argparse

from bench.experiment import FRAMEWORKS
from bench.results import add_results_option


def make_pairs_parser(description: str | None, pairs: int) -> argparse.ArgumentParser:
    """Makes a parser with the options that every benchmark of pairs has.

    Args:
        description: The module's docstring.
        pairs: The default of `--pairs`.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=pairs, help=f"how often both sides are measured ({pairs})")
    add_results_option(parser)
    return parser


def make_parser(description: str | None, pairs: int) -> argparse.ArgumentParser:
    """Makes a parser with the options of benchmarks on generated images; small numbers try one out in seconds.

    Args:
        description: The module's docstring.
        pairs: The default of `--pairs`.
    """
    parser = make_pairs_parser(description, pairs)
    parser.add_argument("--images", type=int, default=512, help="in all, a sixteenth of them for the test (512)")
    parser.add_argument("--size", type=int, default=224, help="height and width in pixels (224)")
    parser.add_argument("--batch", type=int, default=32, help="images in a batch (32)")
    parser.add_argument("--frameworks", nargs="+", choices=FRAMEWORKS, default=FRAMEWORKS, help="both, if not given")
    return parser
