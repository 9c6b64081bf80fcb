"""What an objective of the encoder trainer must keep to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from whorl.lab.training.objective import Objective


def check_objective(objective: Objective[Any]) -> None:
    """Check that an objective is a function of its recipe and pictures, and trains what can be saved.

    Args:
        objective: with its pictures; those of at most two steps are looked at.

    Raises:
        AssertionError: it breaks the contract of `whorl.lab.training.objective`; the message says how.
    """
    import torch

    from whorl.lab.training.encoder_models import last_embedding
    from whorl.lab.training.order import Order

    def first_batch() -> Any:
        return objective.batches(order).at(0)

    recipe, count = objective.recipe, len(objective.pictures)
    order = Order(count, min(recipe.batch_size, count), recipe.seed)
    before = torch.get_rng_state()
    model, batch = objective.model(), first_batch()
    _require(torch.equal(torch.get_rng_state(), before), "it draws from torch's global generator")
    again, same = objective.model().state_dict(), first_batch()
    for name, value in model.state_dict().items():
        _require(torch.equal(again[name], value), f"{name} is not a function of the recipe")
    shape = (order.batch_size, 3, recipe.size, recipe.size)
    for view, other in zip(batch.views, same.views, strict=True):
        _require(tuple(view.shape) == shape, f"a view has the shape {tuple(view.shape)}, not {shape}")
        _require(torch.equal(view, other), "the batch of a step is not always the same")
        _require(float(view.abs().max()) <= 1, "a view leaves -1 .. 1")
    model.train()
    loss = objective.loss([model(pixel_values=view) for view in batch.views], batch)
    _require(loss.ndim == 0, "the loss is no scalar")
    _require(bool(torch.isfinite(loss)), "the loss is not finite")
    loss.backward()  # type: ignore[no-untyped-call]
    backbone = getattr(model, str(model.base_model_prefix))
    moved = [p.grad is not None and bool(p.grad.any()) for p in backbone.parameters()]
    _require(any(moved), "the loss moves nothing of the backbone")
    model.eval()
    _, embedding = last_embedding(model, model.state_dict(), batch.views[0])
    _require(embedding.shape[0] == order.batch_size, "no embedding for each picture")
    marks = objective.marks(model, model.state_dict(), torch.device("cpu")).to_dict()
    _require(bool(marks), "no marks")
    _require(all(np.isfinite(value) for value in marks.values()), f"marks that are not finite: {marks}")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(f"not an objective: {message}.")
