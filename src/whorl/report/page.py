"""What every page of results has: a heading, facts, limits, and what it was made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whorl.report.contact_sheet import MOST_SAMPLES, contact_sheet
from whorl.report.details import DetailGroup
from whorl.report.environment import page_environment
from whorl.report.pictures import Picture, check_picture, data_uri, is_small
from whorl.report.text import plain
from whorl.report.views import SheetView

_COLUMNS = 8


@dataclass(frozen=True)
class Fact:
    """A line under the heading: a number or a name, and what it is."""

    strong: str
    rest: str


@dataclass(frozen=True)
class Page:
    """What frames a page's content; see templates/frame.html.j2."""

    overline: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    limits: tuple[str, ...]
    details: tuple[DetailGroup, ...]
    footer: str


def render_page(template: str, page: Page, view: object) -> str:
    """Return a page as text; equal input gives equal text."""
    return page_environment().get_template(template).render(page=page, view=view)


def sheet_of(pictures: Sequence[Picture], *, of: int, source: str) -> SheetView | None:
    """Return up to 16 pictures as one; None without any.

    Raises:
        WhorlError: one of them is no picture.
    """
    if not pictures:
        return None
    for number, picture in enumerate(pictures, start=1):
        check_picture(picture, f"sample {number}")
    shown = pictures[:MOST_SAMPLES]
    sheet = contact_sheet(shown, columns=_COLUMNS)
    height, width = sheet.shape[:2]
    count = f"{len(shown)} of {of:,} pictures"
    return SheetView(
        uri=data_uri(sheet, longest=max(height, width)),
        width=width,
        height=height,
        small=all(map(is_small, shown)),
        alt=f"{count} from {plain(source)}" if source else count,
        caption=f"{count}.",
    )
