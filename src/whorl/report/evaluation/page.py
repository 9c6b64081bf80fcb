"""An evaluation as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from whorl.evaluation.results import Evaluation
from whorl.files import write_bytes
from whorl.report.details import detail_groups
from whorl.report.evaluation.views import evaluation_view
from whorl.report.evaluation.words import LIMITS, evaluation_lead
from whorl.report.page import Fact, Page, render_page

_FOOTER = (
    "The C_T-layer curve as a fingerprint: He, Zhao, Bai, Hsieh (arXiv 2407.21159). Its section 5 is the test "
    "that is enlarged here."
)


def write_evaluation_page(path: Path, evaluation: Evaluation, *, details: Mapping[str, object]) -> Path:
    """Write the page in one step; equal input gives equal bytes.

    Raises:
        StorageError: the disk is full or read-only.
    """
    write_bytes(path, render_evaluation(evaluation, details=details).encode())
    return path


def render_evaluation(evaluation: Evaluation, *, details: Mapping[str, object]) -> str:
    """Return the page as text; see `write_evaluation_page`."""
    about = {
        "evaluation": {
            "reference": evaluation.reference,
            "encoder": evaluation.encoder,
            "default": evaluation.default,
            "sizes": evaluation.sizes,
            "splits": evaluation.splits,
            "draws": evaluation.draws,
            "seed": evaluation.seed,
        }
    }
    page = Page(
        overline="Whorl · Which model made these pictures?",
        title="How well models are told apart",
        lead=evaluation_lead(evaluation),
        facts=tuple(_facts(evaluation)),
        limits=LIMITS,
        details=detail_groups({**about, **details}),
        footer=_FOOTER,
    )
    return render_page("sections.html.j2", page, evaluation_view(evaluation))


def _facts(evaluation: Evaluation) -> list[Fact]:
    architectures = len({each.architecture for each in evaluation.sets})
    datasets = len({each.dataset for each in evaluation.sets})
    counts = (
        (len(evaluation.sets), "set of pictures", "sets of pictures"),
        (architectures, "architecture", "architectures"),
        (datasets, "data set", "data sets"),
        (len(evaluation.methods), "method", "methods"),
    )
    facts = [Fact(f"{count:,}", one if count == 1 else more) for count, one, more in counts]
    return [*facts, Fact(evaluation.encoder, "sees the pictures")] if evaluation.encoder else facts
