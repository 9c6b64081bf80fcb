"""What the latent commands say on stderr of what must stay private."""

from __future__ import annotations

import typer


def say_secret(text: str) -> None:
    """Say that what was written is a secret; names of strangers reach the terminal without their escapes."""
    from whorl.report.text import plain

    typer.echo(f"secret: {plain(text)} Its owner alone may read it; keep it so.", err=True)
