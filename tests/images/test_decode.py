"""Decoding rules; expected values by hand, or by Pillow's own tools."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from storing import png, some_pictures

from whorl.errors import ImageError
from whorl.images import decode_bytes, decode_image, pixel_digest
from whorl.images.decode import MAX_PIXELS


def saved(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width, height, *, bits, colour, rows, transparent=b""):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    alpha = chunk(b"tRNS", transparent) if transparent else b""
    return b"\x89PNG\r\n\x1a\n" + head + alpha + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_rgb_comes_back_exactly():
    picture = some_pictures(1)[0]
    found = decode_bytes(png(picture))
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous
    assert found.flags.writeable
    np.testing.assert_array_equal(found, picture)


def test_grey_palette_and_bilevel_become_rgb():
    grey = Image.fromarray(np.array([[0, 7], [200, 255]], np.uint8))
    np.testing.assert_array_equal(decode_bytes(saved(grey))[..., 1], np.array([[0, 7], [200, 255]]))
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putdata([1, 0])
    assert decode_bytes(saved(palette)).tolist() == [[[40, 50, 60], [10, 20, 30]]]
    assert decode_bytes(saved(Image.new("1", (1, 1), 1))).tolist() == [[[255, 255, 255]]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied_as_pillow_does(orientation, format):
    image = Image.fromarray(some_pictures(1)[0])
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    data = saved(image, format, exif=exif, **options)
    image.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(decode_bytes(data), expected)
    if orientation == 6:  # Turned clockwise: what was the left column, from below, is the top row.
        np.testing.assert_array_equal(expected[0], some_pictures(1)[0][::-1, 0])


def test_alpha_is_composited_on_white_and_hidden_colours_do_not_count():
    rgba = np.array([[[10, 20, 30, 0], [99, 98, 97, 0], [100, 0, 200, 255], [100, 0, 200, 51]]], np.uint8)
    found = decode_bytes(png(rgba))
    # 51 / 255 = 1 / 5: 0.2 * 100 + 0.8 * 255 = 224, and so on.
    assert found.tolist() == [[[255, 255, 255], [255, 255, 255], [100, 0, 200], [224, 204, 244]]]


def test_one_transparent_colour_is_white():
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putdata([0, 1])
    assert decode_bytes(saved(palette, transparency=0)).tolist() == [[[255, 255, 255], [40, 50, 60]]]
    assert decode_bytes(saved(palette, "GIF", transparency=0)).tolist()[0][0] == [255, 255, 255]
    grey = raw_png(2, 1, bits=8, colour=0, rows=b"\0\5\6", transparent=b"\0\5")
    assert decode_bytes(grey).tolist() == [[[255] * 3, [6] * 3]]
    deep = raw_png(
        2, 1, bits=16, colour=0, rows=b"\0" + struct.pack(">2H", 2570, 5140), transparent=b"\x0a\x0a"
    )
    assert decode_bytes(deep).tolist() == [[[255] * 3, [20] * 3]]


def test_16_bit_grey_is_scaled_by_257_and_rounded():
    values = np.array([[0, 128, 129, 257, 32768, 65406, 65407, 65535]], np.uint16)
    expected = np.rint(values / 257).astype(int)
    assert expected.tolist() == [[0, 0, 1, 1, 128, 254, 255, 255]]
    for data in (png(values), png(values, "TIFF"), saved(Image.fromarray(values.astype(np.int32)), "TIFF")):
        np.testing.assert_array_equal(decode_bytes(data)[..., 2], expected)
    pgm = b"P5 8 1 65535\n" + values.astype(">u2").tobytes()
    np.testing.assert_array_equal(decode_bytes(pgm)[..., 0], expected)


def test_16_bit_rgb_comes_with_its_high_byte():
    rows = b"\0" + struct.pack(">3H", 0x1234, 0xFFFF, 0x00FF)
    assert decode_bytes(raw_png(1, 1, bits=16, colour=2, rows=rows)).tolist() == [[[0x12, 0xFF, 0]]]


def test_cmyk_becomes_rgb():
    for ink, expected in [
        ((255, 0, 0, 0), (0, 255, 255)),
        ((0, 0, 0, 255), (0, 0, 0)),
        ((0, 0, 0, 0), (255,) * 3),
    ]:
        data = saved(Image.new("CMYK", (16, 16), ink), "TIFF")
        assert tuple(decode_bytes(data)[8, 8]) == expected
    assert (
        np.abs(decode_bytes(saved(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "JPEG")) - [0, 255, 255]).max()
        < 3
    )


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame(format):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if format == "WEBP" else {}
    data = saved(frames[0], format, save_all=True, append_images=frames[1:], duration=100, **options)
    assert Image.open(io.BytesIO(data)).n_frames == 2
    assert decode_bytes(data)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"GARBAGE" * 100, "no picture in a known format"),
        (png(some_pictures(1, 64, 64)[0], "JPEG")[:900], "truncated"),
        (png(some_pictures(1, 64, 64)[0])[:900], "truncated"),
        (saved(Image.new("F", (2, 2), 0.5), "TIFF"), "floating point"),
        (saved(Image.fromarray(np.array([[70000]], np.int32)), "TIFF"), "32-bit integers"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "no picture in a known format"),
    ],
)
def test_what_cannot_be_decoded_has_a_reason(data, reason):
    with pytest.raises(ImageError, match=reason):
        decode_bytes(data)


@pytest.mark.parametrize(("width", "height"), [(10_001, 10_000), (20_000, 15_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header_with_size_and_limit(width, height):
    data = raw_png(width, height, bits=8, colour=2, rows=b"")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError) as caught:
            decode_bytes(data)
    assert f"{width * height:,}" in caught.value.reason
    assert f"{MAX_PIXELS:,}" in caught.value.reason


def test_a_picture_just_below_the_limit_is_decoded_and_pillow_stays_silent(monkeypatch):
    picture = some_pictures(1, 10, 10)[0]
    monkeypatch.setattr("whorl.images.decode.MAX_PIXELS", 100)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        np.testing.assert_array_equal(decode_bytes(png(picture)), picture)
        assert seen == []
        warnings.warn("ours still shows", stacklevel=1)
    assert len(seen) == 1
    with pytest.raises(ImageError, match="110 pixels"):
        decode_bytes(png(some_pictures(1, 11, 10)[0]))


def test_the_users_warning_filters_are_left_as_they_were():
    before = list(warnings.filters)
    decode_bytes(png(some_pictures(1)[0]))
    with pytest.raises(ImageError):
        decode_bytes(b"x")
    assert list(warnings.filters) == before


def test_broken_metadata_around_whole_pixels_does_not_matter():
    picture = some_pictures(1)[0]
    data = saved(Image.fromarray(picture), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f garbage")
    np.testing.assert_array_equal(decode_bytes(data), picture)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_anywhere_is_a_picture_or_an_image_error(data):
    stored = data.draw(st.sampled_from(STORED))
    damaged = bytearray(stored[: data.draw(st.integers(1, len(stored)))])
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = decode_bytes(bytes(damaged))
    except ImageError:
        return
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3


STORED = [
    png(some_pictures(1)[0], format)
    for format in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "PPM", "WEBP", "JPEG2000")
]


def test_a_pillow_image_is_decoded_by_the_same_rules():
    rgba = Image.fromarray(np.array([[[9, 9, 9, 0]]], np.uint8))
    assert decode_image(rgba).tolist() == [[[255, 255, 255]]]


def test_pixel_digest_knows_equal_pixels_and_shapes():
    picture = some_pictures(1)[0]
    assert pixel_digest(decode_bytes(png(picture))) == pixel_digest(decode_bytes(png(picture, "TIFF")))
    assert pixel_digest(picture) == pixel_digest(np.asfortranarray(picture))
    assert pixel_digest(picture) != pixel_digest(picture.reshape(7, 9, 3))
    changed = picture.copy()
    changed[0, 0, 0] ^= 1
    assert pixel_digest(picture) != pixel_digest(changed)
