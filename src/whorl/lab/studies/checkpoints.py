"""Pictures by the checkpoints of one training."""

from __future__ import annotations

from pathlib import Path

from whorl.evaluation.sets import SetPlace
from whorl.lab.studies.material import Material


def checkpoint_sets(material: Material, architecture: str) -> tuple[SetPlace, ...]:
    """Train a model, keep some epochs' weights, and draw pictures with each; what is there is not done again.

    It begins as a zoo's first run does.

    Raises:
        StorageError: the folder holds another training.
    """
    from whorl.lab.generators.load import load_generator
    from whorl.lab.generators.recipe import recipe_for
    from whorl.lab.generators.sample import draw_pictures
    from whorl.lab.generators.train import train_generator
    from whorl.lab.zoo.order import zoo_seed

    inputs = material.inputs
    folder = inputs.folder / "checkpoints" / architecture
    seed, epochs = zoo_seed(architecture, 1, seed=inputs.seed), inputs.size.checkpoints
    recipe = recipe_for(architecture, inputs.size.name, seed=seed, epochs=max(epochs))
    train_generator(
        material.train,
        folder / "model",
        recipe=recipe,
        keep_epochs=epochs,
        device=inputs.device,
        progress=inputs.progress,
    )
    found = []
    for epoch in epochs:
        path = folder / f"epoch-{epoch:04d}.npz"
        if not path.exists():
            model = load_generator(folder / "model", checkpoint=epoch, device=inputs.device)
            draw_pictures(model, path, count=inputs.size.pictures, seed=seed, progress=inputs.progress)
        found.append(_place(architecture, path))
    return tuple(found)


def _place(architecture: str, path: Path) -> SetPlace:
    return SetPlace("", architecture, path.stem, path)
