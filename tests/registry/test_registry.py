"""What is put into a registry comes out again, and nothing is overwritten unasked."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_material import curve

from whorl.errors import StorageError
from whorl.fingerprints import Fingerprint
from whorl.registry import Registry

A, B = "reference-a", "reference-b"


def test_a_model_comes_back_with_its_numbers_and_its_provenance(registry):
    made = registry.add(
        name="mine",
        architecture="DDPM",
        fingerprint=curve(-1.5, np.nan, 0.1),
        dataset="CIFAR-10",
        note="second run",
        reference_note="small",
        measured_by="me",
    )
    assert registry.models() == (made,) == (registry.get("mine"),)
    assert (made.architecture, made.dataset, made.note, made.references) == (
        "DDPM",
        "CIFAR-10",
        "second run",
        (A,),
    )
    measured = made.measurements[0]
    assert (measured.n_pictures, measured.reference_note, measured.provenance.measured_by) == (
        500,
        "small",
        "me",
    )
    assert measured.provenance.versions["whorl"]
    assert measured.provenance.measured_at.endswith("+00:00")
    found = registry.fingerprints("mine")[A]
    assert found.digest == measured.digest == curve(-1.5, np.nan, 0.1).digest
    np.testing.assert_array_equal(found.parts["c_t"], [-1.5, np.nan, 0.1])


def test_fingerprints_of_different_references_never_meet(registry):
    for name, reference in (("one", A), ("two", A), ("three", B), ("one", B)):
        registry.add(name=name, architecture="DDPM", fingerprint=curve(len(name), reference=reference))
    met = {reference: registry.entries(reference) for reference in (A, B, "reference", "")}
    assert {reference: [model.name for model, _ in found] for reference, found in met.items()} == {
        A: ["one", "two"],
        B: ["one", "three"],
        "reference": [],
        "": [],
    }
    assert all(found.reference == reference for reference in met for _, found in met[reference])
    assert registry.get("one").references == (A, B)


def test_adding_the_same_again_changes_nothing(registry):
    first = registry.add(name="mine", architecture="DDPM", fingerprint=curve(1, 2), measured_by="me")
    again = registry.add(name="mine", architecture="DDPM", fingerprint=curve(1, 2), measured_by="you")
    assert again == first


def test_other_numbers_need_replace(registry):
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(1, 2))
    before = registry.models()
    with pytest.raises(StorageError, match=r"(?s)'mine': on the Reference 'reference-a'.*--replace"):
        registry.add(name="mine", architecture="DDPM", fingerprint=curve(1, 3))
    assert registry.models() == before
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(1, 3, n=700), replace=True)
    assert registry.fingerprints("mine")[A].parts["c_t"].tolist() == [1, 3]
    assert registry.get("mine").measurements[0].n_pictures == 700


def test_another_description_needs_replace_and_silence_keeps_what_is_known(registry):
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(1), dataset="CIFAR-10")
    for said in ({"architecture": "DDIM"}, {"architecture": "DDPM", "dataset": "CIFAR-100"}):
        with pytest.raises(StorageError, match=r"its (architecture|dataset) is '(DDPM|CIFAR-10)', not"):
            registry.add(name="mine", fingerprint=curve(2, reference=B), **said)
    assert registry.get("mine").references == (A,)
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(2, reference=B), note="filled in")
    known = registry.get("mine")
    assert (known.dataset, known.note, known.references) == ("CIFAR-10", "filled in", (A, B))
    registry.add(name="mine", architecture="DDIM", fingerprint=curve(1), replace=True)
    known = registry.get("mine")
    assert (known.architecture, known.dataset, known.note) == ("DDIM", "CIFAR-10", "filled in")


def test_removing_takes_the_model_and_nothing_else(registry):
    registry.add(name="one", architecture="DDPM", fingerprint=curve(1))
    registry.add(name="one", architecture="DDPM", fingerprint=curve(1, reference=B))
    kept = registry.add(name="two", architecture="DDPM", fingerprint=curve(2))
    assert registry.remove("one").references == (A, B)
    assert registry.models() == (kept,)
    assert registry.entries(B) == ()
    registry.add(name="one", architecture="BigGAN", fingerprint=curve(3), reference_note="anew")
    assert registry.get("one").architecture == "BigGAN"


@pytest.mark.parametrize("act", ["get", "remove", "fingerprints"])
def test_an_unknown_name_is_told_with_its_neighbours(registry, act):
    with pytest.raises(StorageError, match=r"no model 'BigGAN-1': .* is empty"):
        getattr(registry, act)("BigGAN-1")
    registry.add(name="BigGAN-2", architecture="BigGAN", fingerprint=curve(1))
    with pytest.raises(StorageError, match=r"no model 'BigGAN-1' in .* such as 'BigGAN-2'"):
        getattr(registry, act)("BigGAN-1")
    assert len(registry.models()) == 1


def test_one_name_written_two_ways_is_one_model(registry):
    registry.add(name="Mode\u0300le", architecture="DDPM", fingerprint=curve(1))
    assert registry.get("Mod\u00e8le") == registry.get("Mode\u0300le")
    with pytest.raises(StorageError, match="knows otherwise"):
        registry.add(name="Mod\u00e8le", architecture="DDPM", fingerprint=curve(2))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"name": ""}, "name is empty"),
        ({"name": "  "}, "printable"),
        ({"name": "a\nb"}, "printable"),
        ({"name": "a\x1b[31m"}, "printable"),
        ({"name": "\ud800"}, "printable"),
        ({"name": "x" * 201}, "200 characters"),
        ({"name": 7}, "must be a text"),
        ({"architecture": ""}, "architecture is empty"),
        ({"note": "\0"}, "printable"),
        ({"measured_by": "a\tb"}, "printable"),
        ({"fingerprint": {"c_t": [1]}}, "expected a whorl.fingerprints.Fingerprint"),
        ({"fingerprint": curve(1, reference="")}, "reference is empty"),
        ({"fingerprint": curve(1, n=0)}, "at least one picture"),
        ({"fingerprint": curve(1, n=True)}, "at least one picture"),
        ({"fingerprint": curve(1, n=2**31)}, "at least one picture"),
        ({"fingerprint": curve(1, n=np.int64(5))}, "Python's own int"),
        ({"fingerprint": curve(1, layers=(1.5,))}, "int or a str"),
        ({"fingerprint": curve(1, 2, layers=(3, 3))}, "all different"),
        ({"fingerprint": Fingerprint("r", (), 5, {"c_t": np.zeros(0)})}, "needs layers"),
        ({"fingerprint": Fingerprint("r", (1,), 5, {})}, "without parts"),
        ({"fingerprint": curve(1, settings={"a": np.nan})}, "cannot be"),
        ({"fingerprint": curve(1, settings={"a": {1, 2}})}, "cannot be"),
    ],
)
def test_what_cannot_be_stored_is_refused_before_anything_is_written(file, said, message):
    registry = Registry(file)
    with pytest.raises(StorageError, match=message):
        registry.add(**({"name": "mine", "architecture": "DDPM", "fingerprint": curve(1)} | said))
    assert not file.exists()


numbers = st.floats(allow_nan=True, allow_infinity=False)
layers = st.lists(
    st.one_of(st.integers(), st.text(max_size=8)), min_size=1, max_size=5, unique_by=lambda x: (type(x), x)
)
values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(-9, 9))


@st.composite
def fingerprints(draw):
    names = draw(layers)
    width = draw(st.integers(0, 3))
    parts = {}
    for name in draw(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3, unique=True)):
        flat = draw(st.lists(numbers, min_size=len(names) * width, max_size=len(names) * width))
        parts[name] = np.array(flat).reshape(len(names), width)
        parts[f"{name} "] = np.array(draw(st.lists(numbers, min_size=len(names), max_size=len(names))))
    chosen = draw(st.dictionaries(st.text(max_size=5), st.one_of(values, st.lists(values, max_size=3))))
    return Fingerprint("r", tuple(names), draw(st.integers(1, 2**31 - 1)), parts, chosen)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(printed=fingerprints())
def test_any_fingerprint_comes_back_bit_for_bit(registry, printed):
    registry.add(name="any", architecture="x", fingerprint=printed, replace=True)
    found = registry.fingerprints("any")["r"]
    assert found.digest == printed.digest
    assert found.layers == printed.layers
    assert [type(layer) for layer in found.layers] == [type(layer) for layer in printed.layers]
    for name, part in printed.parts.items():
        np.testing.assert_array_equal(found.parts[name], part)
        assert found.parts[name].shape == part.shape
        same_sign = np.signbit(found.parts[name]) == np.signbit(part)
        assert (same_sign | np.isnan(part)).all()


def test_a_models_dict_is_json(registry):
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(1, np.nan))
    assert json.loads(json.dumps(registry.get("mine").to_dict()))["measurements"][0]["n_pictures"] == 500
