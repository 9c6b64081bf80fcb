"""Damped Gauss-Newton steps from one start, which can be stopped after so many passes and go on later.

Sources: Levenberg (1944) and Marquardt (1963) for damped Gauss-Newton steps; Broyden (Math. Comp. 19, 1965) for
the update of the Jacobian between steps.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.latent.reading.search import Place, Search

_DAMPING = 1e-2
_TRIES = 6
_BRISK = 1.25


class Descent:
    """A descent from one start, begun with one pass.

    Args:
        search: what is looked for.
        begin: coordinates, float64 (n + k,).
        steps: at most so many.
        enough: a residual in grey levels at which it ends.
        slow: it ends where three steps made the residual less than this factor smaller.

    Attributes:
        here: the best place so far.
        ended: whether it came to its own end; False where it was stopped, and can go on.
    """

    def __init__(
        self, search: Search, begin: NDArray[np.float64], *, steps: int, enough: float, slow: float
    ) -> None:
        self._search, self._left, self._enough, self._slow = search, steps, enough, slow
        self.here = search.place(torch.from_numpy(begin).to(search.row.device), 0.0)
        self.ended = False
        self._slopes: torch.Tensor | None = None
        self._exact = False  # whether the slopes were taken here
        self._due = True  # whether they are to be, before another step
        self._damping, self._history = _DAMPING, [self.here.grey]

    def go_on(self, until: int) -> None:
        """Take steps until the search has spent so many passes, or the descent has come to its end."""
        search = self._search
        while not self.ended:
            if self._left <= 0:
                self.ended = True
            elif search.passes + (search.slopes_cost if self._due else 0) + 1 > until:
                return
            else:
                self._step(self.slopes_here(until) if self._due else self._known(), until)

    @property
    def creeps(self) -> bool:
        """Whether the last three steps made the residual less than a fifth smaller."""
        return len(self._history) > 3 and self._history[-4] < _BRISK * self.here.grey

    def slopes_here(self, until: int) -> torch.Tensor:
        """Return the Jacobian at the best place; where that is past so many passes, the last one, updated."""
        search = self._search
        if not self._exact and search.passes + search.slopes_cost <= until:
            self._slopes, self._exact, self._due = search.slopes(self.here.at), True, False
        return self._known()

    def _known(self) -> torch.Tensor:
        if self._slopes is None:
            raise ValueError("no Jacobian was taken: the passes did not suffice.")
        return self._slopes

    def _step(self, slopes: torch.Tensor, until: int) -> None:
        # What is left over is taken for noise: far from the picture, likely coordinates count for more.
        noise = self.here.noise
        here = self._search.weighed(self.here, noise)
        found = self._lower(here, slopes, noise, until)
        if found is None:
            return
        self._left -= 1
        moved, foreseen = found.at - here.at, here.rest + slopes @ (found.at - here.at)
        gain = (here.loss - found.loss) / max(float(here.rest @ here.rest - foreseen @ foreseen), 1e-300)
        was_exact = self._exact
        self._slopes = slopes + torch.outer(found.rest - foreseen, moved) / (moved @ moved)
        # Where the pictures are nearly linear, Broyden's update will do.
        self.here, self._exact, self._due = found, False, not gain > 0.5
        self._history.append(found.grey)
        if found.grey <= self._enough:
            self.ended = True
        elif len(self._history) > 3 and self._history[-4] < self._slow * found.grey:
            self.ended, self._due = was_exact, True

    def _lower(self, here: Place, slopes: torch.Tensor, noise: float, until: int) -> Place | None:
        """Return the first damped step that goes down; None where none does, or there are no passes left."""
        search = self._search
        square = slopes.T @ slopes + torch.diag(noise * search.weights)
        down = -(slopes.T @ here.rest + noise * search.weights * (here.at - search.means))
        for _ in range(_TRIES):
            if search.passes >= until:
                return None
            step = torch.linalg.solve(square + self._damping * torch.diag(square.diagonal()), down)
            found = search.place(here.at + step, noise)
            if found.loss < here.loss:
                self._damping = max(self._damping / 5, 1e-8)
                return found
            self._damping *= 6
        self._left -= 1
        self._damping, self._due, self.ended = _DAMPING, not self._exact, self._exact
        return None
