"""Altered copies of a set of pictures, written with the recipe that made them."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from whorl.alterations import (
    JPEG,
    Alteration,
    AlteredImages,
    BackgroundSwap,
    Noise,
    PatchShuffle,
    RandomRotation,
    Resolution,
    Rotation,
    open_landscapes,
)
from whorl.alterations.background import CutsOut
from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.errors import ImageError, StorageError, WhorlError
from whorl.evaluation.sets import find_sets
from whorl.files import check_output, digest_strings, replacing, replacing_folder, write_json
from whorl.images import ImageSource, limit, open_images, pixel_digest
from whorl.images.contract import Picture
from whorl.images.labels import Label, LabelledSource
from whorl.images.names import bare_name

SCHEMA = "whorl-altered-set/1"
RECIPE = "recipe.json"

SIMPLE: Mapping[str, Alteration] = {
    "rotation": RandomRotation(),
    "rotation-fixed": Rotation(),
    "resolution": Resolution(),
    "patch-shuffle": PatchShuffle(),
    "noise": Noise(),
    "jpeg": JPEG(),
}
"""By the names of the command line, the alterations that need nothing but the picture."""

_SWAPS = ("background-noise", "background-landscape")


@dataclass(frozen=True)
class AlteredSet:
    """What was written, and how to make it again.

    Attributes:
        path: the .npz file or the folder.
        source: name of the pictures altered, without the folders they lie in.
        source_digest: digest of what these are stored as.
        alteration: name of what was done, see `Alteration`; the digests of altered pictures cover it.
        command: the same as `whorl lab alter --alteration` calls it; None for what the command does not know.
        strength: how much of it.
        unit: what a strength counts.
        published: the strength of arXiv 2407.21159; None where it has none.
        seed: fixes what was drawn.
        count: pictures written.
        digest: of the written pictures' pixels, in order.
        made_of: digests and names of segmenter and landscapes, where there are any.
    """

    path: Path
    source: str
    source_digest: str
    alteration: str
    command: str | None
    strength: float
    unit: str
    published: float | None
    seed: int
    count: int
    digest: str = ""
    made_of: Mapping[str, str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"path": str(self.path), **self.recipe()}

    def recipe(self) -> dict[str, Any]:
        """Return what stands beside or in the pictures: all but where they are."""
        return {
            "schema": SCHEMA,
            "source": self.source,
            "source_digest": self.source_digest,
            "alteration": self.alteration,
            "command": self.command,
            "strength": self.strength,
            "unit": self.unit,
            "published": self.published,
            "seed": self.seed,
            "count": self.count,
            "digest": self.digest,
            "made_of": dict(self.made_of or {}),
        }


def alteration_named(
    name: str,
    *,
    segmenter: CutsOut | None = None,
    landscapes: Any = None,
    landscape_classes: list[str] | None = None,
) -> Alteration:
    """Return an alteration by its name on the command line.

    Args:
        name: one of `SIMPLE`, background-noise or background-landscape.
        segmenter: finds the subjects; for the two background swaps.
        landscapes: photographs, anything `whorl.open_images` takes; for background-landscape.
        landscape_classes: labels of those to use; None uses all.

    Raises:
        WhorlError: an unknown name, something that the alteration needs is missing, or something given that it
            does not use.
        ImageError: the landscapes cannot be read.

    >>> alteration_named("resolution").published
    4.0
    """
    if name not in (*SIMPLE, *_SWAPS):
        raise WhorlError(f"no alteration is called {name!r}; choose one of {', '.join((*SIMPLE, *_SWAPS))}.")
    if (segmenter is not None) != (name in _SWAPS):
        raise WhorlError(
            _missing_or_useless(name, "--segmenter (whorl lab train-segmenter makes one)", segmenter)
        )
    if (landscapes is not None) != (name == "background-landscape"):
        raise WhorlError(_missing_or_useless(name, "--landscapes", landscapes))
    if landscape_classes is not None and landscapes is None:
        raise WhorlError(_missing_or_useless(name, "--landscape-classes", landscape_classes))
    if segmenter is None:
        return SIMPLE[name]
    source = None if landscapes is None else open_landscapes(landscapes, classes=landscape_classes)
    return BackgroundSwap(segmenter, source)


def command_name(alteration: Alteration) -> str | None:
    """Return what `whorl lab alter --alteration` calls an alteration; None for one that it does not know.

    >>> command_name(Rotation()), command_name(RandomRotation())
    ('rotation-fixed', 'rotation')
    """
    if isinstance(alteration, BackgroundSwap):
        return "background-noise" if alteration.landscapes is None else "background-landscape"
    return next((name for name, known in SIMPLE.items() if known == alteration), None)


def alter(
    source: Any,
    output: str | Path,
    alteration: Alteration,
    *,
    strength: float | None = None,
    seed: int = 0,
    limit_to: int | None = None,
    overwrite: bool = False,
    progress: bool | Progress = False,
) -> AlteredSet:
    """Write altered copies of pictures, all or nothing.

    A .npz holds `arr_0` uint8 (N, H, W, 3), `labels` where the source has them, `ids`, and `recipe`, the JSON of
    `AlteredSet.recipe`. Anything else becomes a folder of PNG files, one folder per class where the source has
    labels, with recipe.json. `whorl.open_images` opens both. Equal arguments give equal bytes.

    Args:
        source: the pictures, anything `whorl.open_images` takes.
        output: a name that ends in .npz, or a folder.
        alteration: what is done to each.
        strength: how much of it; None takes the published strength.
        seed: fixes what is drawn for each picture, from its own pixels; and which pictures `limit_to` draws.
        limit_to: alter at most so many, drawn at random.
        overwrite: whether an earlier altered set there may be replaced.
        progress: True shows it on stderr.

    Raises:
        WhorlError: a strength out of range, or more patches a side than a picture has pixels; or none given where
            none is published.
        ImageError: a picture that cannot be read; for .npz also pictures of several sizes.
        StorageError: the output exists, or cannot be written.
    """
    strength = alteration.published if strength is None else strength
    if strength is None:
        raise WhorlError(f"{alteration.name} has no published strength; give --strength ({alteration.unit}).")
    path = Path(output)
    _check_place(path, overwrite=overwrite)
    opened = open_images(source)
    chosen = opened if limit_to is None else limit(opened, limit_to, seed=seed)
    altered = AlteredImages(chosen, alteration, strength, seed=seed)
    _altered_at(altered, 0)  # a strength out of range is refused before anything is written
    planned = AlteredSet(
        path=path,
        source=bare_name(chosen.name),
        source_digest=chosen.digest,
        alteration=alteration.name,
        command=command_name(alteration),
        strength=float(strength),
        unit=alteration.unit,
        published=alteration.published,
        seed=seed,
        count=len(chosen),
        made_of=_made_of(alteration),
    )
    shown = progress_for(progress)
    shown.begin("alter", len(altered), 0)
    try:
        if _is_npz(path):
            return _write_npz(planned, altered, shown)
        return _write_folder(planned, altered, shown, overwrite=overwrite)
    finally:
        shown.end()


def alter_sets(
    folder: str | Path,
    output: str | Path,
    alteration: Alteration,
    *,
    strength: float | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool | Progress = False,
) -> tuple[AlteredSet, ...]:
    """Write an altered copy of each set in a folder of sets, under the same names, as .npz files.

    So a control is made: what still tells models apart when all of their pictures went through one change alike?

    Args:
        folder: of sets by architecture and run; see `whorl.evaluation.sets.find_sets`.
        output: a folder, made where there is none; a set that is there already is replaced with `overwrite` alone.
        alteration: what is done to each picture.
        strength: see `alter`.
        seed: see `alter`.
        overwrite: whether earlier altered sets there may be replaced.
        progress: True shows it on stderr.

    Raises:
        WhorlError, ImageError, StorageError: see `alter`; sets that were written before stay.
    """
    places = find_sets(folder)
    return tuple(
        alter(
            place.source,
            Path(output, f"{place.name}.npz"),
            alteration,
            strength=strength,
            seed=seed,
            overwrite=overwrite,
            progress=progress,
        )
        for place in places
    )


def _missing_or_useless(name: str, option: str, given: object) -> str:
    if given is None:
        return f"{name} needs {option}."
    return f"{name} does not use {option}; leave it out."


def _made_of(alteration: Alteration) -> dict[str, str]:
    if not isinstance(alteration, BackgroundSwap):
        return {}
    made_of = {"segmenter": alteration.segmenter.digest, "background": alteration.digest}
    if alteration.landscapes is None:
        return made_of | {"mean": f"{alteration.mean:g}", "spread": f"{alteration.spread:g}"}
    return made_of | {
        "landscapes": bare_name(alteration.landscapes.name),
        "landscapes_digest": alteration.landscapes.digest,
    }


def _is_npz(path: Path) -> bool:
    return path.suffix.lower() == ".npz"


def _check_place(path: Path, *, overwrite: bool) -> None:
    if not _is_npz(path):
        check_output(path, overwrite=overwrite, ours=_is_ours)
    elif path.exists() and not overwrite:
        raise StorageError(
            f"{path} exists already; choose another -o, or replace it with --overwrite (overwrite)."
        )
    elif path.exists() and not _is_ours_npz(path):
        raise StorageError(f"{path} is no altered set, and is not overwritten. Choose another name.")


def _is_ours(folder: Path) -> bool:
    try:
        recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    others = [path for path in folder.rglob("*") if path.is_file() and path.name != RECIPE]
    ours = isinstance(recipe, dict) and recipe.get("schema") == SCHEMA
    return ours and all(path.suffix == ".png" for path in others)


def _is_ours_npz(path: Path) -> bool:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return bool(json.loads(str(arrays["recipe"]))["schema"] == SCHEMA)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return False


def _labels(source: ImageSource) -> tuple[Label, ...] | None:
    labels = source.labels() if isinstance(source, LabelledSource) else None
    return None if labels is None else tuple(labels)


def _write_npz(planned: AlteredSet, altered: AlteredImages, progress: Progress) -> AlteredSet:
    shape, digests = altered[0].shape, []
    labels = _labels(altered)
    with replacing(planned.path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        # Row by row, so that a set need not fit into memory.
        with archive.open("arr_0.npy", "w", force_zip64=True) as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (len(altered), *shape)}
            np.lib.format.write_array_header_1_0(file, header)
            for index in range(len(altered)):
                picture = _altered_at(altered, index)
                _check_shape(picture, shape, altered.ids[index], planned.path)
                file.write(picture.tobytes())
                digests.append(pixel_digest(picture))
                progress.advance(1)
        done = replace(planned, digest=digest_strings(digests))
        if labels is not None:
            _put(archive, "labels", np.array(labels))
        _put(archive, "ids", np.array(altered.ids))
        _put(archive, "recipe", np.array(json.dumps(done.recipe(), ensure_ascii=False)))
    return done


def _altered_at(altered: AlteredImages, index: int) -> Picture:
    """Return an altered picture, if the strength that the recipe will say can be had from it."""
    picture = altered[index]
    least = min(picture.shape[:2])
    if isinstance(altered.alteration, PatchShuffle) and altered.strength > least:
        raise WhorlError(
            f"picture {altered.ids[index]} is {picture.shape[1]} x {picture.shape[0]}, and cannot be cut into "
            f"{altered.strength:g} patches a side; give a --strength of {least} or less."
        )
    return picture


def _put(archive: zipfile.ZipFile, name: str, array: np.ndarray[Any, np.dtype[Any]]) -> None:
    with archive.open(f"{name}.npy", "w") as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def _check_shape(picture: Picture, shape: tuple[int, ...], identifier: str, path: Path) -> None:
    if picture.shape != shape:
        raise ImageError(
            f"picture {identifier} is {picture.shape[1]} x {picture.shape[0]}, and the first one "
            f"{shape[1]} x {shape[0]}; {path.name} holds pictures of one size. Give a folder as -o.",
            id=identifier,
        )


def _write_folder(
    planned: AlteredSet, altered: AlteredImages, progress: Progress, *, overwrite: bool
) -> AlteredSet:
    labels, digests, files = _labels(altered), [], []
    folders = {label: _folder_name(label) for label in set(labels or ())}
    if len(set(folders.values())) < len(folders):
        raise ImageError(f"{altered.name}: two classes would share a folder; write to an .npz file instead.")
    with replacing_folder(planned.path, overwrite=overwrite, ours=_is_ours) as temporary:
        for index, identifier in enumerate(altered.ids):
            picture = _altered_at(altered, index)
            place = f"{index:06d}.png" if labels is None else f"{folders[labels[index]]}/{index:06d}.png"
            (temporary / place).parent.mkdir(exist_ok=True)
            Image.fromarray(picture).save(temporary / place)
            digests.append(pixel_digest(picture))
            files.append([place, identifier])
            progress.advance(1)
        done = replace(planned, digest=digest_strings(digests))
        write_json(temporary / RECIPE, done.recipe() | {"files": files})
    return done


def _folder_name(label: Label) -> str:
    """Return a class as the name of a folder, on any system.

    >>> _folder_name(7), _folder_name("coral reef"), _folder_name("../a")
    ('7', 'coral reef', '_a')
    """
    return re.sub(r"[^\w -]+", "_", str(label)).strip() or "_"
