"""`whorl latent basis`: which directions of a generator's latent carry keys, and how strongly."""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.latent_calibrate import measure
from whorl.cli.latent_told import say_secret

if TYPE_CHECKING:
    from whorl.latent.basis import LatentBasis
    from whorl.latent.contract import LatentGenerator


class By(StrEnum):
    """How directions are chosen."""

    design = "design"
    position = "position"
    channel = "channel"


class CodingOption(StrEnum):
    """How a coordinate tells a bit."""

    lattice = "lattice"
    centred = "centred"
    published = "published"


_DIRECTIONS, _CALIBRATION = "Directions", "Calibration"


def basis(
    generator: Annotated[
        str,
        typer.Argument(
            help="Folder of 'whorl latent convert' or 'whorl lab train', a diffusers pipeline, a plugin."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the basis to; a secret.")],
    bits: Annotated[int, typer.Option(min=1, help="Length of the keys.")] = 32,
    strength: Annotated[
        float | None,
        typer.Option(
            help="How far apart a 0 and a 1 lie along a direction: more is read more surely, and changes pictures "
            "more. Much more than the latents' own deviation there, and that bit is nearly the same in all "
            "pictures without a key, so that it tells little; you are warned, and 'read' asks for more bits.",
            show_default="measured: soft bits of 8-bit pictures off by 0.1",
        ),
    ] = None,
    by: Annotated[
        By,
        typer.Option(
            rich_help_panel=_DIRECTIONS,
            help="design: best read for what they cost to look at. As published: position, principal components "
            "in a row; channel, of each channel of a latent picture by itself.",
        ),
    ] = By.design,
    shift: Annotated[
        int | None,
        typer.Option(
            min=0,
            rich_help_panel=_DIRECTIONS,
            help="The first component, by position or channel.",
            show_default="the last ones",
        ),
    ] = None,
    per_bit: Annotated[
        int,
        typer.Option(
            "--per-bit",
            min=1,
            rich_help_panel=_DIRECTIONS,
            help="Components that each bit moves, by position.",
        ),
    ] = 1,
    coding: Annotated[
        CodingOption | None,
        typer.Option(
            rich_help_panel=_DIRECTIONS,
            help="lattice keeps all variation; centred and published replace it by the key.",
            show_default="lattice by design, else published",
        ),
    ] = None,
    latents: Annotated[
        int, typer.Option(min=2, rich_help_panel=_DIRECTIONS, help="Latents drawn for mean and components.")
    ] = 10_000,
    jacobians: Annotated[
        int,
        typer.Option(
            min=1, rich_help_panel=_DIRECTIONS, help="Latents that a design differentiates the pictures at."
        ),
    ] = 32,
    perceptual: Annotated[
        bool,
        typer.Option(
            "--perceptual/--no-perceptual",
            rich_help_panel=_DIRECTIONS,
            help="What a design counts as cost: what the bundled encoder sees, or how unusual a step is.",
        ),
    ] = True,
    start_pictures: Annotated[
        int,
        typer.Option(
            "--start-pictures",
            min=0,
            rich_help_panel=_DIRECTIONS,
            help="Pictures that a reader's first guess is learned from; 0 for no guess.",
        ),
    ] = 4_000,
    calibrate: Annotated[
        int | None,
        typer.Option(
            "--calibrate",
            min=20,
            rich_help_panel=_CALIBRATION,
            help="Then draw and read so many pictures with keys and as many without, as 'whorl latent calibrate' "
            "does: for 'marked but unknown', and for what bits are without a key.",
            show_default="none",
        ),
    ] = None,
    foreign: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_CALIBRATION,
            help="Real pictures, or other generators', of the same size, to read as well.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Fixes all that is drawn, for experiments: whoever knows it can make the same basis.",
            show_default="a secret",
        ),
    ] = None,
    device: shared.Device = "auto",
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace the basis there is, its calibration too; pictures marked with it are read no more.",
        ),
    ] = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Choose the directions that carry keys, and keep them, with all that a reader needs, in one private folder.

    It is kept before it is calibrated: stopped then, go on with 'whorl latent calibrate'.

    whorl latent basis GENERATOR --calibrate 100 --foreign photos/ -o BASIS
    """
    if shift is not None and by is By.design:
        raise typer.BadParameter("--shift counts components: give --by position or channel, or leave it out")
    if per_bit > 1 and by is not By.position:
        raise typer.BadParameter("--per-bit joins components: give --by position with it, or leave it out")
    if strength is not None and not strength > 0:
        raise typer.BadParameter(f"--strength is above 0; got {strength}")
    if foreign is not None and calibrate is None:
        raise typer.BadParameter("--foreign is read for a calibration: give --calibrate too")
    from dataclasses import replace

    from whorl.files import check_output
    from whorl.images import open_images
    from whorl.latent.basis_folder import BASES
    from whorl.latent.open import open_generator
    from whorl.latent.reading.seen import check_sizes

    check_output(output, overwrite=overwrite, ours=BASES.holds)
    seed = secrets.randbits(63) if seed is None else seed
    others = None if foreign is None else open_images(foreign)
    opened = open_generator(generator, device)
    if others is not None:
        check_sizes(opened, others)
    design: dict[str, Any] = {
        "bits": bits,
        "latents": latents,
        "start_pictures": start_pictures,
        "seed": seed,
    }
    if coding is not None:
        design["coding"] = coding.value
    if by is By.position:
        found = _by_position(opened, {**design, "shift": shift, "per_bit": per_bit})
    elif by is By.channel:
        found = _by_channel(opened, {**design, "shift": shift})
    else:
        found = _by_design(opened, jacobians, perceptual, {**design, "progress": not quiet})
    found = _with_strength(opened, found, strength, seed)
    found = replace(found, generator=replace(found.generator, place=_place(generator)))
    found.save(output, overwrite=overwrite)
    if calibrate is not None:
        with _told_how_to_go_on(output, calibrate, foreign):
            found = measure(opened, found, output, calibrate, foreign=others, seed=seed, progress=not quiet)
    _tell(found, output, as_json)


@contextmanager
def _told_how_to_go_on(output: Path, count: int, foreign: str | None) -> Iterator[None]:
    """Say, where a calibration fails or is stopped, that the basis is there and how it is calibrated."""
    try:
        yield
    except BaseException:
        from whorl.report.text import plain

        command = ["whorl", "latent", "calibrate", str(output), "-n", str(count)]
        command += [] if foreign is None else ["--foreign", foreign]
        typer.echo(
            f"The basis is finished and kept in {plain(str(output))}, without a calibration. To calibrate it: "
            f"{plain(shlex.join(command))}",
            err=True,
        )
        raise


def _by_position(generator: LatentGenerator, design: dict[str, Any]) -> LatentBasis:
    from whorl.latent.directions import basis_by_position

    return basis_by_position(generator, strength=1.0, **design)


def _by_channel(generator: LatentGenerator, design: dict[str, Any]) -> LatentBasis:
    from whorl.latent.by_channel import basis_by_channel

    return basis_by_channel(generator, strength=1.0, **design)


def _by_design(
    generator: LatentGenerator, jacobians: int, perceptual: bool, design: dict[str, Any]
) -> LatentBasis:
    from whorl.latent.directions import basis_by_design
    from whorl.latent.perceptual import EncoderFeatures

    features = EncoderFeatures(generator.device) if perceptual else None
    return basis_by_design(generator, strength=1.0, jacobians=jacobians, features=features, **design)


def _with_strength(
    generator: LatentGenerator, basis: LatentBasis, strength: float | None, seed: int
) -> LatentBasis:
    """Return the basis with the strength that was asked for, or the one that 8-bit pictures need."""
    from whorl.latent.strength import strength_for

    return basis.with_strength(strength_for(generator, basis, seed=seed) if strength is None else strength)


def _place(generator: str) -> str:
    """Return where the generator is found again from another folder."""
    folder = Path(generator).expanduser()
    return str(folder.resolve()) if folder.is_dir() else generator


def _tell(basis: LatentBasis, output: Path, as_json: bool) -> None:
    import numpy as np

    from whorl.latent.deciding.plain_bits import coins

    told: dict[str, Any] = {
        "folder": str(output),
        "digest": basis.digest,
        "generator": basis.generator.name,
        "bits": basis.bits,
        "latent": len(basis.mean),
        "strength": basis.strength,
        "coding": basis.coding,
        "design": {name: value for name, value in basis.design.items() if name not in ("costs", "seed")},
        "guess_explains": basis.start and basis.start.explained,
        "strength_in_deviations": float(np.median(basis.strength / basis.key_deviations)),
        "without_key": {"worth_coins": coins(basis.plain_ones), "lopsided": basis.lopsided},
        "calibration": basis.calibration and basis.calibration.to_dict(),
    }
    say_secret(f"{output}: whoever has it can forge keys, and take them out.")
    if as_json:
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    from whorl.cli.summary_table import print_summary

    print_summary(told | {"digest": basis.digest[:12]})
