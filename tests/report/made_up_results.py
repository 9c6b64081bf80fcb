"""Identifications and evaluations made by hand, so that each shows exactly what a test is about."""

import numpy as np

from whorl.evaluation.results import (
    Confusion,
    Difference,
    EvaluatedSet,
    Evaluation,
    MethodTime,
    NotRun,
    OpenSetRate,
    Rate,
)
from whorl.fingerprints import Fingerprint
from whorl.identification import Identification, KnownModel, Match, Rejection

HOSTILE = '<b>x</b>"><script>alert(1)</script>$\\frac{a}{b}$\u202e'
ARCHITECTURES = ("DCGAN", "DDPM", "VAE", "flow matching", "WGAN-GP", "PixelCNN", "EDM", "VQ-VAE", "StyleGAN2")
METHODS = (
    "early-means", "ct-l2", "ct-cosine", "ct-both", "statistics-l2", "statistics-cosine", "statistics-both",
    "copying", "means", "means-whitened", "moments", "joined", "trained-cnn", "nearest-pictures",
)  # fmt: skip


def make_identification(
    models=9,
    architectures=4,
    *,
    layers=tuple(range(1, 13)),
    p_value=0.1,
    sure=True,
    names=None,
    gaps=(),
    parts=("c_t",),
    warnings=(),
    infinite=False,
    threshold=0.55,
):
    rng = np.random.default_rng(models)
    kinds = [ARCHITECTURES[i % architectures] for i in range(models)]
    names = names or [f"{kind}/run{i // architectures + 1}" for i, kind in enumerate(kinds)]
    distances = np.sort(rng.gamma(4.0, 0.3, models)) + 0.1
    if infinite:
        distances[-1] = np.inf
    shares = rng.dirichlet(0.5 ** np.arange(models) * 20 + 0.01)
    shares = np.sort(shares)[::-1]
    base = np.linspace(-1, 3, len(layers)) if layers else np.zeros(0)
    known, matches = [], []
    for i in range(models):
        curve = base + rng.normal(0, 0.2 + 0.1 * i, len(layers))
        curve[list(gaps)] = np.nan
        print_ = Fingerprint("ab" * 32, layers, 1000, dict.fromkeys(parts, curve))
        known.append(KnownModel(names[i], kinds[i], print_, "CIFAR-10" if i % 2 else ""))
        probability = float(shares[i]) if sure else None
        matches.append(Match(names[i], kinds[i], known[-1].dataset, float(distances[i]), probability, 1000))
    own = base + rng.normal(0, 0.1, len(layers))
    own[list(gaps)] = np.nan
    a = architectures if architectures > 1 else 0
    rate = max(0.05, 2 / (a + 1)) if a else 1.0
    rejection = Rejection(
        p_value if a else None, rate, 0.05, float(distances[0]), threshold if a else None, a
    )
    return Identification(
        tuple(matches), "early-means", rejection, "ab" * 32, 500, "samples", tuple(warnings),
        Fingerprint("ab" * 32, layers, 500, dict.fromkeys(parts, own)), tuple(known),
    )  # fmt: skip


def make_evaluation(
    *,
    architectures=6,
    runs=3,
    datasets=("CIFAR-10",),
    methods=METHODS,
    sizes=(20, 50, 200, 1000),
    tasks=("new-pictures", "new-run", "other-data-set", "unknown-architecture"),
    layers=tuple(range(1, 13)),
    names=ARCHITECTURES,
    missing=(),
    open_set=True,
    gaps=(),
    warnings=(),
    scale=1.0,
):
    rng = np.random.default_rng(1)
    kinds = names[:architectures]
    sets, curves = [], []
    for d, dataset in enumerate(datasets):
        for a, kind in enumerate(kinds):
            for run in range(runs):
                slope = np.linspace(0, 1, len(layers))
                curve = scale * (a * slope - d + rng.normal(0, 0.15, len(layers)))
                curves.append(curve)
                shown = tuple(None if i in gaps else float(x) for i, x in enumerate(curve))
                name = "/".join([*([dataset] if dataset else []), kind, f"run{run}"])
                place = (float(a % 3 * 2 + rng.normal(0, 0.3)), float(a // 3 * 2 + d + rng.normal(0, 0.3)))
                sets.append(EvaluatedSet(name, dataset, kind, f"run{run}", 1000, shown, place))
    closed = [task for task in tasks if task != "unknown-architecture"]
    tried = [
        (task, m, i, size)
        for task in closed
        for m in range(len(methods))
        for i, size in enumerate(sizes)
        if (task, size) not in missing
    ]
    rates = tuple(_rate(task, methods[m], size, m, i) for task, m, i, size in tried)
    found = {(each.task, each.method, each.size): each.value for each in rates}
    differences = tuple(_difference(task, size, methods, m, found) for task, m, _, size in tried if m)
    confusions = tuple(
        Confusion(task, methods[m], size, kinds, kinds, _shares(len(kinds))) for task, m, _, size in tried
    )
    opened = tuple(
        OpenSetRate(
            method, size, 0.95 - 0.03 * m, 0.9 - 0.03 * m, min(1.0, 0.98 - 0.03 * m), 0.6, 0.05,
            0.8 - 0.05 * m if m < 3 else None, 0.12 if m < 3 else None, 0.14 if m < 3 else None, 18, 6,
        )
        for m, method in enumerate(methods) for size in sizes
    ) if open_set else ()  # fmt: skip
    distances = tuple(
        tuple(
            None if gaps and (i + j) % 7 == 6 else float(np.linalg.norm(a - b)) for j, b in enumerate(curves)
        )
        for i, a in enumerate(curves)
    )
    return Evaluation(
        reference="ab" * 32, encoder="google/vit-base-patch16-224-in21k", layers=layers, default=methods[0],
        methods=methods, sizes=sizes, tasks=tasks, splits=5, draws=3, seed=0, sets=tuple(sets), rates=rates,
        differences=differences, open_set=opened, confusions=confusions,
        times=tuple(
            MethodTime(m, 0.2 + i, 0.001 * i, 30.0 if m == "trained-cnn" else 0.0)
            for i, m in enumerate(methods)
        ),
        curve_distances=distances,
        not_run=tuple(NotRun(task, (), (size,), "no set has so many pictures left") for task, size in missing),
        warnings=tuple(warnings),
    )  # fmt: skip


def _rate(task, method, size, m, i):
    harder = {"new-pictures": 0.0, "new-run": 0.12, "other-data-set": 0.4}[task]
    value = min(1.0, max(0.0, 0.62 + 0.12 * i - 0.045 * m - harder))
    return Rate(
        task,
        method,
        size,
        value,
        max(0, value - 0.06),
        min(1, value + 0.05),
        min(1, value + 0.03),
        None,
        18,
        270,
    )


def _difference(task, size, methods, m, found):
    value = found[task, methods[0], size] - found[task, methods[m], size]
    value = -0.04 if m == 11 else value
    return Difference(
        task, size, methods[0], methods[m], value, value - 0.03, value + 0.03, value - 0.02, value + 0.02
    )


def _shares(count):
    shares = np.full((count, count), 0.15 / max(1, count - 1))
    np.fill_diagonal(shares, 0.85 if count > 1 else 1.0)
    return tuple(map(tuple, shares.tolist()))
