"""Files that are no registry, or a damaged one: told clearly, and left as they are."""

import multiprocessing
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from registry_material import as_nobody, curve, numbered

import whorl
from whorl.errors import StorageError
from whorl.registry import Registry, engine
from whorl.registry.lines import write_entries


def fill(file, count=3):
    exported = file.with_suffix(".jsonl")
    write_entries(exported, numbered(0, count, size=200))
    Registry(file).import_file(exported)
    exported.unlink()


def execute(file, *statements):
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def refused(file, message, *, reading=True):
    """Make sure that reading and writing fail with the message, and that the file's bytes stay."""
    before = file.read_bytes()
    registry = Registry(file)
    acts = [lambda: registry.add(name="new", architecture="DDPM", fingerprint=curve(1))]
    acts += [registry.models, lambda: registry.remove("model-0000")] if reading else []
    for act in acts:
        with pytest.raises(StorageError, match=message):
            act()
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_reading_makes_no_file(file):
    registry = Registry(file)
    assert registry.models() == registry.entries("r") == ()
    assert not file.exists()


def test_a_file_and_its_folder_are_made_by_the_first_model(tmp_path):
    registry = Registry(tmp_path / "a folder # with ? odd % signs" / "known.db")
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(1))
    assert [path.name for path in Path(registry.place).parent.iterdir()] == ["known.db"]


def test_an_empty_file_becomes_a_registry(file):
    file.touch()
    assert Registry(file).models() == ()
    Registry(file).add(name="mine", architecture="DDPM", fingerprint=curve(1))
    assert len(Registry(file).models()) == 1


def test_a_folder_is_no_registry(tmp_path):
    with pytest.raises(StorageError, match=r"is a folder.*registry\.db"):
        Registry(tmp_path)


def test_a_device_is_no_registry():
    with pytest.raises(StorageError, match="is a device"):
        Registry("/dev/null")


@pytest.mark.parametrize("given", ["", "  ", "a\0b"])
def test_no_place_at_all(given):
    with pytest.raises(StorageError, match="no place for a registry"):
        Registry(given)


@pytest.mark.parametrize("content", [b"name,architecture\n" * 100, b"\x89PNG", bytes(4096)])
def test_a_file_of_another_kind_is_left_alone(file, content):
    file.write_bytes(content)
    refused(file, "is no registry: not an SQLite file")


def test_another_programs_database_is_left_alone(file):
    execute(file, "CREATE TABLE bookmarks (url TEXT)")
    refused(file, "another program.*'bookmarks'")


def test_a_newer_whorls_registry_is_refused(file):
    fill(file)
    execute(file, "UPDATE whorl_schema SET version = 2, made_by = '9.0'")
    refused(file, r"version 2 \(made by Whorl 9\.0\).*version 1.*Update Whorl")


def test_a_registry_that_lacks_a_table_is_damaged(file):
    fill(file)
    execute(file, "DROP TABLE whorl_fingerprints")
    refused(file, "damaged: it lacks whorl_fingerprints")


def test_a_truncated_registry_is_damaged(file):
    fill(file, 40)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    refused(file, "damaged")


def test_a_table_whose_name_is_no_text_any_more_is_damage(file):
    fill(file)
    file.write_bytes(file.read_bytes().replace(b"whorl_schema", b"whorl_schem\xd5"))
    refused(file, "damaged")


def test_nothing_is_written_to_a_registry_with_a_broken_page(file):
    fill(file, 40)
    content = bytearray(file.read_bytes())
    content[-4096:] = b"\xff" * 4096
    file.write_bytes(content)
    refused(file, "damaged", reading=False)


def test_a_changed_number_is_found_when_it_is_read(file):
    fill(file)
    execute(file, "UPDATE whorl_fingerprints SET fingerprint = replace(fingerprint, '1.0', '1.5')")
    registry = Registry(file)
    assert len(registry.models()) == 3
    for act in (lambda: registry.entries("reference-a"), lambda: registry.export(file.with_suffix(".jsonl"))):
        with pytest.raises(
            StorageError, match=r"'model-000.' on the Reference reference-a: the fingerprint has digest"
        ):
            act()
    assert not file.with_suffix(".jsonl").exists()


def test_a_fingerprint_under_a_foreign_reference_is_found(file):
    fill(file)
    execute(file, "UPDATE whorl_references SET reference = 'reference-b'")
    with pytest.raises(StorageError, match="under another Reference"):
        Registry(file).entries("reference-b")


def test_a_writer_waits_and_then_says_who_is_in_the_way(file, monkeypatch):
    fill(file)
    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(Registry(file).models()) == 3
        with pytest.raises(StorageError, match="locked by another process"):
            Registry(file).add(name="new", architecture="DDPM", fingerprint=curve(1))


@pytest.mark.parametrize(("on_file", "on_folder"), [(0o444, 0o755), (0o444, 0o555), (0o666, 0o555)])
def test_what_may_only_be_read_is_read(on_file, on_folder):
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        fill(folder / "known.db")
        (folder / "known.db").chmod(on_file)
        folder.chmod(on_folder)
        before = (folder / "known.db").read_bytes()
        count, message = outcomes_of_nobody(folder / "known.db")
        assert count == 3
        assert "may only be read" in message or "its folder cannot be written to" in message
        assert "--registry" in message
        assert (folder / "known.db").read_bytes() == before
        folder.chmod(0o755)


def test_a_new_registry_in_a_read_only_folder():
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o555)
        count, message = outcomes_of_nobody(Path(name) / "known.db")
        assert count == 0
        assert "no registry can be made" in message
        assert list(Path(name).iterdir()) == []
        Path(name).chmod(0o755)


def outcomes_of_nobody(path):
    context = multiprocessing.get_context("spawn")
    outcomes = context.Queue()
    process = context.Process(target=as_nobody, args=(path, outcomes))
    process.start()
    process.join()
    assert process.exitcode == 0
    return outcomes.get(timeout=5), outcomes.get(timeout=5)


def test_the_place_is_what_the_variable_says_or_else_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, appauthor: str(tmp_path / name))
    monkeypatch.delenv("WHORL_REGISTRY", raising=False)
    assert whorl.Registry().place == str(tmp_path / "whorl" / "registry.db")
    monkeypatch.setenv("WHORL_REGISTRY", str(tmp_path / "mine.db"))
    assert whorl.Registry().place == str(tmp_path / "mine.db")
    assert whorl.Registry(f"sqlite:///{tmp_path}/third.db").place == str(tmp_path / "third.db")
