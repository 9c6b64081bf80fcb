"""`whorl latent calibrate`: what readings of a basis look like with a key and without."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared

if TYPE_CHECKING:
    from whorl.embeddings.progress import Progress
    from whorl.images.contract import ImageSource
    from whorl.latent.basis import LatentBasis
    from whorl.latent.contract import LatentGenerator
    from whorl.latent.deciding.calibration import Calibration
    from whorl.latent.deciding.observed import Observed
    from whorl.latent.keys.key_book import KeyBook


def calibrate(
    basis: Annotated[Path, typer.Argument(help="A basis' folder (see 'whorl latent basis').")],
    count: Annotated[
        int, typer.Option("-n", "--count", min=20, help="So many pictures with keys, and as many without.")
    ] = 100,
    foreign: Annotated[
        str | None,
        typer.Option(help="Real pictures, or other generators', of the same size, to read as well."),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", help="A key book: count the pictures without a key that would be taken for its users'."
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(help="Wanted share of pictures without a key that are taken for some user's.")
    ] = 1e-3,
    generator: Annotated[
        str | None,
        typer.Option("--generator", help="Where the basis' generator lies now.", show_default="where it was"),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Fixes latents and keys, for experiments; never those that the basis was learned from.",
            show_default="a secret",
        ),
    ] = None,
    device: shared.Device = "auto",
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Replace the calibration that the basis has. Directions and keys stay."
        ),
    ] = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Draw pictures with keys and without, read them and foreign ones, and keep with the basis what was learned.

    Nothing else in the basis changes: keys are read as before. Stopped, it has changed nothing at all.

    whorl latent calibrate BASIS -n 100 --foreign photos/
    """
    from whorl.images import open_images
    from whorl.latent.basis import LatentBasis
    from whorl.latent.basis_folder import check_calibration
    from whorl.latent.deciding.decision import check_book
    from whorl.latent.deciding.threshold import check_rate
    from whorl.latent.keys.key_book import KeyBook
    from whorl.latent.open import generator_of

    check_calibration(basis, overwrite=overwrite)
    check_rate(rate)
    others = None if foreign is None else open_images(foreign)
    held, book = LatentBasis.load(basis), None if keys is None else KeyBook.load(keys)
    if book is not None:
        check_book(book, held.bits)
    found = measure(
        generator_of(held, generator, device),
        held,
        basis,
        count,
        foreign=others,
        seed=secrets.randbits(63) if seed is None else seed,
        progress=not quiet,
        overwrite=overwrite,
    )
    _tell(found, basis, book, rate, as_json)


def measure(
    generator: LatentGenerator,
    basis: LatentBasis,
    folder: Path,
    count: int,
    *,
    foreign: ImageSource | None,
    seed: int,
    progress: bool | Progress,
    overwrite: bool = False,
) -> LatentBasis:
    """Calibrate a basis, keep what was learned in its folder, and return it with that."""
    from whorl.latent.calibrate import calibrate as measured

    learned = measured(generator, basis, count, foreign=foreign, seed=seed, progress=progress)
    found = replace(basis, calibration=learned)
    found.save_calibration(folder, overwrite=overwrite)
    return found


def _tell(basis: LatentBasis, folder: Path, book: KeyBook | None, rate: float, as_json: bool) -> None:
    from whorl.report.latent.words import observed_words, unluckiest_words

    calibration = basis.calibration
    assert calibration is not None  # noqa: S101 - it has just been measured
    with_book, unlucky = _observed(basis, calibration, book, rate)
    told: dict[str, Any] = {
        "folder": str(folder),
        "digest": basis.digest,
        "calibration": calibration.to_dict(),
    }
    if as_json:
        observed = {
            "rate": rate,
            "users": book and len(book),
            "book": [each.to_dict() for each in with_book],
            "unluckiest_key": [each.to_dict() for each in unlucky],
        }
        typer.echo(json.dumps(told | {"observed": observed}, indent=1, ensure_ascii=False))
        return
    from whorl.cli.summary_table import print_summary

    print_summary({"folder": str(folder), "digest": basis.digest[:12], **calibration.to_dict()})
    for line in (*observed_words(with_book), *unluckiest_words(unlucky)):
        typer.echo(line)


def _observed(
    basis: LatentBasis, calibration: Calibration, book: KeyBook | None, rate: float
) -> tuple[tuple[Observed, ...], tuple[Observed, ...]]:
    """Return pictures without a key held against a book, and against the key that is worst off."""
    from whorl.latent.deciding.matching import MatchingRule
    from whorl.latent.deciding.observed import observed_with, unluckiest

    tried = [
        unluckiest(kind, bits, rate=rate) for kind, bits in calibration.without_key.items() if len(bits) > 1
    ]
    unlucky = tuple(each for each in tried if each is not None)
    if book is None:
        return (), unlucky
    rule = MatchingRule.of(book, rate=rate, shares=(basis.plain_ones, *calibration.shares))
    return observed_with(book, rule, calibration), unlucky
