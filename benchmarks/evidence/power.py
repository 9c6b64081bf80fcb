"""How many planted copies does it take until they are found? Sets of fresh pictures with copies of T among them.

    python benchmarks/evidence/power.py --train DATA/cifar10/train.parquet --test DATA/cifar10/test.parquet \
        --encoder ENCODER --out runs/power.jsonl

P is the first half of --test, fresh pictures come from the second. Copies are pictures of T: as they are,
re-encoded as JPEG of quality 50, shifted by two pixels, flipped, or with slight noise. In the sets "exact + far"
the pictures that are no copies are fresh ones under heavy noise, which lie too far away. T, P and all distances
are the same for every set; a set's pictures are drawn anew, and are the same ones for every kind of copy.
"""

from __future__ import annotations

import argparse
import io
import json
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pool import OTHERS, repeated, share, smallest_p_values

from whorl import Curve, Reference, load_encoder, open_images
from whorl.embeddings import Embeddings, embed
from whorl.evidence import (
    ALPHA,
    LayerDistances,
    OtherScores,
    authenticity,
    calibrated,
    calibrated_distance,
    distance_ratio,
    relative,
    weigh,
)
from whorl.images.selection import Selection
from whorl.memorization.pooled_score import pooled
from whorl.memorization.surroundings import neighbourhood
from whorl.memorization.verdict import judge
from whorl.neighbors import nearest

SHARES = (0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
_SLIGHT, _HEAVY = 4.0, 40.0
_FAR, _NONE = "exact + far", "none"
_METHODS = {"found": "Whorl", "plain": "plain C_T", **{name: name.replace("_", " ") for name in OTHERS}}


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


def noisy(picture: NDArray[np.uint8], spread: float = _SLIGHT) -> NDArray[np.uint8]:
    """Add Gaussian noise, standard deviation 4 of 255 unless told otherwise."""
    noise = np.random.default_rng(int(picture.sum())).normal(0, spread, picture.shape)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


KINDS: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "exact": lambda picture: picture,
    "jpeg-50": jpeg,
    "shifted": shifted,
    "flipped": flipped,
    "noisy": noisy,
}


@dataclass(frozen=True)
class Pool:
    """Pictures measured once against the Reference, from which sets are drawn.

    Attributes:
        curve: of all of them as one set, for its distances and cells.
        around: per layer float64 (M,), the mean distance to the 50 nearest of T.
        to_held_out: per layer float64 (M,), to the nearest of P.
    """

    curve: Curve
    around: tuple[NDArray[np.float64], ...]
    to_held_out: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(cls, reference: Reference, held: Embeddings) -> Pool:
        """Measure pictures."""
        curve = reference.curve_from_embeddings(held)
        return cls(
            curve,
            tuple(neighbourhood(part.generated, part.train) for part in curve.measured),
            tuple(nearest(part.generated, part.test).distance for part in curve.measured),
        )

    def __len__(self) -> int:
        return self.curve.n_generated


Drawn = list[tuple[Pool, NDArray[np.int64]]]


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
    pictures = {
        kind: np.stack([alter(train[int(i)]) for i in originals]) for kind, alter in KINDS.items()
    } | {"far": np.stack([noisy(fresh[i], _HEAVY) for i in range(min(len(fresh), given.originals))])}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Reference.from_embeddings(
            encode(train, "train"), encode(held_out, "held out"), partitions=given.partitions
        )
    pools = {kind: Pool.of(reference, encode(stack, kind)) for kind, stack in pictures.items()}
    pools["fresh"] = Pool.of(reference, encode(fresh, "fresh"))
    plans = [
        (kind, part, number)
        for number in range(given.repeats)
        for kind, parts in [(_NONE, (0.0,)), *((kind, SHARES) for kind in KINDS), (_FAR, (0.5,))]
        if kind in given.kinds
        for part in parts
    ]
    found = repeated(
        given.out, len(plans), lambda number: _once(pools, reference, given, *plans[number]), given
    )
    _tell(found, reference)
    if given.figure and set(given.kinds) >= {_NONE, *KINDS}:
        _draw(found, given.figure)


def _once(
    pools: Mapping[str, Pool],
    reference: Reference,
    given: argparse.Namespace,
    kind: str,
    part: float,
    number: int,
) -> dict[str, Any]:
    rng = np.random.default_rng((given.seed, number))
    planted = round(part * given.size)
    sides = {_FAR: ("exact", "far"), _NONE: ("exact", "fresh")}.get(kind, (kind, "fresh"))
    drawn = [
        (pools[name], rng.permutation(len(pools[name]))[:count])
        for name, count in zip(sides, (planted, given.size - planted), strict=True)
    ]
    layers = range(len(reference.layers))
    distances = [_distances(reference, drawn, layer) for layer in layers]
    least = reference.settings.min_generated
    evidence = weigh(distances, given.size, min_generated=least)
    others = [_other_scores(reference, drawn, layer) for layer in layers]
    plain = [
        pooled(
            layer_reference.partitions[:1],
            [_picked(drawn, lambda pool, i=i: pool.curve.pictures[i].distances[0])],
            [_picked(drawn, lambda pool, i=i: pool.curve.pictures[i].cells[0])],
            min_generated=least,
        )
        for i, layer_reference in enumerate(reference.layer_references)
    ]
    return {
        "kind": kind,
        "share": part,
        "planted": planted,
        "found": evidence.finding == "copies",
        "finding": evidence.finding,
        "plain": judge(reference.layers, plain).whole.finding == "copies",
        **{name: p <= ALPHA for name, p in smallest_p_values(others).items()},
        "flagged": evidence.n_flagged,
        "caught": int(evidence.flagged[:planted].sum()),
        "copies": evidence.copies.estimate,
        "adjusted": [layer.adjusted_copies for layer in evidence.layers],
        "standardised": [round(layer.standardised, 3) for layer in evidence.layers],
    }


def _picked(drawn: Drawn, values: Callable[[Pool], NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([values(pool)[rows] for pool, rows in drawn])


def _distances(reference: Reference, drawn: Drawn, layer: int) -> LayerDistances:
    held = reference.layer_references[layer]
    parts = tuple(
        partition.together(
            _picked(drawn, lambda pool: pool.curve.pictures[layer].distances[number]),  # noqa: B023
            _picked(drawn, lambda pool: pool.curve.pictures[layer].cells[number]),  # noqa: B023
        )
        for number, partition in enumerate(held.partitions)
    )
    theirs = held.test_surroundings
    near, apart = _near(drawn, layer)
    ratio = np.concatenate([relative(near, apart), relative(theirs.nearest, theirs.spacing)])
    return LayerDistances(held.layer, parts, np.concatenate([near, theirs.nearest]), ratio)


def _near(drawn: Drawn, layer: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distances to the nearest training pictures, and how far those are from others."""
    near = _picked(drawn, lambda pool: pool.curve.measured[layer].nearest.distance)
    return near, _picked(drawn, lambda pool: pool.curve.measured[layer].spacing)


def _other_scores(reference: Reference, drawn: Drawn, layer: int) -> OtherScores:
    held = reference.layer_references[layer]
    near, apart = _near(drawn, layer)
    around = _picked(drawn, lambda pool: pool.around[layer])
    theirs = held.test_surroundings
    return OtherScores(
        held.layer,
        authenticity(near, apart, theirs.nearest, theirs.spacing),
        distance_ratio(
            near,
            _picked(drawn, lambda pool: pool.to_held_out[layer]),
            n_train=len(held.train),
            n_held_out=len(held.test),
        ),
        calibrated_distance(calibrated(near, around), calibrated(theirs.nearest, theirs.neighbourhood)),
    )


def _groups(found: list[dict[str, Any]]) -> dict[tuple[str, float], list[dict[str, Any]]]:
    groups: dict[tuple[str, float], list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        groups[one["kind"], one["share"]].append(one)
    return groups


def _tell(found: list[dict[str, Any]], reference: Reference) -> None:
    """Print how often copies were found, how good the list of pictures is, and the best layer, as JSON lines."""
    for (kind, part), sets in sorted(_groups(found).items(), key=lambda item: item[0]):
        flagged, caught, planted = (
            sum(one[name] for one in sets) for name in ("flagged", "caught", "planted")
        )
        hits = np.mean([[p <= ALPHA for p in one["adjusted"]] for one in sets], axis=0)
        best = [str(reference.layers[i]) for i in np.flatnonzero(hits == hits.max())]
        line = {
            "kind": kind,
            "share": part,
            "found": share(sum(one["found"] for one in sets), len(sets)),
            **{name: sum(one[name] for one in sets) / len(sets) for name in ("plain", *OTHERS)},
            "precision": round(caught / flagged, 3) if flagged else None,
            "recall": round(caught / planted, 3) if planted else None,
            "copies estimated": [
                round(float(q), 1) for q in np.quantile([one["copies"] for one in sets], [0.25, 0.5, 0.75])
            ],
            "best layers": best,
            "rate of the best": float(hits.max()),
            "rate by layer": [round(float(hit), 3) for hit in hits],
        }
        print(json.dumps(line))


def _draw(found: list[dict[str, Any]], path: Path) -> None:
    """Draw how often copies are found against their share, a panel for each kind."""
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import line_style

    groups = _groups(found)
    figure = new_figure(11.0, 6.2)
    for place, kind in enumerate(KINDS):
        axes = figure.add_subplot(2, 3, place + 1)
        for index, (name, words) in enumerate(_METHODS.items()):
            sets = [groups[_NONE, 0.0], *(groups[kind, part] for part in SHARES)]
            rates = [100 * float(np.mean([one[name] for one in these])) for these in sets]
            style = line_style(index)
            axes.plot(
                range(len(rates)),
                rates,
                color=style.colour,
                marker="o",
                markersize=4,
                label=words,
                linewidth=2.4 if name == "found" else 1.2,
            )
        axes.set_xticks(range(len(rates)), ["0%", *(f"{part:.0%}" for part in SHARES)])
        axes.set(title=kind, ylim=(-3, 103))
        axes.axhline(100 * ALPHA, color="0.6", linewidth=0.8, linestyle=":")
        if place % 3 == 0:
            axes.set_ylabel("sets found (%)")
        if place == len(KINDS) - 1:
            axes.set_xlabel("copies in a set")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower right", bbox_to_anchor=(0.97, 0.12), frameon=False)
    save_figure(figure, path, title="How often planted copies are found")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--out", type=Path, required=True, help="a line for each set; a stopped run goes on")
    parser.add_argument("--repeats", type=int, default=40, help="sets of each kind and share")
    kinds = [_NONE, *KINDS, _FAR]
    parser.add_argument("--kinds", nargs="+", default=kinds, choices=kinds, help="kinds of sets")
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--originals", type=int, default=1000, help="pictures of T that copies are made of")
    parser.add_argument("--partitions", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", default="auto")
    parser.add_argument("--figure", type=Path, help="draw the rates (.svg or .png)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
