"""`whorl latent study`: what keys cost and what they withstand, on one generator."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.latent.studies.study import Bench


class StudyName(StrEnum):
    """What is varied."""

    dimension = "dimension"
    strength = "strength"
    capacity = "capacity"
    robustness = "robustness"
    errors = "errors"
    cost = "cost"
    forging = "forging"


@takes_encode_options(but=("shard_size", "on_error"))
def study(
    generator: Annotated[
        str,
        typer.Argument(
            help="Folder of 'whorl latent convert' or 'whorl lab train', a diffusers pipeline, a plugin."
        ),
    ],
    names: Annotated[list[StudyName], typer.Argument(help="Which studies.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A folder; each study gets one of its own in it.")
    ],
    encoder: Annotated[
        str, typer.Option("--encoder", help="Sees the pictures for Frechet distances, at its last layer.")
    ] = "whorl-vit-32",
    bits: Annotated[int, typer.Option(min=4, help="Length of the keys, where it is not varied.")] = 32,
    strength: Annotated[
        float | None,
        typer.Option(
            help="Strength by design, where it is not varied.",
            show_default="measured: soft bits of 8-bit pictures off by 0.1",
        ),
    ] = None,
    users: Annotated[
        int, typer.Option(min=1, help="Users in the key book, where keys have room for them.")
    ] = 1_000,
    pictures: Annotated[int, typer.Option(min=2, help="Pictures read in each condition.")] = 60,
    frechet_pictures: Annotated[
        int, typer.Option("--frechet-pictures", min=10, help="Pictures in each set of a Frechet distance.")
    ] = 1_000,
    perceptual: Annotated[
        bool,
        typer.Option(
            "--perceptual/--no-perceptual",
            help="What a design counts as cost: what the bundled encoder sees, or how unusual a step is.",
        ),
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Fixes all that is drawn.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Measure what keys cost and what they withstand; stopped, it goes on when the command is given again.

    What was read and measured is kept in STUDIES/answers, which holds no key; the bases, which are secrets where
    the seed is one, in STUDIES/bases, for your eyes alone.

    whorl latent study GENERATOR capacity robustness -o STUDIES
    """
    run.pop("progress", None)  # a study's own counts the pictures read
    from whorl.embeddings.progress import progress_for
    from whorl.encoders import load_encoder
    from whorl.errors import ScoreError
    from whorl.files import check_output
    from whorl.latent.open import open_generator
    from whorl.latent.perceptual import EncoderFeatures
    from whorl.latent.studies.bases import StudyBases
    from whorl.latent.studies.study import Bench
    from whorl.report.latent_study import holds_latent_study

    if strength is not None and not strength > 0:
        raise typer.BadParameter(f"--strength is above 0; got {strength}")
    wanted = list(dict.fromkeys(name.value for name in names))
    for name in wanted:
        there = (output / name).is_dir() and holds_latent_study(output / name)
        check_output(output / name, overwrite=overwrite or there, ours=holds_latent_study)
    opened = open_generator(generator, device)
    if bits >= opened.latent_dim:
        raise ScoreError(
            f"a latent of {opened.latent_dim} numbers carries 1 to {opened.latent_dim - 1} bits; got {bits}."
        )
    features = EncoderFeatures(opened.device) if perceptual else None
    if strength is None:
        bases = StudyBases(opened, features, output / "bases")
        strength = bases.measured_strength(bits, seed=seed, kept=output / "answers")
    bench = Bench(
        opened,
        load_encoder(encoder, device=device),
        strength,
        features=features,
        bits=bits,
        users=users,
        pictures=pictures,
        n=frechet_pictures,
        seed=seed,
        kept=output / "answers",
        kept_bases=output / "bases",
        options=run,
        progress=progress_for(not quiet),
    )
    _run_all(wanted, bench, output, overwrite=overwrite, as_json=as_json)


def _run_all(names: list[str], bench: Bench, output: Path, *, overwrite: bool, as_json: bool) -> None:
    from rich.console import Console

    from whorl.images.names import bare_name
    from whorl.latent.studies.names import run_study
    from whorl.report.grid_table import GridTables
    from whorl.report.latent_study import study_grid, write_latent_study
    from whorl.versions import versions

    command = shlex.join(["whorl", *(bare_name(part) if "/" in part else part for part in sys.argv[1:])])
    details: dict[str, Any] = {"command": command, "versions": versions()}
    found = []
    for name in names:
        before = None if overwrite else _before(output / name, bench)
        if before is not None:
            typer.echo(
                f"{name}: measured before, with equal settings. Report: {output / name / 'report.html'}",
                err=True,
            )
            found.append(before)
            continue
        measured = run_study(name, bench)
        write_latent_study(output / name, measured, details=details, overwrite=overwrite)
        found.append(measured.to_dict())
        if not as_json:
            Console().print(
                GridTables((study_grid(measured),), before=(measured.asks,), notes=measured.notes)
            )
            typer.echo(f"Report: {output / name / 'report.html'}")
    if as_json:
        typer.echo(json.dumps(found[0] if len(found) == 1 else found, indent=1, ensure_ascii=False))


def _before(folder: Path, bench: Bench) -> dict[str, Any] | None:
    """Return what a study found before with equal settings; None where it was not measured.

    Raises:
        StorageError: it was measured with others.
    """
    from whorl.errors import StorageError

    if not folder.is_dir():
        return None
    held: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    there, here = held.get("measured", {}), json.loads(json.dumps(bench.describe()))
    other = [name for name, value in here.items() if there.get(name) != value]
    if other:
        raise StorageError(
            f"{folder} was measured with other settings ({', '.join(other)}); choose another -o, or measure it "
            "again with --overwrite."
        )
    return held
