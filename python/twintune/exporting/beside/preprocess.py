"""From the bytes of an image to the pixels that the exported model takes.

    pixels = preprocess(open("photo.jpg", "rb").read())

Needs NumPy and Pillow. The file preprocessing.json beside this one describes the steps. The scaling and normalising of
the pixels is within the model.
"""

import io
import json
import math
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

PREPROCESSING = json.loads(Path(__file__).with_name("preprocessing.json").read_text(encoding="utf-8"))
CLASSES = PREPROCESSING["classes"]
"""Class names, in the order of the model's outputs."""


def preprocess(encoded, preprocessing=PREPROCESSING):
    """Decodes and resizes an image.

    Args:
        encoded: The bytes of a JPEG, PNG, WebP or other image file.
        preprocessing: The content of preprocessing.json.

    Returns:
        Numbers from 0 to 255, of shape [height, width, 3]; `np.stack` makes a batch of several.
    """
    resize, dtype = preprocessing["resize"], preprocessing["input"]["dtype"]
    image = decode(encoded)
    if resize["library"] == "TensorFlow":
        return resize_like_tensorflow(np.asarray(image), resize["size"]).astype(dtype)
    method = Image.Resampling[resize["interpolation"].upper()]
    if resize["mode"] == "crop":
        image = resize_and_crop(image, resize["size"], resize["cropFraction"], method)
    elif image.size != (resize["size"], resize["size"]):
        image = image.resize((resize["size"], resize["size"]), method)
    return np.asarray(image).astype(dtype)


def decode(encoded):
    """Decodes to RGB with 8 bits a channel: upright by EXIF, transparent parts on white, the upper byte of 16 bits."""
    with Image.open(io.BytesIO(encoded)) as image:
        image.load()
        return to_rgb(upright(image))


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition that turns an image upright, by its EXIF orientation."""


def upright(image):
    """Turns an image as its EXIF orientation says."""
    turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return image if turn is None else image.transpose(turn)


def to_rgb(image):
    """Converts an image to RGB."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        return white.convert("RGB")
    return image.convert("RGB")


def resize_and_crop(image, size, crop_fraction, method):
    """Resizes by the shorter side, as the aspect has it, and cuts out the square in the centre."""
    # Of a strip the ends are cut off first: the crop takes nothing of them.
    width, height = (min(side, 8 * min(image.size)) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    image = image.crop((left, top, left + width, top + height))
    shorter = math.floor(size / crop_fraction)
    width, height = (max(shorter, int(shorter * side / min(image.size))) for side in image.size)
    left, top = round((width - size) / 2), round((height - size) / 2)
    return image.resize((width, height), method).crop((left, top, left + size, top + size))


def resize_like_tensorflow(pixels, size):
    """Resizes as `tf.image.resize` does: bilinear and not antialiased, to float32."""
    rows = positions(pixels.shape[0], size)
    columns = positions(pixels.shape[1], size)
    values = pixels.astype(np.float32)
    above, below = values[rows[0]], values[rows[1]]
    right = columns[2][None, :, None]
    top = above[:, columns[0]] + (above[:, columns[1]] - above[:, columns[0]]) * right
    bottom = below[:, columns[0]] + (below[:, columns[1]] - below[:, columns[0]]) * right
    return top + (bottom - top) * rows[2][:, None, None]


def positions(before, after):
    """For each new row or column, the two old ones that it lies between, and how far it is from the first."""
    scale = np.float32(before) / np.float32(after)
    place = (np.arange(after, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    first = np.maximum(np.floor(place), 0).astype(int)
    second = np.minimum(np.ceil(place), before - 1).astype(int)
    return first, second, place - np.floor(place)
