"""`whorl latent`: give each user's pictures a key of their own, and read it back from a picture."""

from __future__ import annotations

import typer

from whorl.cli import latent_keys
from whorl.cli.latent_basis import basis
from whorl.cli.latent_calibrate import calibrate
from whorl.cli.latent_convert import convert
from whorl.cli.latent_mark import mark
from whorl.cli.latent_read import read
from whorl.cli.latent_study import study

app = typer.Typer(
    help="Latent fingerprints: whose copy of my generator made this picture?",
    no_args_is_help=True,
)
app.command("convert")(convert)
app.command("basis")(basis)
app.command("calibrate")(calibrate)
app.add_typer(latent_keys.app, name="keys")
app.command("mark")(mark)
app.command("read")(read)
app.command("study")(study)
