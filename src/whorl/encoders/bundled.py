"""The encoder that comes with Whorl: a small ViT for 32 x 32 pictures, trained by `whorl lab train-encoder`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.errors import EncoderError

if TYPE_CHECKING:
    from whorl.encoders.transformers_encoder import TransformersEncoder

NAME = "whorl-vit-32"
FOLDER = Path(__file__).with_name(NAME)
"""Its files, as transformers wrote them, and README.md, its model card."""

SHA256 = {
    "config.json": "fa77ae243f0139c957c53dfe0728fa64fe0b32eac90c301e19bb4324c99a69c5",
    "model.safetensors": "0f6a9b6baf8c3f698f364d76b66c0c216a547bf596ac1192a12fb3094ee5e646",
    "preprocessor_config.json": "f5a813facb8821f21e040a0e3d05df371abf3ec1d9c05d4e2e389bdadf612703",
}


def bundled_encoder(**options: Any) -> TransformersEncoder:
    """Load the bundled encoder, by the same code as any other, after comparing its files with their digests.

    Args:
        **options: layers, pooling, device, dtype, preprocessing, compile; see `whorl.load_encoder`.

    Raises:
        EncoderError: a file is missing or damaged.
    """
    from whorl.encoders.transformers_encoder import TransformersEncoder

    check_digests(FOLDER)
    return TransformersEncoder(FOLDER, known_as=NAME, **options)


def check_digests(folder: Path) -> None:
    """Compare the encoder's files with the digests that this version of Whorl was released with.

    Raises:
        EncoderError: a file is missing, or another one.
    """
    for name, expected in SHA256.items():
        path = folder / name
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            found = f"none ({error.strerror or error})"
        if found != expected:
            raise EncoderError(
                f"the encoder {NAME} that comes with Whorl is damaged: the SHA-256 of {path} should be "
                f"{expected}, found {found}. Install Whorl again the way you did, or check out that folder anew."
            )
