"""Which known model: against hand-made cases, and the paper's Table 1 through the registry."""

import json

import numpy as np
import pytest

import whorl
from whorl import Reference, ScoreError, StorageError
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.measure import SetMeasurements, fingerprint_of
from whorl.identification import Identification, KnownModel, identify
from whorl.registry import PUBLISHED, PUBLISHED_REFERENCE, Registry

SHIFTS = {"near": 0.0, "right": 1.5, "left": -1.5, "far": 4.0}


@pytest.fixture(scope="module")
def reference():
    rng = np.random.default_rng(0)
    train, test = ({layer: rng.normal(size=(n, 5)) * layer for layer in (1, 2, 3)} for n in (800, 400))
    return Reference.from_embeddings(train, test, cells=4, min_generated=5, partitions=2)


def a_set(seed, shift, n=100):
    rng = np.random.default_rng(seed)
    return {layer: (rng.normal(size=(n, 5)) + shift) * layer for layer in (1, 2, 3)}


@pytest.fixture(scope="module")
def known(reference):
    return [
        KnownModel(
            f"{name}/{run}", name, fingerprint_of(reference.measure_embeddings(a_set(10 * i + run, s)))
        )
        for i, (name, s) in enumerate(SHIFTS.items())
        for run in (1, 2)
    ]


@pytest.mark.parametrize("name", SHIFTS)
def test_new_pictures_are_named(reference, known, name):
    found = identify(reference.measure_embeddings(a_set(99, SHIFTS[name], n=60)), known)
    assert (found.best.architecture, found.verdict) == (name, "known")
    distances = [match.distance for match in found.matches]
    assert distances == sorted(distances)
    assert len(found.matches) == 8
    assert found.architectures[name] > 0.95
    assert sum(match.probability for match in found.matches) == pytest.approx(1)
    assert found.margin > 1


def test_an_unknown_model_is_none_of_these(reference, known):
    found = identify(reference.measure_embeddings(a_set(7, 12.0)), known)
    assert found.verdict == "none of these"
    assert found.rejection.p_value > found.rejection.false_accept_rate == pytest.approx(2 / 5)


def test_probability_tells_a_close_race_from_a_clear_one(reference):
    def model(name, shift, seed):
        return KnownModel(name, name, fingerprint_of(reference.measure_embeddings(a_set(seed, shift, n=400))))

    asked = reference.measure_embeddings(a_set(3, 0.0, n=30))
    close = identify(asked, [model("a", 0.05, 1), model("b", -0.05, 2)])
    clear = identify(asked, [model("a", 0.0, 1), model("b", 1.0, 2)])
    assert clear.best.probability == 1.0
    assert 0.3 < close.best.probability < 0.99
    assert clear.margin > close.margin


def test_a_fingerprint_alone_is_identified_without_probabilities(known):
    found = identify(known[3].fingerprint, known)
    assert (found.best.name, found.best.distance, found.best.probability) == (known[3].name, 0.0, None)
    assert (found.margin, found.architectures) == (None, {})


def test_a_curve_and_its_measured_set_have_one_answer(reference, known):
    pictures = a_set(50, 1.5)
    curve = identify(reference.curve_from_embeddings(pictures), known)
    measured = identify(reference.measure_embeddings(pictures), known)
    assert curve.to_dict()["matches"] == measured.to_dict()["matches"]


def test_the_answer_survives_json(reference, known):
    found = identify(reference.measure_embeddings(a_set(7, 12.0)), known)
    again = Identification.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again.to_dict() == found.to_dict()
    with pytest.raises(StorageError, match="schema"):
        Identification.from_dict({"schema": "other"})
    with pytest.raises(StorageError, match="incomplete"):
        Identification.from_dict({"schema": found.to_dict()["schema"]})


def test_few_pictures_are_warned_of_and_three_refused(reference, known):
    found = identify(reference.measure_embeddings(a_set(5, 0.0, n=12)), known)
    assert any("12 pictures are few" in note for note in found.warnings)
    with pytest.raises(ScoreError, match="at least 10 pictures by one model; got 3"):
        identify(reference.measure_embeddings(a_set(5, 0.0, n=3)), known)


def test_curves_of_sets_of_other_sizes_are_warned_of(reference, known):
    found = identify(reference.measure_embeddings(a_set(5, 0.0, n=300)), known, method="ct-both")
    assert any("depends on the number of pictures" in note for note in found.warnings)
    assert found.best.probability is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "ct"}, "no method 'ct'"),
        ({"method": "statistics-l2"}, "no numbers for the method statistics-l2"),
        ({"false_accept_rate": 0.0}, "between 0 and 1"),
        ({"false_accept_rate": 1.0}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(reference, known, options, message):
    with pytest.raises(ScoreError, match=message):
        identify(reference.measure_embeddings(a_set(5, 0.0)), known, **options)


def test_nothing_known_is_refused(reference):
    with pytest.raises(ScoreError, match="register some first"):
        identify(reference.measure_embeddings(a_set(5, 0.0)), [])


def test_table_1_of_the_paper_through_the_registry(tmp_path):
    """Six targets against the known curves: full .., both: 1.000; its curves match nothing else."""
    with Registry(tmp_path / "all.db") as everything, Registry(tmp_path / "known.db") as registry:
        everything.import_file(PUBLISHED)
        targets = []
        for model, fingerprint in everything.entries(PUBLISHED_REFERENCE):
            if model.name.endswith("target"):
                targets.append((model, fingerprint))
            else:
                registry.add(name=model.name, architecture=model.architecture, fingerprint=fingerprint)
        for rule, accuracy in {"l2": 1.0, "cosine": 5 / 6, "both": 1.0}.items():
            right = [
                registry.identify(curve, method=f"ct-{rule}").best.architecture == model.architecture
                for model, curve in targets
            ]
            assert (len(right), np.mean(right)) == (6, pytest.approx(accuracy))
        assert registry.identify(targets[0][1]).method == "ct-both"


def test_references_never_meet(tmp_path, reference, known):
    registry = Registry(tmp_path / "known.db")
    asked = reference.measure_embeddings(a_set(5, 0.0))
    with pytest.raises(ScoreError, match="knows no model measured on this Reference"):
        registry.identify(asked)
    registry.add(
        name="a", architecture="a", fingerprint=Fingerprint("other", (1, 2, 3), 9, known[0].fingerprint.parts)
    )
    with pytest.raises(ScoreError, match="only on 1 other"):
        registry.identify(asked)
    registry.add(name="a", architecture="a", fingerprint=known[0].fingerprint)
    registry.add(name="b", architecture="b", fingerprint=known[2].fingerprint)
    assert [match.name for match in registry.identify(asked).matches] == ["a", "b"]
    with pytest.raises(ScoreError, match="expected a curve, a measured set or a fingerprint; got list"):
        registry.identify([1, 2])


def test_other_layers_of_one_reference_do_not_meet(tmp_path, reference):
    registry = Registry(tmp_path / "known.db")
    pictures = a_set(5, 0.0)
    two = reference.curve_from_embeddings(pictures, layers=[1, 2])
    registry.add(name="a", architecture="a", fingerprint=SetMeasurements(two).fingerprint())
    with pytest.raises(ScoreError, match="at other layers"):
        registry.identify(reference.measure_embeddings(pictures))
    assert registry.identify(two).best.name == "a"


def test_the_public_name_is_the_registry(tmp_path):
    assert whorl.Registry is Registry


def test_distances_that_are_infinite_leave_valid_json(known):
    """Curves without a layer in common: no margin, no infinity in JSON."""

    def curve(*values):
        return Fingerprint("r", (1, 2, 3), 500, {"c_t": np.array(values, float)})

    models = [KnownModel("a", "a", curve(0, 1, np.nan)), KnownModel("b", "b", curve(0, np.nan, 1))]
    found = identify(curve(0, 2, np.nan), models)
    assert (found.best.name, found.margin) == ("a", None)
    json.dumps(found.to_dict(), allow_nan=False)
