"""`whorl lab study`: the paper's figures and tables, measured anew."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.lab_train import Size

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.lab.studies.inputs import StudyInputs


class StudyName(StrEnum):
    """Which figure or table."""

    figure_1 = "figure-1"
    figure_2 = "figure-2"
    figure_3 = "figure-3"
    figure_4 = "figure-4"
    figure_5 = "figure-5"
    figure_6 = "figure-6"
    figure_7 = "figure-7"
    table_1 = "table-1"
    generic_reference = "generic-reference"


class MetricName(StrEnum):
    """Distance of the References that are fitted."""

    euclidean = "euclidean"
    abs_cosine = "abs-cosine"


_DATA, _MADE, _GENERIC, _TABLE = "Data and encoders", "Made before", "Generic Reference", "Table 1"


@takes_encode_options(but=("on_error",))
def study(
    names: Annotated[
        list[StudyName],
        typer.Argument(
            metavar="STUDY...",
            help="figure-1 to figure-7, table-1, generic-reference: one or several.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Folder of all studies; each gets a folder of its name in it."),
    ],
    size: Annotated[
        Size, typer.Option(help="tiny: seconds, for tests; small: for two cores; paper: as published.")
    ] = Size.small,
    train: Annotated[
        str | None, typer.Option("--train", rich_help_panel=_DATA, help="T: what generators learn from.")
    ] = None,
    test: Annotated[
        str | None, typer.Option("--test", rich_help_panel=_DATA, help="P: held-out pictures.")
    ] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option("--encoder", rich_help_panel=_DATA, help="Name or folder; may be given several times."),
    ] = None,
    reference: Annotated[
        list[Path] | None,
        typer.Option(
            "--reference", rich_help_panel=_DATA, help="A fitted Reference; may be given several times."
        ),
    ] = None,
    metric: Annotated[
        MetricName,
        typer.Option(
            rich_help_panel=_DATA,
            help="Distance of the References that are fitted; the authors' curves are of abs-cosine.",
        ),
    ] = MetricName.euclidean,
    zoo: Annotated[
        Path | None,
        typer.Option(
            "--zoo",
            rich_help_panel=_MADE,
            help="A zoo (see 'whorl lab zoo'), or sets by architecture and run.",
            show_default="one is trained",
        ),
    ] = None,
    segmenter: Annotated[
        Path | None,
        typer.Option(
            "--segmenter",
            rich_help_panel=_MADE,
            help="A trained segmenter, for figures 4 and 5.",
            show_default="one is trained",
        ),
    ] = None,
    landscapes: Annotated[
        str | None,
        typer.Option(
            "--landscapes", rich_help_panel=_MADE, help="Photographs for backgrounds, for figures 4 and 5."
        ),
    ] = None,
    landscape_classes: Annotated[
        str | None,
        typer.Option(
            "--landscape-classes",
            rich_help_panel=_MADE,
            help="Labels of the photographs to use, with commas.",
            show_default="all",
        ),
    ] = None,
    generic: Annotated[
        Path | None,
        typer.Option("--generic", rich_help_panel=_GENERIC, help="A Reference of another data set."),
    ] = None,
    generic_train: Annotated[
        str | None,
        typer.Option("--generic-train", rich_help_panel=_GENERIC, help="T of another data set, to fit one."),
    ] = None,
    generic_test: Annotated[
        str | None, typer.Option("--generic-test", rich_help_panel=_GENERIC, help="P of that data set.")
    ] = None,
    trained: Annotated[
        str | None,
        typer.Option(
            "--trained",
            rich_help_panel=_TABLE,
            help="Classifiers to train too: cnn, resnet-small, vit-tiny, resnet-50, vit-base, with commas.",
            show_default="none",
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights", rich_help_panel=_TABLE, help="Pretrained weights of one of them: NAME=FOLDER."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes everything drawn.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Measure a figure or table of arXiv 2407.21159 anew: plot, numbers, and each of its claims tested.

    What is missing is made: References, a zoo, a segmenter. Killed, it goes on when the command is given again.

    whorl lab study figure-7 --train T --test P --encoder ENCODER --zoo ZOO -o studies
    """
    from whorl.lab.studies.inputs import StudyInputs
    from whorl.lab.studies.sizes import study_size

    run.pop("progress", None)
    shared.refuse_inside(
        output, train, test, landscapes, generic_train, generic_test, str(zoo) if zoo else None
    )
    inputs = StudyInputs(
        folder=output,
        size=study_size(size.value),
        train=train,
        test=test,
        encoders=tuple(encoder or ()),
        references=tuple(reference or ()),
        zoo=zoo,
        segmenter=segmenter,
        landscapes=landscapes,
        landscape_classes=shared.names(landscape_classes) if landscape_classes else None,
        generic=generic,
        generic_train=generic_train,
        generic_test=generic_test,
        metric=metric.value,
        trained=shared.names(trained) if trained else (),
        weights=shared.pairs("--weights", weights),
        seed=seed,
        device=device,
        progress=not quiet,
        options=run,
    )
    _run_all([name.value for name in names], inputs, overwrite=overwrite, as_json=as_json)


def _run_all(names: list[str], inputs: StudyInputs, *, overwrite: bool, as_json: bool) -> None:
    from rich.console import Console

    from whorl.lab.studies.material import Material
    from whorl.lab.studies.page import claims_grid
    from whorl.lab.studies.run import RESULT, check_studies, run_study
    from whorl.report.grid_table import GridTables

    material = Material(inputs)
    left = check_studies(names, material, overwrite=overwrite)
    details = {"command": _command()}
    for name in dict.fromkeys(names):
        report = inputs.folder / name / "report.html"
        if name not in left:
            typer.echo(f"{name}: measured before, with equal inputs. Report: {report}", err=True)
            continue
        result = run_study(name, inputs, material=material, details=details, overwrite=overwrite)
        if not as_json:
            asked = (f"{name}: {result.asks}",)
            Console().print(GridTables((claims_grid(result),), before=asked, notes=result.notes))
            typer.echo(f"Report: {report}")
    if as_json:
        found = [json.loads((inputs.folder / name / RESULT).read_text(encoding="utf-8")) for name in names]
        typer.echo(json.dumps(found[0] if len(found) == 1 else found, indent=1, ensure_ascii=False))


def _command() -> str:
    """Return the command without the folders that its files lie in: results are made to be shown."""
    from whorl.images.names import bare_name

    return shlex.join(["whorl", *(bare_name(part) if "/" in part else part for part in sys.argv[1:])])
