"""Every kind of image that people have becomes the RGB that they see."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image
from twintune.data.decoding import UnreadableImage, decode

RAMP = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def pixels(content: bytes) -> np.ndarray:
    image = decode(content).image
    assert image.mode == "RGB"
    return np.asarray(image)


def png16(color_type: int, values: list[int]) -> bytes:
    """A PNG of one pixel with 16 bits a channel, which Pillow doesn't write."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 16, color_type, 0, 0, 0)
    row = b"\0" + struct.pack(f">{len(values)}H", *values)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")


def test_colour_stays_as_it_is_and_its_kind_is_told() -> None:
    decoded = decode(encoded(Image.fromarray(NOISE)))
    assert np.array_equal(np.asarray(decoded.image), NOISE)
    assert (decoded.format, decoded.mode) == ("PNG", "RGB")


@pytest.mark.parametrize("mode", ["1", "L"])
def test_greyscale_has_three_equal_channels(mode: str) -> None:
    rgb = pixels(encoded(Image.fromarray(NOISE).convert(mode)))
    assert np.array_equal(rgb[..., 0], rgb[..., 1])
    assert np.array_equal(rgb[..., 0], np.asarray(Image.fromarray(NOISE).convert(mode).convert("L")))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_greyscale_is_scaled_not_clipped(kind: str) -> None:
    assert np.array_equal(pixels(encoded(Image.fromarray(RAMP), kind))[..., 1], RAMP >> 8)


def test_big_endian_sixteen_bits_are_scaled_too() -> None:
    image = Image.frombytes("I;16B", (8, 8), RAMP.astype(">u2").tobytes())
    assert np.array_equal(pixels(encoded(image, "TIFF"))[..., 1], RAMP >> 8)


def test_sixteen_bit_colour_keeps_its_upper_byte() -> None:
    assert pixels(png16(2, [1000, 30000, 65535]))[0, 0].tolist() == [3, 117, 255]


@pytest.mark.parametrize("values", [RAMP.astype(np.int32) * 2, -RAMP.astype(np.int32), RAMP.astype(np.float32)])
def test_values_without_an_agreed_range_are_refused(values: np.ndarray) -> None:
    with pytest.raises(UnreadableImage, match="save it with 8 or 16 bits"):
        decode(encoded(Image.fromarray(values), "TIFF"))


def test_what_is_see_through_is_laid_on_white() -> None:
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 0] = 255
    rgba[0, :, 3] = [255, 0, 128]
    assert pixels(encoded(Image.fromarray(rgba)))[0].tolist() == [[255, 0, 0], [255, 255, 255], [255, 127, 127]]


def test_see_through_greyscale_is_laid_on_white() -> None:
    assert pixels(encoded(Image.merge("LA", [Image.new("L", (1, 1), 0)] * 2)))[0, 0].tolist() == [255, 255, 255]
    assert pixels(png16(4, [0, 0]))[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("transparency", [0, bytes([0, 255])])
def test_the_see_through_colour_of_a_palette_is_laid_on_white(transparency: int | bytes) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    content = encoded(image, transparency=transparency)
    assert decode(content).mode == "P"
    assert pixels(content)[0].tolist() == [[255, 255, 255], [0, 0, 255]]


def test_a_palette_gives_its_colours() -> None:
    image = Image.fromarray(NOISE).quantize(8)
    assert np.array_equal(pixels(encoded(image)), np.asarray(image.convert("RGB")))


def test_cmyk_becomes_rgb() -> None:
    # Lossy: a flat colour comes back within a few steps of 255.
    content = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert decode(content).mode == "CMYK"
    assert np.abs(pixels(content).astype(int) - [255, 0, 0]).max() <= 8


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [(3, np.rot90(NOISE, 2)), (6, np.rot90(NOISE, -1)), (8, np.rot90(NOISE)), (2, NOISE[:, ::-1])],
)
def test_exif_orientation_is_applied(orientation: int, turned: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(pixels(encoded(Image.fromarray(NOISE), exif=exif)), turned)


def test_exif_that_no_writer_would_write_turns_the_image_all_the_same() -> None:
    orientation, resolution_unit, short, byte = 0x0112, 0x0128, 3, 1
    # The unit's type is wrong, which Pillow reads and doesn't write.
    tags = struct.pack("<HHHIIHHII", 2, orientation, short, 1, 6, resolution_unit, byte, 1, 2)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + tags + struct.pack("<I", 0)
    upright = encoded(Image.fromarray(NOISE), "JPEG")
    assert np.array_equal(pixels(encoded(Image.fromarray(NOISE), "JPEG", exif=exif)), np.rot90(pixels(upright), -1))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, **options)
    assert Image.open(io.BytesIO(content)).n_frames == 2
    assert pixels(content)[0, 0].tolist() == [255, 0, 0]


def test_webp_is_read() -> None:
    assert np.array_equal(pixels(encoded(Image.fromarray(NOISE), "WEBP", lossless=True)), NOISE)


@pytest.mark.parametrize("kind", ["BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP"])
def test_a_file_that_is_cut_off_is_unreadable(kind: str) -> None:
    content = encoded(Image.fromarray(NOISE), kind)
    with pytest.raises(UnreadableImage):
        decode(content[: len(content) * 2 // 3])


@pytest.mark.parametrize(("content", "reason"), [(b"", "the file is empty"), (b"hello", "its content is no AVIF")])
def test_what_is_no_image_is_unreadable(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableImage, match=reason):
        decode(content)


def test_a_format_that_no_image_s_name_stands_for_is_not_opened(monkeypatch) -> None:
    # Pillow would start Ghostscript.
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *arguments: pytest.fail("Ghostscript was started"))
    with pytest.raises(UnreadableImage, match="its content is no AVIF"):
        decode(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n")


@pytest.mark.parametrize(
    ("width", "reason"), [(60000, "decompression bomb"), (11000, "11000 × 11000 pixels, more than 100,000,000")]
)
def test_an_image_of_absurd_size_is_unreadable(width: int, reason: str) -> None:
    header = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    with pytest.raises(UnreadableImage, match=reason):
        decode(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e")


def test_a_lack_of_memory_is_not_the_image_s_fault(monkeypatch) -> None:
    def refuse(*args, **options):
        raise MemoryError

    monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(MemoryError):
        decode(b"anything")
