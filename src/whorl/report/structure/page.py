"""What artifacts reveal as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from whorl.files import write_bytes
from whorl.report.details import detail_groups
from whorl.report.page import Fact, Page, render_page
from whorl.report.sections import Section, Sections
from whorl.report.structure.displays import StructureDisplay, structure_displays
from whorl.report.structure.grids import choices_grid, layers_grid, missing_grid, ratios_grid, spectra_grid
from whorl.report.structure.words import (
    CHOICES_TOLD,
    LAYERS_TOLD,
    LIMITS,
    MAP_TOLD,
    choice_words,
    map_words,
    picture_notes,
    ratio_words,
    spectra_words,
    structure_headline,
)
from whorl.report.text import plain
from whorl.report.two_sizes import captioned
from whorl.structure.examples import ArtifactExamples
from whorl.structure.structure_result import Structure

_FOOTER = "Artifacts on the manifold of real pictures: Song, Khayatkhoei, AbdAlmageed (arXiv 2402.10401)."
_CAPTIONS = {
    "layers": "Above: share of single pictures given to the right class. Below: Frechet distance ratio. "
    "Dashed: the ablations; the band is a 95 % interval of artifacts, ringed the best layer.",
    "layer": "Above: share of single pictures given to the right class, with 95 % intervals over pictures. Below: "
    "Frechet distance ratio, with intervals over draws of the halves.",
    "ratios": "Dots: the ratio with its interval over draws of the halves. Grey: with labels dealt to the "
    "pictures at random, from the mean to the 95 % quantile. 1: classes that do not differ.",
    "choices": "Dots: agreement of clusters with a choice. Grey: with its values dealt to other models, "
    "from the mean to the 95 % quantile. Behind each name: p, and the smallest p that so many models can give.",
    "map": MAP_TOLD,
    "spectra": "Above: mean log power of artifacts in rings of one cycle; the bar is as long as a 95 % interval "
    "of the mean over pictures typically is. Below, where there are real pictures: how far each model is above "
    "them, the band a 95 % interval, the other models in grey.",
    "examples": "Pictures drawn at random, the real pictures nearest to them, and the differences on grey: "
    "brighter where the picture has more. One scale for all.",
}


def write_structure_page(
    path: Path,
    found: Structure,
    *,
    examples: Mapping[str, ArtifactExamples] | None = None,
    details: Mapping[str, object],
) -> Path:
    """Write the page in one step; equal input gives equal bytes.

    Raises:
        StorageError: the disk is full or read-only.
    """
    write_bytes(path, render_structure(found, examples=examples, details=details).encode())
    return path


def render_structure(
    found: Structure,
    *,
    examples: Mapping[str, ArtifactExamples] | None = None,
    details: Mapping[str, object],
) -> str:
    """Return the page as text; see `write_structure_page`."""
    about = {
        "structure": {
            "encoder": found.encoder,
            "manifold": found.manifold,
            "pictures": dict(zip(found.labels, found.pictures, strict=True)),
            "layers": found.layers,
            "layer of choices and map": found.at,
            "components": found.d,
            "seed": found.seed,
        }
    }
    page = Page(
        overline="Whorl · What artifacts reveal",
        title="What artifacts reveal of the models that made the pictures",
        lead=structure_headline(found),
        facts=(
            Fact(f"{sum(found.pictures):,}", "pictures"),
            Fact(f"{len(found.labels):,}", "classes"),
            Fact(f"{len(found.layers):,}", "layer" if len(found.layers) == 1 else "layers"),
            Fact(f"{found.manifold_pictures:,}", "real pictures in the manifold"),
        ),
        limits=LIMITS,
        details=detail_groups({**about, **details}),
        footer=_FOOTER,
    )
    displays = structure_displays(found, examples or {})
    sections = Sections(picture_notes(found), tuple(_sections(found, displays)))
    return render_page("sections.html.j2", page, sections)


def _sections(found: Structure, displays: Mapping[str, StructureDisplay]) -> Iterator[Section]:
    told = _CAPTIONS if len(found.layers) > 1 else _CAPTIONS | {"layers": _CAPTIONS["layer"]}
    figures = {
        name: (captioned(display, title="", caption=told[name], prefix=f"{name}-"),)
        for name, display in displays.items()
    }
    at = f" at layer {plain(str(found.at))}" if len(found.layers) > 1 else ""
    if found.curve is not None:
        yield Section(
            "Layer by layer",
            told=(LAYERS_TOLD,),
            figures=figures["layers"],
            grids=(layers_grid(found.curve),),
        )
    if found.ratios:
        yield Section(
            "How far classes stand apart",
            told=ratio_words(found),
            figures=figures["ratios"],
            grids=(ratios_grid(found),),
        )
    if found.choices is not None:
        yield Section(
            f"Design choices{at}",
            told=(CHOICES_TOLD, *choice_words(found.choices, found.labels)),
            figures=figures["choices"],
            grids=(choices_grid(found.choices),),
        )
    if found.map is not None:
        yield Section(f"A map of artifacts{at}", told=map_words(found), figures=figures["map"])
    if found.spectra is not None:
        yield Section(
            "Average spectra",
            told=spectra_words(found),
            figures=figures["spectra"],
            folded=(spectra_grid(found.spectra),),
        )
    if "examples" in figures:
        yield Section("Some artifacts", figures=figures["examples"])
    if found.not_measured:
        yield Section("What was not measured", grids=(missing_grid(found),))
