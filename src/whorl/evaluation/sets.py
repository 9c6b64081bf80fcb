"""A folder of sets of pictures, by architecture and run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from whorl.errors import ImageError
from whorl.images.kinds import container_kind, is_hidden, is_picture
from whorl.images.npz import picture_arrays

_LAYOUT = (
    "FOLDER/architecture/run or FOLDER/data set/architecture/run, runs being folders of pictures or "
    "archives, or FOLDER/architecture.npz with arrays run-1, run-2 and so on"
)
_RUN = re.compile(r"run-\d+")


@dataclass(frozen=True)
class SetPlace:
    """One set: pictures by one run of one architecture.

    Attributes:
        dataset: what it was trained on, as its folder says; empty where the folders have no such level.
        architecture, run: as its folder and its own name say.
        path: the folder or file with its pictures.
        array: which array of the file, where it holds several runs; else empty.
    """

    dataset: str
    architecture: str
    run: str
    path: Path
    array: str = ""

    @property
    def name(self) -> str:
        """All of it, joined by "/"."""
        return "/".join(part for part in (self.dataset, self.architecture, self.run) if part)

    @property
    def source(self) -> str:
        """What `whorl.open_images` takes."""
        return f"{self.path}::{self.array}" if self.array else str(self.path)


def find_sets(folder: str | Path) -> tuple[SetPlace, ...]:
    """Return the sets in a folder, by name.

    Raises:
        ImageError: no such folder, no set, one set alone, or sets at different depths.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ImageError(f"{folder} is no folder; give one that holds {_LAYOUT}.")
    packs = [(path, runs) for path in sorted(folder.iterdir()) if (runs := _runs_in(path))]
    packed = {path for path, _ in packs}
    found = [(p, p.relative_to(folder).parts) for p in _sets_in(folder, 0) if p not in packed]
    depths = {len(parts) for _, parts in found} | {2 for _ in packs[:1]}
    if not depths or not depths <= {2, 3}:
        raise ImageError(f"{folder} holds no sets of pictures by architecture; expected {_LAYOUT}.")
    if len(depths) > 1:
        named = [parts for _, parts in found] + [(path.stem, runs[0]) for path, runs in packs]
        shallow, deep = (next("/".join(parts) for parts in named if len(parts) == d) for d in (2, 3))
        raise ImageError(f"{folder} holds sets at two depths ({shallow} and {deep}); expected {_LAYOUT}.")
    places = [SetPlace("" if len(p) == 2 else p[0], p[-2], _stem(path), path) for path, p in found]
    places += [SetPlace("", path.stem, run, path, array=run) for path, runs in packs for run in runs]
    if len(places) == 1:
        raise ImageError(
            f"{folder} holds one set, {places[0].name}; give at least two, or there is nothing to tell apart."
        )
    names = [place.name for place in places]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ImageError(f"{folder} holds two sets called {twice[0]}; rename one, or take it out.")
    return tuple(sorted(places, key=lambda place: place.name))


def _sets_in(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the sets below a folder; a folder with pictures in it is a set, and not looked into."""
    for path in sorted(folder.iterdir()):
        if is_hidden(path.name):
            continue
        if path.is_file():
            if container_kind(path.name) is not None:
                yield path
        elif any(is_picture(each.name) for each in path.iterdir() if each.is_file()):
            yield path
        elif depth < 3:
            yield from _sets_in(path, depth + 1)


def _runs_in(path: Path) -> tuple[str, ...]:
    """Return the runs that one .npz file holds as arrays; none where its arrays are called otherwise."""
    if is_hidden(path.name) or not path.is_file() or container_kind(path.name) != "npz":
        return ()
    names = picture_arrays(path)
    return names if all(_RUN.fullmatch(name) for name in names) else ()


def _stem(path: Path) -> str:
    if path.is_dir():
        return path.name
    return path.name.removesuffix(".gz").rpartition(".")[0]
