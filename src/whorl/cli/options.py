"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.encoders.contract import Layer
    from whorl.encoders.layers import LayerSelection
    from whorl.memorization.chosen_layers import LayerWish


class OnError(StrEnum):
    """What to do with a picture that cannot be read."""

    fail = "fail"
    skip = "skip"


RUN = "Running"

BatchSize = Annotated[
    int | None,
    typer.Option(
        "--batch-size", min=1, rich_help_panel=RUN, help="Pictures per forward pass.", show_default="chosen"
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=0,
        rich_help_panel=RUN,
        help="Processes that decode and resize; 0 does it in this one.",
        show_default="chosen",
    ),
]
ShardSize = Annotated[
    int,
    typer.Option(
        "--shard-size",
        min=1,
        rich_help_panel=RUN,
        help="Pictures per cached file; a kill loses at most one.",
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache", rich_help_panel=RUN, help="Folder of the embedding cache.", show_default="the user's"
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", rich_help_panel=RUN, help="Keep no embeddings on disk.")]
TrainPictures = Annotated[
    str | None,
    typer.Option(
        "--train",
        help="T's pictures, to show the closest pairs.",
        show_default="where they were when the Reference was built",
    ),
]
ReferenceEncoder = Annotated[
    str | None,
    typer.Option("--encoder", help="Where the Reference's encoder lies now.", show_default="where it was"),
]
RegistryPlace = Annotated[
    str | None,
    typer.Option(
        "--registry",
        help="A file, or postgresql://USER:PASSWORD@HOST/DATABASE.",
        show_default="WHORL_REGISTRY, or the user's",
    ),
]
ScoredLayers = Annotated[
    str | None,
    typer.Option(
        "--layers",
        help="Score some of the Reference's layers: auto = the low-level and the high-level one that its "
        "sensitivity profile chooses; 4 = the last four; 1,6,-1 = these.",
        show_default="all",
    ),
]
OnErrorOption = Annotated[
    OnError,
    typer.Option(
        "--on-error", rich_help_panel=RUN, help="A picture that cannot be read: fail, or skip and list it."
    ),
]
Device = Annotated[str, typer.Option("--device", rich_help_panel=RUN, help="auto, cpu, mps, cuda or cuda:N.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=RUN, help="No progress on stderr.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        rich_help_panel=RUN,
        help="Count, measure for some seconds, estimate the time; write nothing.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of tables.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is at the output already.")]


def above_zero(value: float | None) -> float | None:
    """Refuse a number that is not above 0; for options of which `min` would let 0 pass.

    >>> above_zero(0.5)
    0.5
    """
    if value is not None and not value > 0:
        raise typer.BadParameter(f"must be above 0; got {value:g}")
    return value


def encode_options(
    *,
    batch_size: int | None,
    workers: int | None,
    shard_size: int,
    cache: Path | None,
    no_cache: bool,
    on_error: OnError,
    quiet: bool,
) -> EncodeOptions:
    """Gather the options that say how pictures are run through an encoder."""
    if no_cache and cache is not None:
        raise typer.BadParameter("give --cache or --no-cache, not both")
    return {
        "batch_size": batch_size,
        "workers": workers,
        "shard_size": shard_size,
        "cache": None if no_cache else (cache or "auto"),
        "on_error": on_error.value,
        "progress": not quiet,
    }


def refuse_inside(output: Path, *sources: str | None) -> None:
    """Refuse an output inside a folder of pictures, where its own figures would become samples.

    Raises:
        typer.BadParameter: it lies there.
    """
    for source in sources:
        folder = Path(source).expanduser() if source else None
        if folder and folder.is_dir() and output.expanduser().resolve().is_relative_to(folder.resolve()):
            raise typer.BadParameter(f"-o {output} lies inside the pictures {source}; write somewhere else")


def parse_layers(text: str | None) -> LayerSelection:
    """Read --layers: nothing or "all", a count n (the last n), or numbers with commas (exactly these).

    >>> parse_layers("all"), parse_layers("4"), parse_layers("1,6,-1"), parse_layers("12,")
    (None, 4, [1, 6, -1], [12])
    """
    if text is None or text.strip() == "all":
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    if not numbers:
        raise typer.BadParameter(
            f"--layers takes 'all', a count (the last n) or numbers with commas (1,6,-1 or 12,); got {text!r}"
        )
    return numbers[0] if "," not in text and numbers[0] > 0 else numbers


def parse_scored_layers(text: str | None, available: Sequence[Layer]) -> LayerWish:
    """Read --layers where sets are scored: "all", "auto", a count n (the last n), or layers with commas.

    >>> parse_scored_layers("auto", (1, 2, 3)), parse_scored_layers("2", (1, 2, 3))
    ('auto', [2, 3])
    >>> parse_scored_layers("1,-1", (1, 2, 3)), parse_scored_layers("stem,", ("stem", "head"))
    ([1, 3], ['stem'])
    """
    if text is None or text.strip() == "all":
        return None
    if text.strip() == "auto":
        return "auto"
    return parse_held_layers(text, available, "Reference", also="'auto', ")


def parse_held_layers(
    text: str | None, available: Sequence[Layer], what: str, *, option: str = "--layers", also: str = ""
) -> list[Layer] | None:
    """Read layers of something that holds some: "all", a count n (the last n), or layers with commas.

    Args:
        text: as typed; None for all.
        available: the layers there are.
        what: what holds them, for the message.
        option: how it was typed, likewise.
        also: what else is taken, likewise.

    >>> parse_held_layers("2", (1, 2, 3), "manifold"), parse_held_layers("all", (1, 2), "manifold")
    ([2, 3], None)
    """
    if text is None or text.strip() == "all":
        return None
    names = {str(layer): layer for layer in available}
    names |= {str(i - len(available)): layer for i, layer in enumerate(available) if isinstance(layer, int)}
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if "," not in text and text.strip().isdecimal() and 0 < int(text) <= len(available):
        return list(available[-int(text) :])
    if not parts or any(part not in names for part in parts):
        raise typer.BadParameter(
            f"{option} takes 'all', {also}a count (the last n) or layers with commas (1,6 or 6,); this "
            f"{what} has {', '.join(map(str, available))}; got {text!r}"
        )
    return [names[part] for part in parts]


def names(text: str) -> tuple[str, ...]:
    """Read names joined by commas.

    >>> names("cnn, vit-tiny,")
    ('cnn', 'vit-tiny')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """Read NAME=VALUE, given any number of times.

    >>> pairs("--weights", ["vit-tiny=folder"])
    {'vit-tiny': 'folder'}
    """
    found = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise typer.BadParameter(f"{option} takes NAME=VALUE; got {text!r}")
        found[name] = value
    return found
