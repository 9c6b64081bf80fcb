"""Pictures, wherever they come from: opened, decoded one at a time, named and digested."""

from __future__ import annotations

from whorl.images.concatenation import Concatenation
from whorl.images.contract import ImageSource, Picture
from whorl.images.decode import decode_bytes, decode_image
from whorl.images.kinds import PICTURE_EXTENSIONS
from whorl.images.labels import Label, LabelledSource, labels_of
from whorl.images.open import open_images
from whorl.images.pixels import pixel_digest
from whorl.images.selection import Selection, Split, limit, split
from whorl.images.source import EncodedSource, Source

__all__ = [
    "PICTURE_EXTENSIONS",
    "Concatenation",
    "EncodedSource",
    "ImageSource",
    "Label",
    "LabelledSource",
    "Picture",
    "Selection",
    "Source",
    "Split",
    "decode_bytes",
    "decode_image",
    "labels_of",
    "limit",
    "open_images",
    "pixel_digest",
    "split",
]
