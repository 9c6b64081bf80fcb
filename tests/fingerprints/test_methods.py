"""Every method keeps the contract; distances equal the formulas they say."""

import dataclasses

import numpy as np
import pytest

from whorl import ScoreError
from whorl.checks import check_method
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.methods import DEFAULT, METHODS, best_method, method_named


def made_up(seed=0, *, layers=(1, 2, 3), n=100, **parts):
    rng = np.random.default_rng(seed)
    found = {
        "c_t": rng.normal(size=len(layers)),
        "copying": rng.normal(size=7),
        "means": rng.normal(size=(len(layers), 4)),
        "spreads": rng.uniform(0.5, 2, (len(layers), 4)),
        "whitened_means": rng.normal(size=12),
        "chance": rng.uniform(5, 9, 2),
        "frechet": rng.uniform(1, 2, len(layers)),
        "pixels": rng.uniform(0.2, 0.5, 2),
    }
    return Fingerprint("r", layers, n, {**found, **{k: np.array(v, float) for k, v in parts.items()}})


@pytest.mark.parametrize("name", METHODS)
def test_every_method_keeps_the_contract(name):
    check_method(METHODS[name])


class Halving(type(METHODS["means"])):
    """Says that fewer pictures lie nearer, which chance never brings about."""

    def distances(self, query, known, *, pictures=None):
        found = super().distances(query, known)
        return found if pictures is None else found / 2


class Largest(type(METHODS["means"])):
    """Takes the farthest for the nearest."""

    def distances(self, query, known, *, pictures=None):
        return 10 - super().distances(query, known, pictures=pictures)


@pytest.mark.parametrize(("broken", "breach"), [(Halving, "fewer pictures"), (Largest, "not the nearest")])
def test_a_method_that_breaks_the_contract_is_caught(broken, breach):
    with pytest.raises(AssertionError, match=breach):
        check_method(broken())


def test_early_means_are_distance_times_the_root_of_two_less_cosine():
    query, known = made_up(0), [made_up(1), made_up(2)]
    mine = query.parts["means"][:2].ravel()  # the first half of three layers, with the middle one
    expected = []
    for other in known:
        theirs = other.parts["means"][:2].ravel()
        cosine = mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs)
        expected.append(np.linalg.norm(mine - theirs) * np.sqrt(2 - cosine))
    np.testing.assert_allclose(METHODS["early-means"].distances(query, known), expected)


def test_layers_of_different_widths_are_compared_where_they_have_components():
    ragged = [[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, np.nan, np.nan], [0.0, 1.0, 0.0, 1.0]]
    other = [[1.0, 2.0, 3.0, 4.0], [4.0, 6.0, np.nan, np.nan], [0.0, 1.0, 0.0, 1.0]]
    found = METHODS["means"].distances(made_up(means=ragged), [made_up(means=other)])
    assert found[0] == pytest.approx(5.0)


@pytest.mark.parametrize("name", ["early-means", "means", "means-whitened", "moments", "copying"])
def test_distances_at_another_size_are_what_such_sets_have_on_average(name):
    """Simulated: sets of few pictures around a model, and what a set of many says that few would have."""
    rng, few = np.random.default_rng(1), 4
    model, known = made_up(3), made_up(4, n=10**9)

    def drawn(n):
        pictures = model.parts["means"] + rng.normal(size=(n, 3, 4)) * model.parts["spreads"]
        return made_up(
            n=n,
            means=pictures.mean(axis=0),
            spreads=pictures.std(axis=0, ddof=1),
            whitened_means=model.parts["whitened_means"] + rng.normal(size=(n, 12)).mean(axis=0),
            copying=model.parts["copying"] + rng.normal(size=(n, 7)).mean(axis=0),
            chance=[7.0, 12.0],  # of seven and of twelve numbers with variance 1
        )

    method, many = METHODS[name], [drawn(400) for _ in range(60)]
    found = np.mean([method.distances(drawn(few), [known])[0] for _ in range(4000)])
    before = np.mean([method.distances(each, [known])[0] for each in many])
    told = np.mean([method.distances(each, [known], pictures=few)[0] for each in many])
    # early-means keeps its cosine, which chance makes smaller.
    assert abs(told - found) < (0.6 if name == "early-means" else 0.25) * abs(found - before)


def test_c_t_curves_are_compared_from_the_second_layer_on_and_where_both_have_numbers():
    query = made_up(c_t=[0.0, 3.0, np.nan])
    known = [made_up(c_t=[9.0, 3.0, 5.0]), made_up(c_t=[0.0, np.nan, 5.0])]
    assert METHODS["ct-l2"].distances(query, known).tolist() == [0.0, np.inf]


def test_the_best_method_is_one_that_all_fingerprints_have_the_numbers_for():
    whole = made_up()
    curve = Fingerprint("r", (1, 2, 3), 100, {"c_t": whole.parts["c_t"]})
    assert best_method([whole, whole]).name == DEFAULT
    assert best_method([whole, curve]).name == "ct-both"
    nothing = Fingerprint("r", (1, 2, 3), 100, {"c_t": np.full(3, np.nan)})
    with pytest.raises(ScoreError, match="no numbers in common"):
        best_method([whole, nothing])


def test_other_layers_and_unknown_names_are_refused():
    with pytest.raises(ScoreError, match="References or layers"):
        METHODS["means"].distances(made_up(), [made_up(layers=(1, 2, 4))])
    with pytest.raises(ScoreError, match="choose from early-means"):
        method_named("ct")


def test_statistics_need_pixels():
    blind = made_up(pixels=[np.nan, np.nan])
    assert not METHODS["statistics-l2"].fits(dataclasses.replace(blind))
    assert METHODS["statistics-l2"].fits(made_up())
