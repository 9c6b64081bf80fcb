"""From a picture file's bytes to uint8 (H, W, 3), by rules that depend on nothing but the bytes.

- The EXIF orientation is applied; colour profiles are not.
- Grey and palette pictures become RGB; CMYK becomes RGB by Pillow's plain formula.
- Alpha (a channel, or one transparent colour) is composited on white, so that a colour hidden under
  full transparency does not count.
- 16-bit grey (Pillow's I;16, and I within 0..65535) is scaled by value / 257, rounded to nearest.
  16-bit RGB comes as Pillow gives it: the high byte.
- Floating point and 32-bit grey have no defined 8-bit scale: refused.
- Of an animation the first frame.
- A header of more than `MAX_PIXELS` pixels is refused before anything is decoded.
- Truncated or broken data is refused: half a picture is no picture.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from whorl.errors import ImageError
from whorl.images.contract import Picture
from whorl.images.kinds import pictures_sought
from whorl.images.pixels import on_white
from whorl.images.quiet import quiet_pillow

MAX_PIXELS = 100_000_000
"""The largest picture that is decoded, by its header; more is taken for a decompression bomb."""

# Named, so that no stray file reaches a decoder that runs other programs (EPS) or opens other files.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF", "JPEG2000")

_ORIENTATION = 0x0112
_UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels, 1),
}


def decode_bytes(data: bytes) -> Picture:
    """Decode one stored picture to uint8 (H, W, 3), by the rules at the head of this module.

    Raises:
        ImageError: it is no picture, broken, too large, or has no defined RGB; the source that holds it
            adds the id.

    >>> file = io.BytesIO()
    >>> Image.new("L", (4, 2), 9).save(file, "PNG")
    >>> decode_bytes(file.getvalue()).shape
    (2, 4, 3)
    """
    if not data:
        raise ImageError("it is empty (0 bytes)")
    with _explained(), Image.open(io.BytesIO(data), formats=_formats()) as image:
        return _decoded(image)


def decode_image(image: Image.Image) -> Picture:
    """Decode a Pillow image, opened or made by someone else, by the same rules.

    Raises:
        ImageError: as `decode_bytes`.

    >>> decode_image(Image.new("RGBA", (1, 1), (9, 9, 9, 0))).tolist()
    [[[255, 255, 255]]]
    """
    with _explained():
        return _decoded(image)


@functools.cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        with quiet_pillow():
            yield
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(f"it is no picture in a known format ({pictures_sought()}), or broken") from error
    except Image.DecompressionBombError as error:
        # Pillow refuses by itself above a limit of its own; the size is only in its message.
        raise ImageError(_too_large(int(re.findall(r"\d+", str(error))[0]))) from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged data.
        raise ImageError(f"it is broken or truncated ({type(error).__name__}: {error})") from error


def _too_large(pixels: int) -> str:
    return (
        f"its header declares {pixels:,} pixels, more than the limit of {MAX_PIXELS:,} "
        "(whorl.images.decode.MAX_PIXELS)"
    )


def _decoded(image: Image.Image) -> Picture:
    count = image.width * image.height
    if count > MAX_PIXELS:
        raise ImageError(_too_large(count))
    if not count:
        raise ImageError(f"it has no pixels ({image.width} x {image.height})")
    image.load()
    # After load(): Pillow turns some formats (TIFF) upright by itself, and then forgets the tag.
    upright = _UPRIGHT.get(_orientation(image))
    pixels = _to_rgb(image)
    return np.ascontiguousarray(upright(pixels)) if upright else pixels


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Damaged metadata around whole pixels: as if there were none.
        return 1


def _to_rgb(image: Image.Image) -> Picture:
    if image.mode == "F":
        raise ImageError("its pixels are floating point, with no defined 8-bit scale; save it with 8 bits")
    if image.mode == "I" or image.mode.startswith("I;16"):
        return _from_16_bit(image)
    if image.has_transparency_data:
        return on_white(np.asarray(image.convert("RGBA")))
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _from_16_bit(image: Image.Image) -> Picture:
    values = np.asarray(image).astype(np.int64)
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise ImageError(f"its pixels are 32-bit integers from {low} to {high}, with no defined 8-bit scale")
    # 257 is odd: adding half of it and cutting off rounds to nearest without ties.
    grey = ((values + 128) // 257).astype(np.uint8)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return np.repeat(grey[..., None], 3, axis=-1)
