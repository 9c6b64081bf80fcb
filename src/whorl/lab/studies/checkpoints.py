"""Pictures by the checkpoints of one training."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from whorl.embeddings.progress import progress_for
from whorl.evaluation.sets import SetPlace
from whorl.lab.studies.material import Material
from whorl.lab.studies.sizes import StudySize
from whorl.lab.training.order import Order

_APART = 1_000


def epochs_to_keep(size: StudySize, pictures: int, batch_size: int) -> tuple[int, ...]:
    """Return after which epochs weights are kept: the size's own, or those nearest to its steps, each its own.

    >>> from whorl.lab.studies.sizes import study_size
    >>> epochs_to_keep(study_size("small"), 8068, 16), epochs_to_keep(study_size("paper"), 50_000, 16)[:2]
    ((5, 6, 7, 8, 9), (120, 150))
    """
    if size.checkpoint_epochs:
        return size.checkpoint_epochs
    per_epoch = Order(pictures, min(batch_size, pictures), seed=0).steps_per_epoch
    found = [0]
    for steps in size.checkpoint_steps:
        found.append(max(round(steps / per_epoch), found[-1] + 1))
    return tuple(found[1:])


def checkpoint_sets(material: Material, architecture: str) -> tuple[SetPlace, ...]:
    """Train a model, keep some epochs' weights, and draw pictures with each; what is there is not done again.

    It begins as a zoo's first run does. Each checkpoint draws from noise of its own: of equal noise they would
    draw much the same pictures, and be alike for that.

    Raises:
        StorageError: the folder holds another training.
    """
    from whorl.lab.generators.load import load_generator, weights_digest
    from whorl.lab.generators.recipe import recipe_for
    from whorl.lab.generators.train import train_generator
    from whorl.lab.zoo.order import zoo_seed
    from whorl.lab.zoo.picture_set import Origin, ensure_pictures

    inputs = material.inputs
    folder = inputs.folder / "checkpoints" / architecture
    seed = zoo_seed(architecture, 1, seed=inputs.seed)
    batch_size = recipe_for(architecture, inputs.size.name).batch_size
    epochs = epochs_to_keep(inputs.size, len(material.train), batch_size)
    recipe = recipe_for(architecture, inputs.size.name, seed=seed, epochs=max(epochs))
    train_generator(
        material.train,
        folder / "model",
        recipe=recipe,
        keep_epochs=epochs,
        grids=1,
        device=inputs.device,
        progress=inputs.progress,
    )
    found, model = [], folder / "model"
    for place, epoch in enumerate(epochs, start=1):
        path = folder / f"epoch-{epoch:04d}.npz"
        weights = weights_digest(model, checkpoint=epoch)
        ensure_pictures(
            path,
            Origin.now(recipe, weights, seed=seed + _APART * place),
            partial(load_generator, model, checkpoint=epoch, device=inputs.device),
            count=inputs.size.pictures,
            progress=progress_for(inputs.progress),
        )
        found.append(_place(architecture, path))
    return tuple(found)


def _place(architecture: str, path: Path) -> SetPlace:
    return SetPlace("", architecture, path.stem, path)
