"""A study of keys as a table."""

from __future__ import annotations

from whorl.latent.studies.study import LatentStudy, Point
from whorl.latent.studies.summary import Share
from whorl.report.grid import Column, Grid
from whorl.report.text import percent

_READ = ("bits right", "all bits right", "named", "misnamed", "passes")
_WRONG = ("bits wrong", "predicted")
_QUALITY = ("Frechet ratio", "change")
_TAKEN = ("taken for the victim", "change")

_FORETOLD = "predicted: share of bits wrong, foretold from residual and Jacobian; "
_HINT = (
    "per cent with 95 % intervals; named: answered with their own user, misnamed: with another's; passes of the "
    "generator, a picture's mean; Frechet ratio: pictures with keys to plain ones of other seeds, over plain to "
    "plain, smallest and largest of four; change: root mean square, grey levels"
)


def study_grid(study: LatentStudy) -> Grid:
    """Return one row for each condition: what was read, and what keys did to the pictures."""
    points = [(name, point) for name, series in study.series.items() for point in series]
    read = any(point.read is not None for _, point in points)
    priced = any(point.quality is not None for _, point in points)
    titles = (
        *(_WRONG if study.foretold else ()),
        *(_READ if read else _TAKEN),
        *(_QUALITY if priced else ()),
    )
    rows = tuple(
        (
            name,
            point.name,
            *(_wrong(point) if study.foretold else ()),
            *(_read(point) if read else _taken(point)),
            *(_priced(point) if priced else ()),
        )
        for name, point in points
    )
    return Grid(
        study.title,
        (
            Column("series", name=True),
            Column("condition", name=True),
            *(Column(t, number=True) for t in titles),
        ),
        rows,
        hint=(_FORETOLD if study.foretold else "") + _HINT,
    )


def _read(point: Point) -> tuple[str, ...]:
    found = point.read
    if found is None:
        return ("",) * len(_READ)
    return (
        _share(found.bit_accuracy),
        _share(found.exact),
        _share(found.named),
        percent(found.misnamed),
        f"{found.passes:,.0f}",
    )


def _wrong(point: Point) -> tuple[str, ...]:
    found = point.read
    if found is None:
        return ("",) * len(_WRONG)
    return (_share(found.wrong), "" if found.predicted is None else f"{100 * found.predicted:.1f}")


def _taken(point: Point) -> tuple[str, ...]:
    others = point.others
    share = Share(others["taken_for_the_victim"], others["low"], others["high"])
    return (_share(share), f"{others['change']:.1f}" if "change" in others else "")


def _priced(point: Point) -> tuple[str, ...]:
    found = point.quality
    if found is None:
        return ("",) * len(_QUALITY)
    return (f"{found.ratio:.3f} [{found.low:.3f}, {found.high:.3f}]", f"{found.change:.2f}")


def _share(share: Share) -> str:
    return f"{100 * share.value:.1f} [{100 * share.low:.1f}, {100 * share.high:.1f}]"
