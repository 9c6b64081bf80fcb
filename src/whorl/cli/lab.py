"""`whorl lab`: what is made for the studies, and for Whorl itself."""

from __future__ import annotations

import typer

from whorl.cli import (
    lab_alter,
    lab_export,
    lab_knn,
    lab_sample,
    lab_segmenter,
    lab_study,
    lab_train,
    lab_train_encoder,
    lab_zoo,
)

app = typer.Typer(
    help="The workshop: train small encoders, segmenters, generators; alter pictures; measure what encoders know.",
    no_args_is_help=True,
)
app.command("knn")(lab_knn.knn)
app.command("train")(lab_train.train)
app.command("sample")(lab_sample.sample)
app.command("export")(lab_export.export)
app.command("zoo")(lab_zoo.zoo)
app.command("train-segmenter")(lab_segmenter.train_segmenter)
app.command("alter")(lab_alter.alter)
app.command("study")(lab_study.study)
app.command("train-encoder")(lab_train_encoder.train_encoder)
