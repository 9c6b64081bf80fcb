"""Options and data of the benchmarks."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from transformers import AutoModel

from material import SIZES, Fitted, Layers, Sizes, pictures, random_vit
from race import Race
from whorl import Reference, load_encoder
from whorl.encoders.bundled import FOLDER, NAME
from whorl.encoders.contract import Encoder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --peer and --size."""
    parser.addoption(
        "--peer", type=Path, help="a checkout of the original data-copying code, to run beside ours"
    )
    parser.addoption(
        "--size", choices=sorted(SIZES), default="full", help="full, or tiny to see that it all runs"
    )


@pytest.fixture(scope="session")
def sizes(request: pytest.FixtureRequest) -> Sizes:
    """How much of everything."""
    return SIZES[request.config.getoption("--size")]


@pytest.fixture(scope="session")
def peer(request: pytest.FixtureRequest) -> ModuleType:
    """The original code, where --peer says; its tests of data copying are one module."""
    folder = request.config.getoption("--peer")
    if folder is None:
        pytest.skip("--peer PATH to a checkout of https://github.com/casey-meehan/data-copying is not given")
    file = folder / "data_copying_tests.py"
    if not file.is_file():
        pytest.fail(f"{folder} is no checkout of the original code: it has no {file.name}")
    spec = importlib.util.spec_from_file_location("data_copying_tests", file)
    if spec is None or spec.loader is None:
        pytest.fail(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # It hands columns (n, 1) to scipy, which today answers with an array; numpy 2 takes that for no number.
    module.mannwhitneyu = lambda a, b, **how: mannwhitneyu(np.ravel(a), np.ravel(b), **how)  # type: ignore[attr-defined]
    return module


@pytest.fixture
def race(benchmark: Any, request: pytest.FixtureRequest, sizes: Sizes) -> Race:
    """Time ours and a ceiling by turns."""
    return Race(benchmark, row=request.node.name, at_most_rounds=sizes.rounds)


@pytest.fixture(scope="session")
def layers(sizes: Sizes) -> Layers:
    """Embeddings of T, P and Q at every layer."""
    return Layers.draw(sizes)


@pytest.fixture(scope="session")
def fitted(layers: Layers) -> Fitted:
    """The Reference of T and P, and how long its fit took."""
    return Fitted.of(layers)


@pytest.fixture(scope="session")
def reference(fitted: Fitted) -> Reference:
    """The Reference of T and P."""
    return fitted.reference


@pytest.fixture(scope="session", params=["bundled", "ViT-B"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which encoder."""
    return str(request.param)


@pytest.fixture(scope="session")
def encoder(kind: str, sizes: Sizes, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The bundled encoder, or one of ViT-B's shape with random weights."""
    folder = NAME if kind == "bundled" else random_vit(tmp_path_factory.mktemp("vit"), sizes)
    return load_encoder(folder, dtype="float32", device="cpu")


@pytest.fixture(scope="session")
def bare_model(kind: str, encoder: Encoder) -> Any:
    """The same weights, loaded by transformers alone."""
    folder = FOLDER if kind == "bundled" else encoder.settings["location"]
    return AutoModel.from_pretrained(folder, dtype="float32").eval()


@pytest.fixture(scope="session")
def stored(kind: str, sizes: Sizes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file of JPEG pictures: 32 x 32 for the bundled encoder, 256 x 256 for the ViT-B."""
    count, side = (sizes.small, 32) if kind == "bundled" else (sizes.large, 256)
    return pictures(tmp_path_factory.mktemp("pictures") / "pictures.parquet", count, side)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Path]:
    """Return a folder that was never there before, at each call."""
    made: list[Path] = []

    def new() -> Path:
        made.append(tmp_path / str(len(made)))
        return made[-1]

    return new
