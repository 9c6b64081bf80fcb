"""The layer-wise manifold fingerprint, and clusters against two divisions, of published CIFAR-10 generators.

`--data` is a folder with `cifar10-exact.npz` (train, test) and `generated/cifar10/MODEL/RUN.npz`; `--encoder` any
encoder. 3,000 real pictures are the manifold, 160 others the class 'real' of the layer curve.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from whorl.manifold import Manifold
from whorl.structure import ChoiceTraces, DesignChoices, LayerCurve, choice_traces, layer_curve

PAPERS = ("biggan-deep", "contragan", "sngan-studio")
LARGE = (*PAPERS, "dcgan", "sngan", "wgan-gp", "ddpm")
ALL = (*LARGE, "wgan", "edm")


def main() -> None:
    """Measure, and write all numbers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--data", "--encoder", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=None)
    given = parser.parse_args()
    exact, rng = np.load(given.data / "cifar10-exact.npz"), np.random.default_rng(0)
    real = exact["train"][np.sort(rng.permutation(len(exact["train"]))[:3000])]
    others = exact["test"][np.sort(rng.permutation(len(exact["test"]))[:160])]
    sets = {name: _pictures(given.data / "generated" / "cifar10" / name) for name in ALL}
    manifold = Manifold.fit(real, encoder=given.encoder, cache=given.cache)
    curve = layer_curve(
        manifold,
        {name: sets[name] for name in LARGE} | {"real": others},
        cache=given.cache,
        answers=given.cache and given.cache / "answers",
    )
    _tell_curve(curve)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "layer-curve.json").write_text(json.dumps(curve.to_dict()))
    spaces = {curve.best.layer: manifold}
    spaces |= {name: Manifold.fit(real, encoder=f"{name}:32", cache=None) for name in ("pixels", "spectrum")}
    table = DesignChoices(
        {
            name: {
                "family": "diffusion" if name in ("ddpm", "edm") else "GAN",
                "source": "one paper's" if name in PAPERS else "others",
            }
            for name in ALL
        }
    )
    for layer, space in spaces.items():
        artifacts = {
            name: space.artifacts(pictures, layer, cache=given.cache).values
            for name, pictures in sets.items()
        }
        for seed in range(5):
            found = choice_traces(artifacts, table, components=32, seed=seed)
            _tell_traces(layer, found)
            (given.out / f"choices-{layer}-{seed}.json").write_text(json.dumps(found.to_dict()))


def _pictures(folder: Path) -> np.ndarray:
    return np.concatenate([np.load(path)["arr_0"] for path in sorted(folder.glob("*.npz"))])


def _tell_curve(curve: LayerCurve) -> None:
    _say(f"pictures {dict(zip(curve.labels, curve.pictures, strict=True))}, {curve.fdr_n=}, {curve.fdr_d=}")
    for point in curve.points:
        kinds = (point.artifacts, point.raw, point.random)
        told = "  ".join(
            f"{100 * k.accuracy:.1f} [{100 * k.low:.1f}, {100 * k.high:.1f}] {k.fdr:.2f}" for k in kinds
        )
        gain = point.over_raw
        _say(
            f"{point.layer}: {told}  {100 * gain.value:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]"
        )


def _tell_traces(layer: object, found: ChoiceTraces) -> None:
    for trace in found.traces:
        _say(
            f"{layer} {trace.choice}: NMI {trace.nmi:.3f}, null {trace.null_nmi:.3f} to {trace.null_nmi_high:.3f}"
            f", p {trace.p:.3f}, adjusted {trace.adjusted:.3f}, least {trace.least_p:.3f}"
            f"; n {found.pictures}, seed {found.seed}"
        )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
