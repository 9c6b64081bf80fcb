"""What the page of an evaluation shows, section by section: nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator

from whorl.evaluation.results import TASKS, Confusion, Evaluation, Task
from whorl.report.evaluation.accuracy_display import AccuracyDisplay
from whorl.report.evaluation.agreement_grid import agreement_grid, largest_agreements
from whorl.report.evaluation.architecture_curves_display import ArchitectureCurvesDisplay
from whorl.report.evaluation.confusion_display import ConfusionDisplay
from whorl.report.evaluation.curve_distances_display import CurveDistancesDisplay
from whorl.report.evaluation.grids import (
    accuracy_grid,
    architecture_grid,
    differences_grid,
    not_run_grid,
    open_set_grid,
    paired_grid,
    times_grid,
)
from whorl.report.evaluation.map_display import MapDisplay
from whorl.report.evaluation.open_set_display import OpenSetDisplay
from whorl.report.evaluation.paired_display import PairedDisplay
from whorl.report.evaluation.tried import (
    has_curves,
    has_distances,
    has_positions,
    main_confusions,
    tasks_with_rates,
)
from whorl.report.evaluation.words import agreement_words, open_set_words, task_words
from whorl.report.sections import Section, Sections
from whorl.report.text import counted
from whorl.report.two_sizes import CaptionedFigure, captioned

_ACCURACY = (
    "Share of queries named rightly against the number of pictures, a line per method; bars are 95 % intervals. "
    "Bold and dark, with a band: the default. Look where its band leaves the other lines below, and where "
    "it does not."
)
_OPEN_SET = (
    "Left: how well the distance to the nearest known model tells known from unknown, 1 being perfect and the "
    "dashed line chance. Right: what the default's own threshold accepts. The red bars should not rise above "
    "the black lines."
)
_AGREEMENT = (
    "A method that compares a set's fingerprint and one that names single pictures were asked about the same "
    "queries. Agreement tells something where they are right more often when they agree than each is alone. Where "
    "models may be unknown, 'none of these' is an answer too, right of a model that is unknown. Both learned from "
    "the same pictures, so they are not independent."
)
_CONFUSION = (
    "Rows: who made the pictures. Columns: who they were taken for. Numbers: percent of the row's queries. All "
    "on the diagonal is perfect; dark cells off it are pairs that are mistaken for each other."
)
_PAIRED = (
    "By how much artifacts on a manifold name more queries rightly than the same classifier on the pictures "
    "themselves (raw), minus a random real picture (random), and than earlier methods, on the same queries, at "
    "the fewest pictures tried. Bars: 95 % intervals. Left of the dashed line they are worse."
)
_DISTANCES = (
    "Each cell is the distance between two sets' C_T-layer curves, dark being far; frames hold the sets of one "
    "architecture. Light frames in dark surroundings mean that runs are alike and architectures differ. Grey: "
    "no layer in common. After arXiv 2407.21159, Figure 6b."
)
_CURVES = (
    "A line per set, coloured by architecture. Look whether lines of one colour run together, apart from the "
    "others. Gaps: no cell of that layer had enough pictures. After arXiv 2407.21159, Figure 7."
)
_MAP = (
    "A mark per set; near each other means alike by the default method's numbers. Two dimensions cannot keep all "
    "distances, and directions and units mean nothing. Look whether marks of one colour lie together."
)


def evaluation_view(evaluation: Evaluation) -> Sections:
    """Prepare the page's content."""
    return Sections(evaluation.warnings, tuple(_sections(evaluation)))


def _sections(evaluation: Evaluation) -> Iterator[Section]:
    tasks = tasks_with_rates(evaluation)
    if tasks:
        figure = captioned(AccuracyDisplay(evaluation), title="", caption=_ACCURACY, prefix="a")
        yield Section("How often the right one is named", figures=(figure,))
    yield from (_task(evaluation, task) for task in tasks)
    yield _open_set(evaluation)
    if evaluation.agreements:
        yield _agreement(evaluation)
    confusions = main_confusions(evaluation)
    if confusions:
        figures = tuple(_confusion(each, number) for number, each in enumerate(confusions))
        yield Section("Who is taken for whom", (_CONFUSION,), figures)
    yield from _sets(evaluation)
    if evaluation.times:
        yield Section("What it costs", grids=(times_grid(evaluation),))
    if evaluation.not_run:
        yield Section("What was not run", grids=(not_run_grid(evaluation),))


def _task(evaluation: Evaluation, task: Task) -> Section:
    compared, paired = differences_grid(evaluation, task), paired_grid(evaluation, task)
    figures: tuple[CaptionedFigure, ...] = ()
    if paired.rows:
        display = PairedDisplay(evaluation, task)
        figures = (captioned(display, title="What artifacts add", caption=_PAIRED, prefix=f"p{task}"),)
    return Section(
        TASKS[task].capitalize(),
        task_words(evaluation, task),
        figures,
        grids=(accuracy_grid(evaluation, task), *((paired,) if paired.rows else ())),
        folded=(architecture_grid(evaluation, task), *((compared,) if compared.rows else ())),
    )


def _open_set(evaluation: Evaluation) -> Section:
    told = open_set_words(evaluation)
    if not evaluation.open_set:
        return Section("Known or unknown", told)
    sizes = sorted({rate.size for rate in evaluation.open_set})
    return Section(
        "Known or unknown",
        told,
        (captioned(OpenSetDisplay(evaluation), title="", caption=_OPEN_SET, prefix="u"),),
        (open_set_grid(evaluation, sizes[-1]),),
        (open_set_grid(evaluation),) if len(sizes) > 1 else (),
    )


def _agreement(evaluation: Evaluation) -> Section:
    largest = largest_agreements(evaluation)
    tried = {(each.task, each.size) for each in evaluation.agreements}
    several = [task for task in largest if sum(task == other for other, _ in tried) > 1]
    return Section(
        "Two kinds of evidence: what is agreement worth?",
        (_AGREEMENT, *agreement_words(evaluation)),
        grids=tuple(agreement_grid(evaluation, task, size) for task, size in largest.items()),
        folded=tuple(agreement_grid(evaluation, task) for task in several),
    )


def _confusion(confusion: Confusion, number: int) -> CaptionedFigure:
    caption = (
        f"{confusion.method} with {counted(confusion.size, 'picture')} per query, {TASKS[confusion.task]}."
    )
    title = TASKS[confusion.task].capitalize()
    return captioned(ConfusionDisplay(confusion), title=title, caption=caption, prefix=f"c{number}")


def _sets(evaluation: Evaluation) -> Iterator[Section]:
    figures = []
    if has_positions(evaluation):
        title, display = "The map", MapDisplay(evaluation)
        figures.append(captioned(display, title=title, caption=_MAP, prefix="m"))
    if has_curves(evaluation):
        curves = ArchitectureCurvesDisplay(evaluation)
        figures.append(captioned(curves, title="The curves", caption=_CURVES, prefix="l"))
    if has_distances(evaluation):
        apart = CurveDistancesDisplay(evaluation)
        figures.append(captioned(apart, title="Distances between curves", caption=_DISTANCES, prefix="d"))
    if figures:
        yield Section("Where the sets lie", figures=tuple(figures))
