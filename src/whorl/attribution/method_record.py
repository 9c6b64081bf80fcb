"""How a method is remembered, and made again: by its name, and its manifold by digest and place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whorl.attribution.artifact_features import ArtifactFeatures, method_named_on
from whorl.attribution.manifold_names import is_manifold_name
from whorl.attribution.methods import AttributionMethod, method_named
from whorl.errors import ScoreError, StorageError
from whorl.manifold.folder import MANIFOLDS
from whorl.manifold.manifold import Manifold


def record_of(method: AttributionMethod, folder: Path) -> dict[str, Any]:
    """Return what is remembered of a method, as JSON values.

    Args:
        method: to be made again by `method_from`.
        folder: where this will lie; the manifold is looked for relative to it too, so that both can move together.

    Raises:
        StorageError: another method, or none, has its name.
    """
    features, manifold = method.features, None
    if isinstance(features, ArtifactFeatures):
        manifold = {"digest": features.manifold.digest, **_place(features.manifold.place, folder)}
    record = {"name": method.name, "features": dict(features.describe()), "manifold": manifold}
    try:
        again = _named(method.name, features.manifold if isinstance(features, ArtifactFeatures) else None)
        known = dict(again.features.describe()) == record["features"]
    except ScoreError:
        known = False
    if not known:
        raise StorageError(
            f"the method {method.name!r} is not the one that Whorl knows by this name, so nobody could make it "
            "again from a file. Take one of whorl.attribution.methods, or of whorl.attribution.artifact_features."
        )
    return record


def method_from(
    record: Mapping[str, Any], folder: Path, manifold: Manifold | str | Path | None = None
) -> AttributionMethod:
    """Make a method again.

    Args:
        record: as `record_of` gave it.
        folder: where it lies.
        manifold: the method's manifold, or its folder, where it does not lie where it was.

    Raises:
        StorageError: the manifold is not at hand, or is another one; or pictures would be measured otherwise.
    """
    held = _manifold(record, folder, manifold)
    method = _named(record["name"], held)
    if dict(method.features.describe()) != dict(record["features"]):
        raise StorageError(
            f"the attributor {folder} has learned from features ({record['name']}) of another version of Whorl. "
            "Train it anew."
        )
    return method


def _named(name: str, manifold: Manifold | None) -> AttributionMethod:
    return method_named(name) if manifold is None else method_named_on(manifold, name)


def _place(place: Path | None, folder: Path) -> dict[str, str | None]:
    if place is None:
        return {"place": None, "beside": None}
    try:
        beside = os.path.relpath(place, folder.resolve())
    except ValueError:  # on another drive
        beside = None
    return {"place": str(place), "beside": beside}


def _manifold(
    record: Mapping[str, Any], folder: Path, given: Manifold | str | Path | None
) -> Manifold | None:
    wanted = record["manifold"]
    if wanted is None or not is_manifold_name(record["name"]):
        if given is not None:
            raise ScoreError(f"the attributor {folder} ({record['name']}) needs no manifold; give none.")
        return None
    if given is not None:
        held = given if isinstance(given, Manifold) else Manifold.load(given)
        if held.digest != wanted["digest"]:
            raise StorageError(
                f"this manifold (digest {held.digest[:12]}) is not the one that the attributor {folder} has "
                f"learned on ({wanted['digest'][:12]}): its artifacts mean something else. "
                "Give that one, or train anew."
            )
        return held
    looked = list(_candidates(wanted, folder))
    for place in looked:
        if _digest_at(place) == wanted["digest"]:
            return Manifold.load(place)
    told = f"looked for at {', '.join(map(str, looked))}" if looked else "nothing is known of where it lies"
    raise StorageError(
        f"the attributor {folder} needs its manifold (digest {wanted['digest'][:12]}); {told}, and it is not "
        "there. Say where it lies with --manifold (manifold=)."
    )


def _candidates(wanted: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    places = [Path(os.path.normpath(folder.resolve() / wanted["beside"]))] if wanted["beside"] else []
    places += [Path(wanted["place"])] if wanted["place"] else []
    yield from dict.fromkeys(places)


def _digest_at(place: Path) -> str | None:
    try:
        return str(MANIFOLDS.read(place).get("digest"))
    except (StorageError, OSError):
        return None
