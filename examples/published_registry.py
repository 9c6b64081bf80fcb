"""Make the registry of published curves that comes with Whorl.

    python examples/published_registry.py CURVES.json [-o FILE.jsonl]

CURVES.json holds the curves that the authors of arXiv 2407.21159 published with their code
(github.com/JackHe313/LayerChoice), under "table1", "full": a list of {"architecture", "split", "curve"}.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from whorl.registry import PUBLISHED
from whorl.registry.lines import write_entries
from whorl.registry.published import published_entries


def main() -> None:
    """Read the curves, write one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("curves", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=PUBLISHED)
    arguments = parser.parse_args()
    write_entries(
        arguments.output, published_entries(json.loads(arguments.curves.read_text())["table1"]["full"])
    )


if __name__ == "__main__":
    main()
