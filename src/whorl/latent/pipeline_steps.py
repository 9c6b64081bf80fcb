"""How many steps of DDIM a pipeline was made for: whorl.json, which diffusers leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

from whorl.errors import StorageError
from whorl.files import write_json

STEPS_FILE = "whorl.json"
_SCHEMA = "whorl-pipeline-steps/1"


def write_steps(folder: Path, steps: int) -> None:
    """Write it into a pipeline's folder.

    Raises:
        StorageError: the disk is full or read-only.
    """
    write_json(folder / STEPS_FILE, {"schema": _SCHEMA, "inference_steps": steps})


def read_steps(folder: Path) -> int | None:
    """Return what a pipeline's folder says; None where it says nothing.

    Raises:
        StorageError: the file is damaged, or by another version.
    """
    path = folder / STEPS_FILE
    try:
        values = json.loads(path.read_bytes())
        schema, steps = values["schema"], values["inference_steps"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{path} cannot be read: {error!r}. Export the pipeline again, or remove the file."
        ) from error
    if schema != _SCHEMA or not isinstance(steps, int) or isinstance(steps, bool) or steps < 1:
        raise StorageError(
            f"{path} says {schema!r} and {steps!r} steps; expected {_SCHEMA!r} and a number from 1 on. Export the "
            "pipeline again, or remove the file."
        )
    return steps
