"""Whose copy made this picture, from end to end: keys of 1,000 users through PNG files and another process.

    python benchmarks/latent_attribution.py GENERATOR -o FOLDER --bits 32 --encoder ENCODER \
        --without-key 'cifar10.npz::test' --without-key 'sngan.npz::run-1'

Every step is a command of Whorl in a process of its own, but for the marking, which gives each picture another
user. Stopped, the same command goes on. Printed: pictures attributed exactly, users named where there was no key,
and the Frechet ratio; 95 % intervals are exact (Clopper and Pearson), the picture is the unit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.stats import binomtest

from whorl.encoders import load_encoder
from whorl.files import replacing_folder, write_json
from whorl.images import limit, open_images
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.mark import drawn, mark
from whorl.latent.open import generator_of
from whorl.latent.studies.quality import kept_quality

ROWS = 25
MARKING, PLAIN, QUALITY = 900_001, 900_002, 900_003


def whorl(*words: object) -> None:
    """Run a command of Whorl in another process."""
    subprocess.run([sys.executable, "-m", "whorl", *map(str, words)], check=True)


def main() -> None:
    """Measure and print."""
    asked = _asked()
    place = Path(asked.output)
    place.mkdir(parents=True, exist_ok=True)
    _prepare(asked, place)
    basis, book = LatentBasis.load(place / "basis"), KeyBook.load(place / "keys")
    generator = generator_of(basis)
    truth = _mark(place / "marked", generator, basis, book, asked.pictures)
    found = list(_read(place, "marked"))
    _plain(place / "plain", generator, asked.plain)
    for number, source in enumerate(asked.without_key):
        _others(place / f"other-{number}", source, asked.each)
    names = ["plain", *(f"other-{number}" for number in range(len(asked.without_key)))]
    false = {name: list(_read(place, name)) for name in names}
    measured = kept_quality(
        generator,
        basis,
        load_encoder(asked.encoder, device="cpu"),
        n=asked.frechet_pictures,
        seed=QUALITY,
        kept=place / "quality",
    )
    right = sum(each["user"] == truth[each["id"]] for each in found)
    wrong = sum(each["user"] not in (None, truth[each["id"]]) for each in found)
    told = {
        "bits": basis.bits,
        "coding": basis.coding,
        "strength": basis.strength,
        "users": len(book),
        "exactly": _share(right, len(found)),
        "another user": _share(wrong, len(found)),
        "passes": float(np.mean([each["passes"] for each in found])),
        "seconds": float(np.mean([each["seconds"] for each in found])),
        "named without a key": {
            label: _share(sum(each["user"] is not None for each in answers), len(answers))
            for label, answers in zip(["plain", *asked.without_key], false.values(), strict=True)
        },
        "quality": measured.to_dict(),
    }
    write_json(place / "measured.json", told)
    print(json.dumps(told, indent=1))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("generator")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--bits", type=int, default=32)
    parser.add_argument("--coding", default="lattice")
    parser.add_argument("--by", default="design")
    parser.add_argument("--strength", type=float)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--plain", type=int, default=200, help="pictures of the generator without a key")
    parser.add_argument("--without-key", action="append", default=[], help="real and foreign pictures")
    parser.add_argument("--each", type=int, default=250, help="of each source without a key")
    parser.add_argument("--encoder", default="whorl-vit-32")
    parser.add_argument("--frechet-pictures", type=int, default=1000)
    return parser.parse_args()


def _prepare(asked: argparse.Namespace, place: Path) -> None:
    if not (place / "basis").exists():
        strength = () if asked.strength is None else ("--strength", asked.strength)
        by = ("--bits", asked.bits, "--coding", asked.coding, "--by", asked.by, *strength)
        whorl("latent", "basis", asked.generator, *by, "-o", place / "basis")
    if not (place / "keys").exists():
        (place / "names.txt").write_text("\n".join(f"user {i}" for i in range(asked.users)))
        room = ("--bits", asked.bits, "--room", asked.users)
        whorl("latent", "keys", "create", place / "keys", "--users", place / "names.txt", *room)


def _mark(
    place: Path, generator: LatentGenerator, basis: LatentBasis, book: KeyBook, count: int
) -> dict[str, str]:
    """Draw a picture for each of some users, as PNG; return whose each file is."""
    told = place.with_name("truth.json")
    if not place.exists():
        users = np.random.default_rng(MARKING).integers(0, len(book), count)
        marked = mark(generator, basis, book.keys[users], count, seed=MARKING).pictures
        write_json(told, {f"{i:04d}.png": book.users[user] for i, user in enumerate(users)})
        _save(place, marked)
    truth: dict[str, str] = json.loads(told.read_text())
    return truth


def _plain(place: Path, generator: LatentGenerator, count: int) -> None:
    if not place.exists():
        _save(place, drawn(generator, generator.sample_latents(count, seed=PLAIN)))


def _others(place: Path, source: str, count: int) -> None:
    if not place.exists():
        held = limit(open_images(source), count, seed=0)
        _save(place, np.stack([held[i] for i in range(len(held))]))


def _save(place: Path, pictures: np.ndarray) -> None:
    """Write PNG files, so many to a folder, all of them or none."""
    with replacing_folder(place, overwrite=False, ours=lambda _: False) as temporary:
        for i, picture in enumerate(pictures):
            path = temporary / f"{i // ROWS:03d}" / f"{i:04d}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(picture).save(path)


def _read(place: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the answer for each picture, read in another process, folder by folder."""
    for folder in sorted((place / name).iterdir()):
        answers = place / "read" / f"{name}-{folder.name}"
        if not answers.exists():
            whorl("latent", "read", place / "basis", folder, "--keys", place / "keys", "-o", answers, "-q")
        yield from json.loads((answers / "result.json").read_text())["pictures"]


def _share(count: int, of: int) -> str:
    low, high = binomtest(count, of).proportion_ci(method="exact") if of else (0.0, 1.0)
    return f"{count} of {of} ({100 * low:.1f} to {100 * high:.1f} %)"


if __name__ == "__main__":
    main()
