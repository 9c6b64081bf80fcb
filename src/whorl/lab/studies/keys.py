"""What decides a study's result, as one digest: a result of equal inputs need not be measured again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from whorl.encoders import Encoder, load_encoder
from whorl.evaluation.sets import find_sets
from whorl.files import digest_file, digest_json
from whorl.images import open_images
from whorl.lab.studies.inputs import StudyInputs

_VERSION = 2


def study_key(name: str, inputs: StudyInputs) -> str:
    """Return a digest of the study's name and of its inputs by content, wherever they lie.

    Raises:
        ImageError, StorageError: an input cannot be read.
    """
    return digest_json(
        {
            "version": _VERSION,
            "study": name,
            "size": asdict(inputs.size),
            "seed": inputs.seed,
            "metric": inputs.metric,
            "trained": list(inputs.trained),
            "weights": {name: _weights(place) for name, place in inputs.weights.items()},
            "encoders": [_encoder(encoder) for encoder in inputs.encoders],
            "references": [_manifest(folder) for folder in inputs.references],
            "generic": None if inputs.generic is None else _manifest(inputs.generic),
            "zoo": None if inputs.zoo is None else _sets(inputs.zoo),
            "segmenter": None if inputs.segmenter is None else _weights(inputs.segmenter),
            "landscape_classes": list(inputs.landscape_classes or ()),
            **{
                role: None if source is None else open_images(source).digest
                for role, source in (
                    ("train", inputs.train),
                    ("test", inputs.test),
                    ("landscapes", inputs.landscapes),
                    ("generic_train", inputs.generic_train),
                    ("generic_test", inputs.generic_test),
                )
            },
        }
    )


def _encoder(given: str | Path | Encoder) -> str:
    """Return an encoder's digest, by which weights, preprocessing and layers count."""
    return load_encoder(given, device="cpu").digest


def _weights(place: str | Path) -> str:
    """Return a digest of a folder's weights, or the name of what is no folder here."""
    files = sorted(Path(place).glob("*.safetensors")) if Path(place).is_dir() else []
    return digest_json([digest_file(file) for file in files]) if files else str(place)


def _manifest(folder: str | Path) -> str:
    files = sorted(Path(folder).glob("*.json"))
    return digest_json([digest_file(file) for file in files])


def _sets(folder: Path) -> Any:
    inside = folder / "pictures"
    places = find_sets(inside if inside.is_dir() else folder)
    return {place.name: open_images(place.source).digest for place in places}
