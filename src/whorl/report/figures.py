"""Figures into bytes: no pyplot, no date, no random id, nothing that points outside."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from whorl.errors import WhorlError
from whorl.files import write_bytes

_DPI = 200
_SUFFIXES = (".svg", ".png")
_STYLE = "stroke-linejoin:round;stroke-linecap:butt"
_ID = re.compile(r'\bid="([^"]+)"')
# All that matplotlib draws with; nothing here runs, styles the page around it, or leads out of the figure.
_DRAWN = {
    *("svg", "g", "defs", "use", "clipPath", "pattern", "image", "title", "desc", "text", "tspan"),
    *("path", "rect", "line", "circle", "ellipse", "polygon", "polyline"),
    *("linearGradient", "radialGradient", "stop"),
}
_WORDS = {"title", "desc"}
_LEADS_OUT = re.compile(r"url\((?!#)|image-set|image\(|src\(|@|position\s*:", re.IGNORECASE)
_USE = re.compile(r'(xlink:href="#|href="#|url\(#)([^")]+)')


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of so many inches, laid out by itself, known to no pyplot."""
    figure = Figure(figsize=(width, height), dpi=100, facecolor="white")
    figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08)
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: str | Path, *, title: str) -> Path:
    """Write a figure as SVG or PNG, told by the suffix, in one step.

    Raises:
        WhorlError: another suffix.
        StorageError: the disk is full or read-only.
    """
    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES:
        raise WhorlError(f"{path.name}: a figure is written as .svg or .png; name the file so.")
    if path.suffix.lower() == ".svg":
        data = ('<?xml version="1.0" encoding="utf-8"?>\n' + figure_svg(figure, title=title)).encode()
    else:
        data = figure_png(figure)
    write_bytes(path, data)
    return path


def figure_png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    buffer = io.BytesIO()
    figure.canvas.print_figure(buffer, format="png", dpi=_DPI, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def figure_svg(figure: Figure, *, title: str, prefix: str = "w") -> str:
    """Return a figure as one ``<svg>`` element that can stand in a file or inside a page.

    matplotlib's ids are random, unless a global setting is changed, and alike in every figure: they are
    numbered anew behind `prefix`, so that equal figures give equal bytes and one page can hold many.

    Args:
        figure: what to draw.
        title: what a screen reader says.
        prefix: starts every id; another for each figure of a page.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.canvas.print_figure(buffer, format="svg", dpi=100, facecolor="white", metadata=nothing)
    text = buffer.getvalue()
    body = text[text.index(">", text.index("<svg")) + 1 :]
    for clutter in (r"<metadata>.*?</metadata>", r"<!--.*?-->", r"<style[^>]*>.*?</style>"):
        body = re.sub(clutter, "", body, flags=re.DOTALL)
    width, height = (72 * float(inches) for inches in figure.get_size_inches())
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}pt" height="{height:g}pt" style="{_STYLE}" '
        f'role="img" aria-label={quoteattr(title)}>\n<title>{escape(title)}</title>'
    )
    return head + renumber(re.sub(r"\n\s*\n", "\n", body), prefix)


def check_svg(text: str, what: str) -> None:
    """Refuse a figure that could do more in a page than be looked at; `what` names it in the message.

    Raises:
        WhorlError: it is not one whole ``<svg>`` element, or holds a script, a style sheet or an address.
    """
    try:
        # Without "<!" there is no document type, so there are no entities to expand.
        if not text.startswith("<svg") or "<!" in text or "<?" in text:
            raise ValueError
        elements = list(ElementTree.fromstring(text).iter())  # noqa: S314
        if not all(_only_drawn(element) for element in elements):
            raise ValueError
    except (ValueError, ElementTree.ParseError) as error:
        raise WhorlError(
            f"{what}: expected one <svg> element without scripts, style sheets and addresses. Give what a "
            "display's to_svg() returns."
        ) from error


def _only_drawn(element: ElementTree.Element) -> bool:
    name = _local(element.tag)
    if name in _WORDS and len(element):  # inside these a browser reads HTML again
        return False
    return name in _DRAWN and all(
        _harmless(_local(key).lower(), value) for key, value in element.attrib.items()
    )


def _harmless(key: str, value: str) -> bool:
    if key == "href":
        return value.startswith(("#", "data:image/png;base64,"))
    # A style sheet's escapes could spell any of the words that are looked for.
    if key.startswith(("on", "src")) or "\\" in value:
        return False
    return _LEADS_OUT.search(value) is None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def renumber(body: str, prefix: str) -> str:
    """Number the ids of a figure anew behind `prefix`, and leave out those that nothing refers to."""
    used = {name for _, name in _USE.findall(body)}
    names: dict[str, str] = {}

    def define(match: re.Match[str]) -> str:
        if match[1] not in used:
            return ""
        return f'id="{names.setdefault(match[1], f"{prefix}{len(names)}")}"'

    body = _ID.sub(define, body)
    return _USE.sub(lambda match: match[1] + names.get(match[2], match[2]), body)
