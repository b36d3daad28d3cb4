"""Prints how far apart the two engines' features are, backbone by backbone; the tests hold the bounds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from test_parity import (
    build_pytorch,
    build_tensorflow,
    feature_map_pytorch,
    feature_map_tensorflow,
    images,
    relative,
    write_weights,
)
from twintune.backbones import backbone_table
from twintune.engines import import_framework


def main() -> None:
    """Builds each backbone in both frameworks and compares the last feature map."""
    import_framework("tensorflow")
    import_framework("pytorch")
    print(f"{'backbone':20} {'precision':9} {'BatchNorm':9}  difference")
    for name in backbone_table():
        with tempfile.TemporaryDirectory() as folder:
            file = write_weights(name, Path(folder))
            for precision, mode in (("float64", "inference"), ("float64", "train"), ("float32", "inference")):
                pixels = images(precision)
                ours = feature_map_tensorflow(build_tensorflow(name, file, precision), pixels, mode)
                theirs = feature_map_pytorch(build_pytorch(name, file, precision), pixels, mode)
                print(f"{name:20} {precision:9} {mode:9}  {relative(ours, theirs):.1e}")


if __name__ == "__main__":
    main()
