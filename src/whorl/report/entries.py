"""What a report is made of: sets of generated pictures, and figures that stand beside them."""

from __future__ import annotations

from dataclasses import dataclass

from whorl.memorization.curve import Curve
from whorl.report.figures import check_svg
from whorl.report.pictures import PairPictures, Picture, check_picture
from whorl.report.text import plain


@dataclass(frozen=True, eq=False)
class ReportEntry:
    """One set of generated pictures in a report.

    Attributes:
        name: what to call it.
        curve: its result.
        pair_pictures: closest pairs with their pictures, nearest first; of the layers that decide
            (`curve.verdict.early.strongest`, `.late.strongest`, `.whole.strongest`) they are shown.
        about: a sentence or two on where the set comes from; empty for none.
        samples: some pictures of the set, uint8 (H, W, 3) each; the first 16 are shown, in this order.

    Raises:
        WhorlError: a sample of another type or shape.
    """

    name: str
    curve: Curve
    pair_pictures: tuple[PairPictures, ...] = ()
    about: str = ""
    samples: tuple[Picture, ...] = ()

    def __post_init__(self) -> None:
        for number, picture in enumerate(self.samples, start=1):
            check_picture(picture, f"sample {number} of {plain(self.name)!r}")


@dataclass(frozen=True)
class ReportFigure:
    """A figure of a report, beside the curves.

    Attributes:
        title: its heading.
        svg: one ``<svg>`` element, as `CurveDisplay.to_svg` gives it: letters drawn as paths, nothing from
            outside. Its ids are numbered anew in the report.
        caption: what it shows, in words.

    Raises:
        WhorlError: the text is no such element.
    """

    title: str
    svg: str
    caption: str

    def __post_init__(self) -> None:
        check_svg(self.svg, f"figure {plain(self.title)!r}")
