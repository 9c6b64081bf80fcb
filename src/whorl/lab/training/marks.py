"""What weights are worth on pictures they were not trained on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What a judge found; None where it had nothing to judge by. Higher is better, but for the loss.

    Attributes:
        top1: share of held-out pictures whose class the head names; None of an objective without a head.
        knn: cosine 10-NN accuracy of the last layer's embeddings; None without labels.
        held_out_loss: the objective's loss on held-out pictures; None where `top1` says more.
    """

    top1: float | None = None
    knn: float | None = None
    held_out_loss: float | None = None

    def __str__(self) -> str:
        """Return them in words.

        >>> str(Marks(top1=0.5, knn=0.25))
        'held-out top-1 50.0%, 10-NN 25.0%'
        >>> str(Marks(held_out_loss=31.4))
        'held-out loss 31.400'
        """
        words = {
            "held-out loss": None if self.held_out_loss is None else f"{self.held_out_loss:.3f}",
            "held-out top-1": None if self.top1 is None else f"{self.top1:.1%}",
            "10-NN": None if self.knn is None else f"{self.knn:.1%}",
        }
        return ", ".join(f"{name} {value}" for name, value in words.items() if value is not None)

    def to_dict(self) -> dict[str, float]:
        """Return those there are as JSON values.

        >>> Marks(knn=0.25).to_dict()
        {'knn': 0.25}
        """
        values = {"top1": self.top1, "knn": self.knn, "held_out_loss": self.held_out_loss}
        return {name: value for name, value in values.items() if value is not None}
