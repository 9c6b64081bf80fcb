"""A sensitivity profile ready for the report's template."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from whorl.encoders.contract import Layer
from whorl.memorization.curve import Curve
from whorl.report.sensitivity_display import SensitivityDisplay
from whorl.report.sensitivity_words import sensitivity_words
from whorl.report.text import percent, signed
from whorl.report.views import FigureView
from whorl.sensitivity import SensitivityProfile, contrasts


@dataclass(frozen=True)
class SensitivityRow:
    """One layer of the table."""

    layer: Layer
    cells: tuple[str, ...]
    contrast: str


@dataclass(frozen=True)
class SensitivityView:
    """What the section shows."""

    told: tuple[str, ...]
    figures: FigureView
    caption: str
    hint: str
    titles: tuple[str, ...]
    rows: tuple[SensitivityRow, ...]


def sensitivity_view(profile: SensitivityProfile, curve: Curve) -> SensitivityView:
    """Prepare the section; `curve` tells whether the profile chose the layers that were scored."""
    # A Reference of fewer layers than the profile was built with those that it chose.
    fitted_by_choice = set(profile.layers) > set(curve.of_layers or curve.layers)
    drawn = SensitivityDisplay.from_profile(profile)
    # Safe: made by matplotlib alone, letters drawn as paths; the one text in it is escaped by figure_svg.
    wide, narrow = (
        Markup(drawn.plot(small=small).to_svg(prefix=f"s{kind}"))  # noqa: S704
        for small, kind in ((False, "w"), (True, "n"))
    )
    return SensitivityView(
        told=sensitivity_words(profile, auto=curve.auto or fitted_by_choice),
        figures=FigureView(wide, narrow),
        caption=CAPTION,
        hint=HINT,
        titles=tuple(f"{each.name}, {each.strengths[-1]:g} {each.unit}" for each in profile.alterations),
        rows=tuple(sensitivity_rows(profile)),
    )


def sensitivity_rows(profile: SensitivityProfile) -> list[SensitivityRow]:
    """Return each layer's response to the strongest grades, the share recognised in brackets, and the contrast."""
    values = contrasts(profile.response, profile.levels)
    return [
        SensitivityRow(
            layer,
            tuple(
                f"{response:.2f} ({percent(share)})"
                for response, share in zip(
                    profile.response[i, :, -1].tolist(), profile.recognised[i, :, -1].tolist(), strict=True
                )
            ),
            signed(float(values[i]), 2),
        )
        for i, layer in enumerate(profile.layers)
    ]


CAPTION = (
    "Above: how far each layer moves when a picture is altered, for each way and strength; 0: the layer does not "
    "notice, 1: as far as another picture. Shaded: 95 % intervals. Below: the contrast between arrangement and "
    "detail; only its differences between layers mean anything."
)
HINT = (
    "Response to the strongest grade; in brackets the share of pictures so altered that lie nearest to their own "
    "original: how likely a copy altered so could be found at this layer at all."
)
