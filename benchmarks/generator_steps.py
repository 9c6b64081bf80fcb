"""What one training step and one drawn picture of each generator cost, as a Markdown table.

    OMP_NUM_THREADS=1 python benchmarks/generator_steps.py --data cifar10-exact.npz::train --size small

Beside the seconds of a step stand its floating-point operations, as torch.utils.flop_counter has them, how many a
second that makes, and how many float32 matrix products of 1,024 x 1,024 the same process makes meanwhile, which
tells machines and moments apart; the last column is the speed of these. The first line says how busy the machine
was.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch.utils.flop_counter import FlopCounterMode

from whorl.cores import cores
from whorl.embeddings.progress import progress_for
from whorl.lab.generators.architectures import NAMES
from whorl.lab.generators.pictures import read_pictures
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.trainer import GeneratorTrainer


def median(call: Callable[[], object], count: int) -> float:
    """Return the median seconds of some calls, after one that does not count."""
    call()
    times = []
    for _ in range(count):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def operations(call: Callable[[], object]) -> float:
    """Return the floating-point operations of a call, in billions: products, convolutions, attention."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / 1e9


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", default="small", choices=("tiny", "small", "paper"))
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--architectures", nargs="+", default=list(NAMES), choices=NAMES)
    chosen = parser.parse_args()
    square = torch.ones(1024, 1024)
    print(f"{torch.get_num_threads()} threads of {cores()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| | a step, GFLOP | s | GFLOP/s | in matrix products | a picture, s | matrix products, GFLOP/s |")
    print("|---|---|---|---|---|---|---|")
    for name in chosen.architectures:
        recipe = recipe_for(name, chosen.size)
        pictures = read_pictures(chosen.data, recipe.image_size, progress_for(False))
        trainer = GeneratorTrainer(recipe, pictures, torch.device("cpu"))
        cost = operations(trainer.advance)
        step = median(trainer.advance, chosen.steps)
        ceiling = median(lambda: square @ square, 20)
        model = trainer.model
        picture = median(partial(model.sample, model.rows, seed=0), 1) / model.rows
        told = (f"{cost:.1f}", f"{step:.2f}", f"{cost / step:.0f}", f"{step / ceiling:.0f}", f"{picture:.3f}")
        print(f"| `{name}` | {' | '.join(told)} | {2 * 1.024**3 / ceiling:.0f} |", flush=True)


if __name__ == "__main__":
    main()
