"""From one registry to another through a file: all of it or nothing, every line checked."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_material import curve

from whorl.errors import StorageError
from whorl.registry import Merged, Registry


@pytest.fixture
def lines(tmp_path):
    """An exported file with two models, one of them on two References."""
    with Registry(tmp_path / "source.db") as source:
        source.add(
            name="one",
            architecture="DDPM",
            fingerprint=curve(1, np.nan),
            dataset="CIFAR-10",
            measured_by="me",
        )
        source.add(
            name="one", architecture="DDPM", fingerprint=curve(3, layers=("stem",), reference="reference-b")
        )
        source.add(
            name="two", architecture="BigGAN", fingerprint=curve(4, 5), note="n\u00f6te", reference_note="r"
        )
        assert source.export(tmp_path / "models.jsonl") == 3
        models = source.models()
    return tmp_path / "models.jsonl", models


def edited(path, change, line=0):
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    change(rows[line])
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_models_arrive_as_they_left_and_twice_is_once(registry, lines):
    path, models = lines
    assert registry.import_file(path) == Merged(added=3)
    assert registry.models() == models
    assert registry.import_file(path) == Merged(present=3)
    assert registry.models() == models
    assert registry.export(path.with_name("again.jsonl")) == 3
    assert path.with_name("again.jsonl").read_bytes() == path.read_bytes()


def test_two_files_one_after_another_are_one_file(registry, lines):
    path, models = lines
    path.write_bytes(path.read_bytes() + b"\n" + path.read_bytes())
    assert registry.import_file(path) == Merged(added=3, present=3)
    assert registry.models() == models


def test_chosen_models_alone(registry, lines, tmp_path):
    registry.import_file(lines[0])
    assert registry.export(tmp_path / "two.jsonl", ["two"]) == 1
    assert "BigGAN" in (tmp_path / "two.jsonl").read_text()
    with pytest.raises(StorageError, match=r"no model 'tow'.*'two'"):
        registry.export(tmp_path / "tow.jsonl", ["two", "tow"])
    assert not (tmp_path / "tow.jsonl").exists()


def test_all_conflicts_are_told_and_nothing_is_taken_in(registry, lines):
    path, models = lines
    registry.add(name="one", architecture="DDIM", fingerprint=curve(1, np.nan))
    registry.add(name="two", architecture="BigGAN", fingerprint=curve(4, 6))
    before = registry.models()
    with pytest.raises(StorageError) as told:
        registry.import_file(path)
    assert "'one': its architecture is 'DDIM', not 'DDPM'" in str(told.value)
    assert "'two': on the Reference 'reference-a'" in str(told.value)
    assert registry.models() == before
    assert registry.import_file(path, replace=True) == Merged(added=1, replaced=1, present=1)
    assert registry.models() == models


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda row: row["fingerprint"]["parts"]["c_t"].__setitem__(0, 1.25),
            "line 1: the fingerprint has digest",
        ),
        (
            lambda row: row.update(digest="0" * 64),
            "line 1: the fingerprint has digest .* expected 000000000000",
        ),
        (lambda row: row.update(digest=7), "expected 7"),
        (lambda row: row["fingerprint"].update(extra=1), "line 1: the fingerprint has digest"),
        (
            lambda row: row["fingerprint"].update(reference="reference-z"),
            "line 1: the fingerprint has digest",
        ),
        (lambda row: row["fingerprint"].update(n_pictures="500"), "line 1: the fingerprint has digest"),
        (lambda row: row["fingerprint"].update(schema="whorl-fingerprint/9"), "whorl-fingerprint/9"),
        (lambda row: row["fingerprint"].update(parts=None), "incomplete or damaged"),
        (lambda row: row.update(fingerprint=None), "expected a fingerprint"),
        (
            lambda row: row.update(schema="whorl-registry-entry/2"),
            "found 'whorl-registry-entry/2'.*update Whorl",
        ),
        (lambda row: row.pop("note"), "differs in note"),
        (lambda row: row.update(colour="red"), "differs in colour"),
        (lambda row: row.update(name=""), "name is empty"),
        (lambda row: row.update(name=None), "name must be a text"),
        (lambda row: row.update(versions=["numpy"]), "expected versions by name"),
        (lambda row: row.update(versions={"numpy": 2}), "must be a text"),
        (lambda row: row.update(measured_at=2024), "measured_at must be a text"),
        (lambda row: row.update(name="two"), "lines 1 and 3 describe two models of one name, 'two'"),
        (lambda row: row.update(architecture="DDIM"), "lines 1 and 2 describe two models"),
    ],
)
def test_one_wrong_line_and_nothing_is_taken_in(file, lines, change, message):
    edited(lines[0], change)
    with pytest.raises(StorageError, match=rf"(?s)not imported, nothing was changed.*{message}"):
        Registry(file).import_file(lines[0], replace=True)
    assert not file.exists()


def test_one_model_with_two_fingerprints_on_one_reference(file, lines, tmp_path):
    Registry(tmp_path / "other.db").add(name="two", architecture="BigGAN", fingerprint=curve(4, 6))
    Registry(tmp_path / "other.db").export(tmp_path / "other.jsonl")
    lines[0].write_text(lines[0].read_text() + (tmp_path / "other.jsonl").read_text())
    with pytest.raises(StorageError, match="lines 3 and 4 give 'two' two fingerprints"):
        Registry(file).import_file(lines[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no entry"),
        (b"\n \n", "holds no entry"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b'{"schema": ', "line 1: no JSON"),
        (b"[1, 2]", "found 'list'"),
        (b"null", "found 'NoneType'"),
        (b'{"a": NaN}', "NaN is no JSON value"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"[" * 100_000, "no JSON"),
        (b"no\n" * 30, r"\.\.\. and 22 more"),
    ],
)
def test_a_file_of_another_kind(file, tmp_path, content, message):
    (tmp_path / "odd.jsonl").write_bytes(content)
    with pytest.raises(StorageError, match=message):
        Registry(file).import_file(tmp_path / "odd.jsonl")
    assert not file.exists()


def test_a_line_that_was_cut_off(file, lines):
    lines[0].write_bytes(lines[0].read_bytes()[:-40])
    with pytest.raises(StorageError, match=r"line 3: no JSON.*cut off"):
        Registry(file).import_file(lines[0])


@pytest.mark.parametrize(
    ("said", "instead"),
    [("[1.0, null]", "[1e999, null]"), ("[1.0, null]", f"[1{'0' * 400}, null]"), (": 500", ": 1e999")],
)
def test_a_number_too_large_for_any_float(file, lines, said, instead):
    assert said in lines[0].read_text()
    lines[0].write_text(lines[0].read_text().replace(said, instead, 1))
    with pytest.raises(StorageError, match="line 1"):
        Registry(file).import_file(lines[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data())
def test_any_changed_byte_is_refused_or_leaves_the_numbers_as_they_were(registry, lines, data):
    """Names and notes carry no digest; everything else is found, and nothing but a StorageError is raised."""
    path, models = lines
    whole = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(whole) - 1))
    whole[start : start + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    changed = path.with_name("changed.jsonl")
    changed.write_bytes(whole)
    try:
        registry.import_file(changed, replace=True)
    except StorageError:
        return
    known = {measured.digest for model in models for measured in model.measurements}
    assert {measured.digest for model in registry.models() for measured in model.measurements} <= known


@pytest.mark.parametrize("name", ["absent.jsonl", "."])
def test_a_file_that_cannot_be_read(file, tmp_path, name):
    with pytest.raises(StorageError, match="could not read"):
        Registry(file).import_file(tmp_path / name)


def test_an_export_replaces_nothing_unasked_and_never_the_registry(file, lines, tmp_path):
    registry = Registry(file)
    with pytest.raises(StorageError, match=r"no model to export"):
        registry.export(tmp_path / "none.jsonl")
    registry.import_file(lines[0])
    before = file.read_bytes()
    for path, message in (
        (lines[0], "exists already"),
        (tmp_path, "is a folder"),
        (file, "the registry itself"),
    ):
        with pytest.raises(StorageError, match=message):
            registry.export(path, overwrite=path != lines[0])
    assert file.read_bytes() == before
    (tmp_path / "old").write_text("old")
    assert registry.export(tmp_path / "old", overwrite=True) == 3
    with pytest.raises(StorageError, match="could not write"):
        registry.export("/proc/models.jsonl")
    assert not (tmp_path / "none.jsonl").exists()
