"""The losses of a training, step by step, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCHEMA = "whorl-generator-history/1"
_POINTS = 400


@dataclass
class LossHistory:
    """Losses by name.

    Attributes:
        losses: of every step, oldest first; an architecture always has the same names.
    """

    losses: dict[str, list[float]] = field(default_factory=dict)

    def __len__(self) -> int:
        return min((len(values) for values in self.losses.values()), default=0)

    def add(self, losses: Mapping[str, float]) -> None:
        """Take in the losses of one step."""
        for name, value in losses.items():
            self.losses.setdefault(name, []).append(value)

    def means(self, since: int) -> dict[str, float]:
        """Return the mean of each loss over the steps from `since` on."""
        return {name: float(np.mean(values[since:])) for name, values in self.losses.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON values, means over runs of steps where there are more than 400."""
        curves = {name: _thinned(np.array(values)) for name, values in self.losses.items()}
        return {"schema": SCHEMA, "steps": len(self), "losses": curves}


def _thinned(values: NDArray[np.float64]) -> dict[str, list[float]]:
    parts = np.array_split(values, min(_POINTS, max(1, len(values))))
    ends = np.cumsum([len(part) for part in parts])
    return {"steps": ends.tolist(), "means": [float(part.mean()) for part in parts]}


def draw_losses(history: LossHistory, path: Path, *, title: str) -> None:
    """Draw each loss over the steps.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import line_style
    from whorl.report.plain_axes import frame_plain

    figure = new_figure(6.0, 4.0)
    axes = figure.subplots()
    for index, (name, curve) in enumerate(history.to_dict()["losses"].items()):
        axes.plot(
            curve["steps"],
            curve["means"],
            color=line_style(index).colour,
            linewidth=1.5,
            label=f"loss: {name}",
        )
    frame_plain(axes, title=title, x="steps")
    axes.legend(frameon=False)
    save_figure(figure, path, title=title)
