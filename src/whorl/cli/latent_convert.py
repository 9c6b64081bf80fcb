"""`whorl latent convert`: somebody else's checkpoint of StyleGAN2 made ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


def convert(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            help="StyleGAN2 as .safetensors, rosinality's .pt or NVlabs' .pkl, of which tensors are taken and "
            "nothing is run."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the generator to.")],
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Turn a checkpoint of StyleGAN2 into a folder that the other commands open.

    whorl latent convert stylegan2-ffhq.pt -o GENERATOR
    """
    from whorl.files import check_output
    from whorl.latent.stylegan2.convert import convert_checkpoint
    from whorl.latent.stylegan2.folder import GENERATORS

    check_output(output, overwrite=overwrite, ours=GENERATORS.holds)
    settings = convert_checkpoint(checkpoint, output, overwrite=overwrite)
    told = {"folder": str(output), "pictures": settings.image_size, **settings.to_dict()}
    if as_json:
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    from whorl.cli.summary_table import print_summary

    side = settings.image_size
    print_summary(told | {"pictures": f"{side} x {side}"})
