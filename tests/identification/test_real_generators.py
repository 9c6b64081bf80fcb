"""Pictures by real generators, through the bundled encoder: named by what others of the same model measured."""

import numpy as np
import pytest

import whorl
from whorl.fingerprints.of_pictures import measure_pictures
from whorl.registry import Registry

SETS = (
    "faces32/dcgan-a/run1",
    "faces32/dcgan-b/run1",
    "faces32/wgan-gp/run1",
    "mnist/dcgan/a",
    "mnist/vae/a",
)


@pytest.fixture(scope="module")
def held(shared_data, tmp_path_factory):
    """A generic Reference on CIFAR-10, a registry that knows 200 pictures of each set, and 100 others of each."""
    place = tmp_path_factory.mktemp("known")
    exact = np.load(shared_data / "cifar10-exact.npz")
    reference = whorl.Reference.fit(
        exact["train"][:1200],
        exact["test"][:300],
        encoder="whorl-vit-32",
        cells=3,
        partitions=1,
        sensitivity=0,
    )
    registry = Registry(place / "known.db")
    others = {}
    for name in SETS:
        pictures = np.load(shared_data / "generated" / f"{name}.npz")["arr_0"]
        order = np.random.default_rng(0).permutation(len(pictures))
        fingerprint = measure_pictures(pictures[order[:200]], reference).fingerprint()
        registry.add(name=name, architecture=name.rsplit("/", 1)[0], fingerprint=fingerprint)
        others[name] = pictures[order[200:300]]
    return reference, registry, others


@pytest.mark.parametrize("name", SETS)
def test_new_pictures_of_a_known_generator_are_named(held, name):
    reference, registry, others = held
    found = registry.identify(measure_pictures(others[name], reference))
    assert (found.best.name, found.verdict) == (name, "known")
    assert found.best.probability > 0.9
    assert found.margin > 1.2


def test_real_photographs_are_by_none_of_these(held, shared_data):
    reference, registry, _ = held
    photographs = np.load(shared_data / "cifar10-exact.npz")["test"][400:500]
    assert registry.identify(measure_pictures(photographs, reference)).verdict == "none of these"
