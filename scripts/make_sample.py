"""Makes the sample in examples/data: a balanced part of Fashion-MNIST as parquet files.

The source is the four IDX files that Debian's package `dataset-fashion-mnist` installs, or the same files
from https://github.com/zalandoresearch/fashion-mnist:

    apt-get install dataset-fashion-mnist
    .venv/bin/python scripts/make_sample.py

The images are the first of each class in the source, in the source's order. Nothing is drawn by chance, so
whoever runs this gets the same images.
"""

import argparse
import gzip
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

CLASSES = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]

# `datasets` writes this under the schema's key `huggingface`, and reads there which column holds images and
# what the classes are called.
FEATURES = {"image": {"_type": "Image"}, "label": {"names": CLASSES, "_type": "ClassLabel"}}

SCHEMA = pa.schema(
    {"image": pa.struct({"bytes": pa.binary(), "path": pa.string()}), "label": pa.int64()},
    metadata={"huggingface": json.dumps({"info": {"features": FEATURES}})},
)


def main() -> None:
    """Writes train.parquet and test.parquet."""
    parser = argparse.ArgumentParser(description="Makes the sample in examples/data.")
    parser.add_argument("--source", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--target", type=Path, default=Path(__file__).parents[1] / "examples" / "data")
    folders = parser.parse_args()

    write_split(folders.source, "train", 300, folders.target / "train.parquet")
    write_split(folders.source, "t10k", 100, folders.target / "test.parquet")


def write_split(source: Path, prefix: str, per_class: int, target: Path) -> None:
    """Writes the first `per_class` images of each class of one IDX pair as one parquet file.

    Args:
        source: Folder of the IDX files.
        prefix: `train` or `t10k`, as the IDX files are named.
        per_class: Images of each class.
        target: The parquet file; the images are named after it and their place in the source.
    """
    images = read_idx(source / f"{prefix}-images-idx3-ubyte.gz")
    labels = read_idx(source / f"{prefix}-labels-idx1-ubyte.gz")
    firsts = [np.flatnonzero(labels == label)[:per_class] for label in range(len(CLASSES))]
    chosen = np.sort(np.concatenate(firsts))
    pngs = [{"bytes": encode_png(images[i]), "path": f"{target.stem}-{i:05d}.png"} for i in chosen]
    pq.write_table(pa.table({"image": pngs, "label": labels[chosen]}, schema=SCHEMA), target)
    print(f"{target}: {len(chosen)} images, {target.stat().st_size} bytes")


def read_idx(file: Path) -> np.ndarray:
    """Reads a gzipped IDX file of unsigned bytes.

    The head is two zero bytes, the type (8 for uint8), the number of dimensions, and each dimension as a
    big-endian uint32 (http://yann.lecun.com/exdb/mnist/, "The IDX file format").

    Args:
        file: The file.

    Returns:
        uint8 array of the shape that the file declares.

    Raises:
        ValueError: The file isn't an IDX file of unsigned bytes, or is cut short.
    """
    content = gzip.decompress(file.read_bytes())
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{file} is no IDX file of unsigned bytes")
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def encode_png(pixels: np.ndarray) -> bytes:
    """Encodes greyscale pixels of shape (height, width), uint8, as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
