"""`whorl manifold`: how pictures leave the manifold of real ones, and which known model that tells of."""

from __future__ import annotations

import typer

from whorl.cli.manifold_attribute import attribute
from whorl.cli.manifold_build import build
from whorl.cli.manifold_structure import structure
from whorl.cli.manifold_train import train

app = typer.Typer(
    help="Manifold fingerprints: learn known models, say which of them made each picture, and how they differ.",
    no_args_is_help=True,
)
app.command("build")(build)
app.command("train")(train)
app.command("attribute")(attribute)
app.command("structure")(structure)
