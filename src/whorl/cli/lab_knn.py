"""`whorl lab knn`: how well an encoder's layers tell classes apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.lab.knn_by_layer import LayerAccuracies


@takes_encode_options(but=("shard_size", "on_error"))
def knn(
    train: Annotated[str, typer.Argument(help="Labelled pictures that vote.")],
    test: Annotated[str, typer.Argument(help="Labelled pictures that are voted on.")],
    encoder: Annotated[
        list[str], typer.Option("--encoder", help="Hub name, folder, plugin or 'pixels'; can be repeated.")
    ],
    untrained: Annotated[
        str | None,
        typer.Option("--untrained", help="An encoder to measure with random weights beside the others."),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Votes for each picture.")] = 10,
    limit_train: Annotated[
        int | None, typer.Option(min=1, help="At most so many voters, drawn at random.")
    ] = None,
    limit_test: Annotated[
        int | None, typer.Option(min=1, help="At most so many voted on, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what is drawn, and the random weights.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    as_json: shared.Json = False,
) -> None:
    """Measure cosine k-NN accuracy at every layer, for one encoder or several side by side.

    whorl lab knn cifar/train.parquet cifar/test.parquet --encoder my-encoder --encoder pixels --limit-train 1000
    """
    from whorl.encoders import load_encoder
    from whorl.lab.knn_by_layer import knn_by_layer
    from whorl.lab.knn_by_layer import untrained as without_training

    models = {name: load_encoder(name, device=device) for name in encoder}
    if untrained is not None:
        models[f"{untrained}, random weights"] = without_training(untrained, seed=seed, device=device)
    found = {
        name: knn_by_layer(
            train, test, model, k=k, limit_train=limit_train, limit_test=limit_test, seed=seed, **run
        )
        for name, model in models.items()
    }
    if as_json:
        typer.echo(json.dumps({name: each.to_dict() for name, each in found.items()}, indent=1))
        return
    _print(found)


def _print(found: dict[str, LayerAccuracies]) -> None:
    from rich.console import Console
    from rich.table import Table

    first = next(iter(found.values()))
    title = f"{first.k}-NN accuracy, {first.n_train:,} voters, {first.n_test:,} pictures voted on"
    table = Table("encoder", "layer", "accuracy", title=title, title_justify="left")
    for name, each in found.items():
        for layer, value in each.accuracy.items():
            table.add_row(name, str(layer), f"{value:.1%}")
    Console().print(table)
