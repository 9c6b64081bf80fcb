"""Which method a command line means, and whether it stands on a manifold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from whorl.attribution.manifold_names import Kind
    from whorl.attribution.methods import AttributionMethod
    from whorl.manifold import Manifold


def places_of(places: list[Path], method: str | None) -> tuple[Path | None, Path]:
    """Return the manifold's folder, if one is meant, and that of the known sets."""
    from whorl.attribution.manifold_names import is_manifold_name

    wanted = method is None or is_manifold_name(method)
    if len(places) == 1 and wanted:
        raise typer.BadParameter(
            "give a manifold and a folder of known sets: whorl manifold train MANIFOLD KNOWN; or a --method that "
            "needs no manifold, such as --method durall"
        )
    if len(places) == 2 and not wanted:
        raise typer.BadParameter(f"--method {method} needs no manifold; give the folder of known sets alone")
    if len(places) > 2:
        raise typer.BadParameter(
            f"give at most a manifold and a folder of known sets; got {len(places)} places"
        )
    return (places[0], places[1]) if wanted else (None, places[0])


def method_without_manifold(method: str | None, *of_a_manifold: str | None) -> AttributionMethod:
    """Return a method by its name.

    Args:
        method: the name.
        *of_a_manifold: what was given for --layer, --classifier, --kind and --encoder; None for nothing.

    Raises:
        typer.BadParameter: one of them was given.
        ScoreError: there is no such method.
    """
    from whorl.attribution.methods import method_named

    names = ("layer", "classifier", "kind", "encoder")
    given = [name for name, value in zip(names, of_a_manifold, strict=True) if value]
    if given:
        raise typer.BadParameter(f"--{given[0]} is for methods on a manifold; --method {method} has its own")
    return method_named(method or "")


def method_on_manifold(
    held: Manifold, method: str | None, layer: str | None, classifier: str | None, kind: Kind | None
) -> AttributionMethod:
    """Return a method on a manifold: by its whole name, or by layer, classifier and kind.

    Raises:
        typer.BadParameter: both were given.
        ScoreError: an unknown name, layer or classifier.
    """
    from whorl.attribution.artifact_features import method_named_on, method_of

    if method is None:
        layers = {str(each): each for each in held.layers}
        return method_of(
            held,
            layer=None if layer is None else layers.get(layer, layer),
            classifier=classifier,
            kind=kind or "nearest",
        )
    if layer or classifier or kind:
        raise typer.BadParameter(
            f"--method {method} says space and classifier already; leave out --layer, --classifier and --kind"
        )
    return method_named_on(held, method)
