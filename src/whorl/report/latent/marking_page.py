"""Pictures with and without a user's key as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from whorl.latent.marking import Marking
from whorl.report.details import detail_groups
from whorl.report.latent.marked_pictures_display import MarkedPicturesDisplay
from whorl.report.latent.tables import marking_grid
from whorl.report.latent.words import MARKING_LIMITS, marking_headline
from whorl.report.page import Fact, Page, render_page
from whorl.report.sections import Section, Sections
from whorl.report.two_sizes import captioned

_FOOTER = "Latent fingerprints: Nie, Kim, Yang, Ren (arXiv 2304.09752)."


def render_marking(marking: Marking, *, details: Mapping[str, object]) -> str:
    """Return the page as text; equal input gives equal text, and the key is not in it."""
    page = Page(
        overline="Whorl · Whose copy made this picture?",
        title="Pictures with a key",
        lead=marking_headline(marking),
        facts=(
            Fact(f"{len(marking):,}", "picture" if len(marking) == 1 else "pictures"),
            Fact(f"{marking.bits:,}", "bits in each"),
            Fact(f"{marking.change.mean():.2f}", "grey levels of change, root mean square"),
        ),
        limits=MARKING_LIMITS,
        details=detail_groups({"marking": marking.to_dict(), **details}),
        footer=_FOOTER,
    )
    display = MarkedPicturesDisplay(marking)
    caption = (
        f"Pictures of the same latents, above without the key, in the middle with it. Below: marked minus unmarked"
        f"{', not amplified' if display.factor == 1 else f', {display.factor:g} times'}; grey: no difference. "
        "Under each: the root mean square of that difference, before it was amplified."
    )
    figure = captioned(display, title="", caption=caption, prefix="m")
    sections = (
        Section("With and without the key", figures=(figure,)),
        Section("Picture by picture", folded=(marking_grid(marking),)),
    )
    return render_page("sections.html.j2", page, Sections((), sections))
