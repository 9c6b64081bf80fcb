"""Building a zoo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.encoders.device import choose_device
from whorl.errors import WhorlError
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.pictures import TrainingPictures, read_pictures
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.zoo.models import PlannedModel, plan_model, train_model
from whorl.lab.zoo.order import ZOO_ORDER, check_architectures, zoo_seed
from whorl.lab.zoo.packed import PackedZoo, take_packed
from whorl.lab.zoo.picture_set import Origin, ensure_pictures
from whorl.lab.zoo.progress import Work, ZooClock, ZooProgress
from whorl.lab.zoo.zoo import Zoo, ZooModel, model_folder, pictures_file

IMAGE_SIZE = 32


def build_zoo(
    data: Any,
    folder: str | Path,
    *,
    size: str = "small",
    architectures: Iterable[str] = ZOO_ORDER,
    runs: int = 3,
    pictures: int = 500,
    seed: int = 0,
    steps: int | None = None,
    grids: int = 8,
    device: str = "auto",
    checkpoint_minutes: float = 5.0,
    packed: Iterable[str | Path] = (),
    progress: bool | Progress = False,
) -> Zoo:
    """Train every model of a zoo that is missing, and draw every picture.

    The folder has models/ARCHITECTURE/run-N, as `train_generator` leaves them, and
    pictures/ARCHITECTURE/run-N.npz, where `whorl evaluate` finds the sets. What is finished is taken as it
    is, a training that was interrupted goes on, and a set with too few pictures gets those that are missing.
    The first run of all architectures comes first, then the second: an unfinished zoo has some of everything.

    Args:
        data: what all learn from, anything `whorl.open_images` takes; `biggan-deep` and `contragan` need
            labels.
        folder: of the zoo, new or begun.
        size: of every model: tiny, small or paper.
        architectures: some of `ZOO_ORDER`; their seeds do not depend on which.
        runs: models of each architecture.
        pictures: drawn from each model: 0 .. pictures - 1 of its seed.
        seed: of the whole; see `zoo_seed`.
        steps: how long each is trained; None is the size's own.
        grids: see `train_generator`.
        device: auto, cpu, mps, cuda or cuda:N.
        checkpoint_minutes: time between checkpoints.
        packed: packs of this zoo as it was, or of parts of it: models that they have are not trained, and
            their pictures are taken out of the first that has them.
        progress: True shows it on stderr.

    Raises:
        ImageError: a picture cannot be read.
        WhorlError: an option that makes no sense, labels or a package are missing.
        StorageError: the folder holds models or pictures that are not this zoo's, or are damaged; a pack is
            another zoo's; or nothing can be written.
        DivergedError: a training came to NaN.
        KeyboardInterrupt: SIGTERM or Ctrl-C during a training; a checkpoint was written.
    """
    for name, value in (("runs", runs), ("pictures", pictures)):
        if value < 1:
            raise WhorlError(f"{name} must be at least 1; got {value!r}.")
    chosen, place, shown = check_architectures(architectures), Path(folder), progress_for(progress)
    known = read_pictures(data, IMAGE_SIZE, shown)
    planned = [
        plan_model(
            model_folder(place, name, run),
            run,
            recipe_for(name, size, seed=zoo_seed(name, run, seed=seed), steps=steps, image_size=IMAGE_SIZE),
            known,
        )
        for run in range(1, runs + 1)
        for name in chosen
    ]
    taken: dict[str, ZooModel] = {}
    for pack in map(PackedZoo.read, packed):
        pack.expect(size=size, seed=seed, digest=known.describe()["digest"], pictures=pictures)
        taken |= {
            model.name: take_packed(pack, model, place) for model in planned if model.name in pack.models
        }
        planned = [model for model in planned if model.name not in taken]
    _check_buildable(planned, known)
    told = ZooProgress(shown, ZooClock(_work(planned, pictures, place)))
    models = dict(taken)
    for number, model in enumerate(planned, 1):
        told.place = f"{number} of {len(planned)}"
        told.work = Work(model.name, model.recipe.architecture, "train")
        trained = model
        if model.weights is None:
            trained = train_model(
                model, known, grids=grids, device=device, checkpoint_minutes=checkpoint_minutes, progress=told
            )
        told.work = Work(model.name, model.recipe.architecture, "draw")
        models[model.name] = _with_pictures(trained, place, pictures, device, told)
    in_order = tuple(models[f"{name}/run-{run}"] for run in range(1, runs + 1) for name in chosen)
    return Zoo(place, size, seed, known.describe(), pictures, in_order)


def _check_buildable(planned: Sequence[PlannedModel], known: TrainingPictures) -> None:
    """Refuse what the last training would refuse, before the first one: no labels, a package missing."""
    device = choose_device("cpu")
    untrained = {model.recipe.architecture: model.recipe for model in planned if model.weights is None}
    for name, recipe in untrained.items():
        architecture_named(name).build(recipe, classes=max(1, len(known.classes)), device=device)


def _work(planned: Sequence[PlannedModel], pictures: int, zoo: Path) -> dict[Work, int]:
    work = {}
    for model in planned:
        name = model.recipe.architecture
        work[Work(model.name, name, "train")] = model.end if model.weights is None else 0
        drawn = pictures_file(zoo, name, model.run).exists()
        work[Work(model.name, name, "draw")] = 0 if drawn else pictures
    return work


def _with_pictures(
    model: PlannedModel, zoo: Path, pictures: int, device: str, progress: ZooProgress
) -> ZooModel:
    recipe, weights = model.recipe, str(model.weights)
    origin = Origin.now(recipe, weights)
    digest = ensure_pictures(
        pictures_file(zoo, recipe.architecture, model.run),
        origin,
        lambda: load_generator(model.folder, device=device),
        count=pictures,
        progress=progress,
    )
    return ZooModel(
        model.run, recipe, model.end, weights, pictures, digest, dict(model.config.versions), origin.drawing
    )
