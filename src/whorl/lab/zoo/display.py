"""Some pictures of every model of a zoo, one strip each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.images.contract import Picture
from whorl.lab.generators.pictures import read_pictures
from whorl.lab.zoo.build import IMAGE_SIZE
from whorl.lab.zoo.distances import distance_text
from whorl.lab.zoo.judge import ZooJudgement, yardstick
from whorl.lab.zoo.picture_set import read_set
from whorl.lab.zoo.pixel_gaussian import pixel_gaussian
from whorl.lab.zoo.zoo import Zoo
from whorl.report.contact_sheet import contact_sheet
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FONT, INK, MUTED
from whorl.report.text import plain

_COLUMNS = 8
_INCHES = 5.0


@dataclass(frozen=True, eq=False)
class ZooStrip:
    """Pictures of one origin.

    Attributes:
        name: such as ddpm/run-1.
        pictures: uint8 (H, W, 3) each.
        distance: the Frechet distance beside it, as text; None shows none.
    """

    name: str
    pictures: Sequence[Picture]
    distance: str | None


@dataclass
class ZooDisplay(Display):
    """The first pictures of each model, of the training pictures, and of their pixel-wise Gaussian.

    They are the first ones, not the best. Every strip has as many pictures.

    Attributes:
        strips: from top to bottom.
        judgement: where the distances are from; None where there are none.
        figure_: the matplotlib figure, after `plot`.
    """

    strips: Sequence[ZooStrip]
    judgement: ZooJudgement | None = None

    @classmethod
    def from_zoo(
        cls,
        zoo: Zoo,
        data: Any,
        judgement: ZooJudgement | None = None,
        *,
        progress: bool | Progress = False,
    ) -> ZooDisplay:
        """Take the first eight pictures of every set, architecture by architecture.

        Args:
            zoo: built.
            data: what it learned from.
            judgement: of this zoo, for the distances.
            progress: True shows how far the reading is.
        """
        learned = read_pictures(data, IMAGE_SIZE, progress_for(progress))
        count = min(_COLUMNS, zoo.pictures, len(learned))
        order = dict.fromkeys(model.architecture for model in zoo.models)
        models = [model for name in order for model in zoo.models if model.architecture == name]
        judged, distances = judgement, {} if judgement is None else judgement.distances
        told = {name: distance_text(distance) for name, distance in distances.items()}
        strips = [
            ZooStrip(
                model.name, list(read_set(zoo.pictures_file(model)).pixels[:count]), told.get(model.name)
            )
            for model in models
        ]
        seed = 0 if judged is None else judged.seed
        noise = pixel_gaussian(learned.pixels, count, seed=seed)
        # Training pictures are at no distance from themselves; the caption says whose it is.
        real = ZooStrip(
            "real pictures", list(learned.pixels[:count]), None if judged is None else judged.held_out.text
        )
        last = ZooStrip(
            "pixel-wise Gaussian", list(noise), None if judged is None else judged.pixel_gaussian.text
        )
        return cls([real, *strips, last], judgement)

    def plot(self) -> Self:
        """Draw the strips, names on the left, distances on the right."""
        pictures = [picture for strip in self.strips for picture in strip.pictures]
        sheet = contact_sheet(pictures, columns=len(self.strips[0].pictures))
        height, width = sheet.shape[:2]
        self.figure_ = new_figure(_INCHES + 2.4, _INCHES * height / width + 0.7)
        ax = self.figure_.subplots()
        ax.imshow(sheet, interpolation="nearest")
        rows = len(self.strips)
        places = [height * (2 * row + 1) / (2 * rows) for row in range(rows)]
        ax.set_yticks(places, [strip.name for strip in self.strips], fontfamily=FONT, color=INK, fontsize=9)
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        for place, strip in zip(places, self.strips, strict=True):
            if strip.distance is not None:
                ax.annotate(
                    strip.distance, (1.01, place), xycoords=("axes fraction", "data"),
                    va="center", fontsize=9, fontfamily=FONT, color=INK,
                )  # fmt: skip
        if self.judgement is not None:
            ax.set_xlabel(_caption(self.judgement), loc="left", fontsize=7.5, fontfamily=FONT, color=MUTED)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = "; ".join(
            strip.name if strip.distance is None else f"{strip.name}: {strip.distance}"
            for strip in self.strips
        )
        about = "" if self.judgement is None else f" {_caption(self.judgement)}".replace("\n", " ")
        return f"Pictures of a zoo of generators, strip by strip: {told}.{about}"


def _caption(judged: ZooJudgement) -> str:
    return (
        f"Frechet distance to the {judged.n_train:,} training pictures ({plain(judged.encoder)}, layer "
        f"{judged.layer}), of {judged.n:,} pictures each;\nbeside the real pictures: of {judged.n:,} "
        "held-out ones. So few pictures make all of them too large.\n"
        + yardstick(judged).replace(". ", ".\n").replace("; ", ";\n")
    )
