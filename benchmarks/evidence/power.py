"""How many planted copies does it take until they are found? Sets of fresh pictures with copies of T among them.

    python benchmarks/evidence/power.py --train DATA/cifar10/train.parquet --test DATA/cifar10/test.parquet \
        --encoder ENCODER --out runs/power.jsonl

P is the first half of --test, fresh pictures come from the second. Copies are pictures of T: as they are,
re-encoded as JPEG of quality 50, shifted by two pixels, flipped, or with slight noise.
"""

from __future__ import annotations

import argparse
import io
import warnings
from collections import defaultdict
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pool import Arrays, repeated, rows, share, varying

from whorl import Reference, load_encoder, open_images
from whorl.embeddings import Embeddings, embed
from whorl.images.selection import Selection
from whorl.memorization.verdict import judge

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
_NOISE = 4.0


def jpeg(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Re-encode at quality 50."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=50)
    return np.asarray(Image.open(file).convert("RGB"))


def shifted(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Move two pixels to the right and down, the border repeated."""
    return np.pad(picture, ((2, 0), (2, 0), (0, 0)), mode="edge")[:-2, :-2]


def flipped(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mirror left and right."""
    return picture[:, ::-1]


def noisy(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add Gaussian noise, standard deviation 4 of 255."""
    noise = np.random.default_rng(int(picture.sum())).normal(0, _NOISE, picture.shape)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


KINDS: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "exact": lambda picture: picture,
    "jpeg-50": jpeg,
    "shifted": shifted,
    "flipped": flipped,
    "noisy": noisy,
}


def main() -> None:
    """Plant, audit, and print how often copies were found."""
    given = _parse()
    encoder = load_encoder(given.encoder)
    train, test = open_images(given.train), open_images(given.test)
    half = len(test) // 2
    held_out, fresh = (Selection(test, range(*ends)) for ends in ((0, half), (half, len(test))))

    def encode(source: Any, label: str) -> Embeddings:
        return embed(source, encoder, label=label, cache=given.cache, progress=True)

    originals = np.random.default_rng(given.seed).choice(len(train), given.originals, replace=False)
    copies = {
        kind: encode(np.stack([alter(train[int(i)]) for i in originals]), kind)
        for kind, alter in KINDS.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Reference.from_embeddings(
            encode(train, "train"), encode(held_out, "held out"), partitions=given.partitions
        )
    pools = {
        name: _arrays(held, reference) for name, held in {**copies, "fresh": encode(fresh, "fresh")}.items()
    }
    plans = [(kind, part, i) for i, kind, part in product(range(given.repeats), KINDS, SHARES)]
    found = repeated(given.out, len(plans), lambda number: _once(pools, reference, given, plans[number]))
    _tell(found)


def _arrays(held: Embeddings, reference: Reference) -> Arrays:
    return varying({layer: held.layer(layer) for layer in reference.layers})


def _once(
    pools: dict[str, Arrays], reference: Reference, given: argparse.Namespace, plan: tuple[str, float, int]
) -> dict[str, Any]:
    kind, part, number = plan
    rng = np.random.default_rng((given.seed, number))
    planted = round(part * given.size)
    counts = {kind: planted, "fresh": given.size - planted}
    drawn = [
        rows(pools[name], rng.permutation(len(next(iter(pools[name].values()))))[:count])
        for name, count in counts.items()
    ]
    curve = reference.curve_from_embeddings(
        {layer: np.concatenate([side[layer] for side in drawn]) for layer in drawn[0]}
    )
    evidence = curve.evidence
    caught = int(evidence.flagged[:planted].sum())
    return {
        "kind": kind,
        "share": part,
        "planted": planted,
        "found": evidence.finding == "copies",
        "plain": judge(curve.layers, curve.scores).whole.finding == "copies",
        "flagged": evidence.n_flagged,
        "caught": caught,
        "copies": evidence.copies.estimate,
        "adjusted": [layer.adjusted_copies for layer in evidence.layers],
    }


def _tell(found: list[dict[str, Any]]) -> None:
    """Print how often copies were found, how good the list of pictures is, and the best layer."""
    groups: dict[tuple[str, float], list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        groups[one["kind"], one["share"]].append(one)
    for (kind, part), sets in groups.items():
        flagged, caught = (sum(one[name] for one in sets) for name in ("flagged", "caught"))
        planted = sum(one["planted"] for one in sets)
        hits = np.mean([[p <= 0.05 for p in one["adjusted"]] for one in sets], axis=0)
        print(  # noqa: T201
            f"{kind:<9}{part:>6.0%}  found {share(sum(one['found'] for one in sets), len(sets))}  "
            f"plain C_T {sum(one['plain'] for one in sets) / len(sets):.0%}  "
            f"precision {caught / flagged if flagged else float('nan'):.2f}  "
            f"recall {caught / planted if planted else float('nan'):.2f}  "
            f"best layer {int(hits.argmax()) + 1} ({hits.max():.0%})"
        )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--out", type=Path, required=True, help="a line for each set; a stopped run goes on")
    parser.add_argument("--repeats", type=int, default=40, help="sets of each kind and share")
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--originals", type=int, default=1000, help="pictures of T that copies are made of")
    parser.add_argument("--partitions", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", default="auto")
    return parser.parse_args()


if __name__ == "__main__":
    main()
