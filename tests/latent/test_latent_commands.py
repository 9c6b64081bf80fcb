"""`whorl latent convert`, `basis`, `keys`, `mark` and `read`, as a user types them; and what they never tell."""

import csv
import json
import os
import re
import shlex
import shutil
import stat
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file
from test_stylegan2_network import SETTINGS, as_rosinality
from tiny_stylegan2 import SIDE, write_tiny

from browser import look
from command_line import in_a_new_process, in_this_process
from whorl.images import open_images
from whorl.latent.basis import LatentBasis
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.stylegan2.network import StyleGAN2Network

BITS = 16
FEW = ("--seed", 0, "--latents", 400, "--start-pictures", 400, "--no-perceptual", "--jacobians", 2)


NO_GUESS = ("--start-pictures", 0)  # what does not read, or reads little, need not learn how to begin


def latent(*arguments, cwd, check=0, run=in_this_process):
    done = run("latent", *arguments, cwd=cwd, env={"COLUMNS": "110"})
    if check is not None:
        assert done.returncode == check, done.stdout + done.stderr
    return done


def refused(*arguments, cwd, because):
    done = latent(*arguments, cwd=cwd, check=2)
    assert because in " ".join(done.stderr.replace("│", " ").split()), done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder: a generator, a calibrated basis, a key book, and pictures of two of its users."""
    here = tmp_path_factory.mktemp("work")
    write_tiny(here / "generator")
    noise = np.random.default_rng(0).integers(0, 256, (6, SIDE, SIDE, 3)).astype(np.uint8)
    np.save(here / "foreign.npy", noise)
    # Twice the strength that is measured when none is given: no picture of this test is a borderline case.
    latent("basis", "generator", "-o", "probe", "--bits", BITS, *FEW, *NO_GUESS, "-q", cwd=here)
    strength = 2 * LatentBasis.load(here / "probe").strength
    calibration = ("--calibrate", 24, "--foreign", "foreign.npy", "--strength", strength)
    latent("basis", "generator", "-o", "basis", "--bits", BITS, *FEW, *calibration, "-q", cwd=here)
    (here / "names.txt").write_text("alice\n\nbob\ncarol\n")
    # From a seed, as no command makes them, so that these tests read the same pictures each time.
    KeyBook.create(BITS, users=["alice", "bob", "carol"], room=30, seed=0).save(here / "keys")
    for seed, user in enumerate(("alice", "bob")):
        latent(
            "mark", "basis", "--keys", "keys", "--user", user, "-n", 4, "--seed", seed, "-o", user, cwd=here
        )
    return here


def secrets_of(book, basis):
    """Every key of the book and every direction, as patterns: bits, lists of bits, hexadecimal, decimal."""
    found = set()
    for key in KeyBook.load(book).keys:
        bits = "".join(map(str, key))
        for text in (bits, bits[::-1]):
            digits = f"{int(text, 2):0{BITS // 4}x}"
            found |= {text, ",".join(text), ", ".join(text), " ".join(text), rf"(?i)\b(0x)?{digits}\b"}
    held = LatentBasis.load(basis)
    for bits in held.calibration.plain_bits if held.calibration else ():
        found |= {"".join(map(str, bits)), ",".join(map(str, bits)), ", ".join(map(str, bits))}
    directions = held.directions
    return found | {re.escape(f"{abs(number):.9g}") for number in directions.flat if abs(number) > 1e-3}


def test_marked_in_one_process_and_read_in_another_from_png_files(place, tmp_path):
    """Trap 1 of the method: nothing but files goes from one to the other."""
    shutil.copytree(place / "alice" / "pictures", tmp_path / "found")
    done = latent(
        "read", place / "basis", "found", "--keys", place / "keys", "-o", "answer", cwd=tmp_path,
        run=in_a_new_process,
    )  # fmt: skip
    assert "4 pictures: 4 of alice." in done.stdout
    assert "Report: answer/report.html" in done.stdout
    assert {path.name for path in (tmp_path / "answer").iterdir()} == {
        "result.json", "pictures.csv", "report.html", "matching.svg", "matching.png"
    }  # fmt: skip
    told = json.loads((tmp_path / "answer" / "result.json").read_text())
    assert told["reading"]["users"] == {"alice": 4}
    assert all(row["matching"] == row["bits"] == BITS for row in told["pictures"])
    assert not any("read" in row for row in told["pictures"])
    with (tmp_path / "answer" / "pictures.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["user"] for row in rows] == ["alice"] * 4
    assert {"answer", "residual", "passes", "needed"} <= set(rows[0])


def test_each_user_is_told_from_the_others_and_from_nobody(place, tmp_path):
    """Trap 3: unmarked, real and foreign pictures have no user, however near one is."""
    done = latent("read", "basis", "bob", "--keys", "keys", "--json", "-q", cwd=place)
    assert json.loads(done.stdout)["reading"]["users"] == {"bob": 4}
    done = latent("read", "basis", "foreign.npy", "--keys", "keys", "--json", "-q", cwd=place)
    assert json.loads(done.stdout)["reading"]["answers"] == {"no match": 6}
    from whorl.latent.mark import drawn
    from whorl.latent.open import open_generator

    generator = open_generator(place / "generator", "cpu")
    (tmp_path / "plain").mkdir()
    for number, picture in enumerate(drawn(generator, generator.sample_latents(4, seed=77))):
        Image.fromarray(picture).save(tmp_path / "plain" / f"{number}.png")
    done = latent("read", "basis", tmp_path / "plain", "--keys", "keys", "--json", "-q", cwd=place)
    told = json.loads(done.stdout)
    assert all(row["user"] is None for row in told["pictures"])
    assert told["reading"]["answers"].get("no match", 0) >= 3
    assert all(row["nearest"] in ("alice", "bob", "carol") for row in told["pictures"])


def test_a_key_of_nobody_in_the_book_is_marked_but_unknown(place, tmp_path):
    latent("keys", "create", "others", "--users", 3, "--bits", BITS, "--room", 30, cwd=tmp_path)
    asked = ("read", "basis", "alice", "--keys", tmp_path / "others", "--json", "-q")
    told = json.loads(latent(*asked, cwd=place).stdout)
    assert told["reading"]["answers"] == {"marked but unknown": 4}
    # Without a calibration, that is not known, and it is said.
    latent("basis", "generator", "-o", tmp_path / "bare", "--bits", BITS, *FEW, *NO_GUESS, cwd=place)
    done = latent("read", tmp_path / "bare", "foreign.npy[:1]", "--keys", "keys", "-q", cwd=place)
    assert "No calibration holds here" in " ".join(done.stdout.split())


def test_a_reading_says_what_became_of_pictures_without_a_key(place):
    done = latent("read", "basis", "alice[:1]", "--keys", "keys", "-q", cwd=place)
    told = " ".join(done.stdout.split())
    assert "Of 24 pictures of the generator without a key, read for the calibration," in told
    assert "Of 6 pictures of other origin" in told
    assert "exact 95 % interval over pictures" in told
    done = latent("read", "basis", "alice[:1]", "--keys", "keys", "--json", "-q", cwd=place)
    reading = json.loads(done.stdout)["reading"]
    assert [(each["kind"], each["rate"], each["readings"]) for each in reading["observed"]] == [
        ("plain", 0.001, 24), ("foreign", 0.001, 6), ("plain", 0.1, 24), ("foreign", 0.1, 6)
    ]  # fmt: skip
    assert not any(each["too_many"] for each in reading["observed"])
    assert reading["needed"]["coins"] <= reading["needed"]["least"] <= reading["needed"]["most"] <= BITS


def test_a_basis_is_calibrated_later_and_again(place, tmp_path):
    before = replace(LatentBasis.load(place / "basis"), calibration=None)
    before.save(tmp_path / "basis")
    asked = ("calibrate", tmp_path / "basis", "-n", 22, "-q", "--seed")
    foreign = ("--foreign", "foreign.npy[:3]", "--keys", "keys", "--rate", 0.01, "--json")
    told = json.loads(latent(*asked, 1, *foreign, cwd=place).stdout)
    after = LatentBasis.load(tmp_path / "basis")
    assert told["digest"] == after.digest == before.digest
    assert (after.calibration.plain, after.calibration.foreign) == (22, 3)
    assert told["calibration"] == after.calibration.to_dict()
    assert (told["observed"]["users"], len(told["observed"]["book"])) == (3, 4)
    assert {each["rate"] for each in told["observed"]["unluckiest_key"]} == {0.01}
    refused(*asked, 1, cwd=place, because="has a calibration already, by")
    done = latent(*asked, 2, "--overwrite", cwd=place)
    again = LatentBasis.load(tmp_path / "basis").calibration
    assert again.foreign == 0
    assert not np.array_equal(again.plain_bits, after.calibration.plain_bits)
    assert "the key most like them" in " ".join(done.stdout.split())


def test_calibrating_refuses_what_cannot_be_before_it_reads(place, tmp_path, monkeypatch):
    from whorl.latent.reading.newton import NewtonReader

    monkeypatch.setattr(NewtonReader, "read", lambda *_: pytest.fail("a picture was read"))
    monkeypatch.setattr("whorl.latent.calibrate.drawn", lambda *_: pytest.fail("a picture was drawn"))
    monkeypatch.setattr("whorl.latent.directions.basis_by_design", lambda *_, **__: pytest.fail("designed"))
    np.save(tmp_path / "wide.npy", np.zeros((2, SIDE, SIDE + 1, 3), np.uint8))
    wide = ("--foreign", tmp_path / "wide.npy")
    asked = ("calibrate", "basis", "--overwrite")
    refused(*asked, *wide, cwd=place, because="is a picture of 16 x 17")
    refused(
        "basis", "generator", "-o", tmp_path / "b", "--calibrate", 20, *wide, cwd=place, because="16 x 17"
    )
    assert not (tmp_path / "b").exists()
    refused("calibrate", "basis", cwd=place, because="replace it with --overwrite")
    refused(*asked, "-n", 19, cwd=place, because="greater than or equal to 20")
    refused(*asked, "--rate", 1, cwd=place, because="the rate lies between 0 and 1")
    refused("calibrate", "generator", cwd=place, because="Give a latent basis")
    latent("keys", "create", tmp_path / "long", "--users", 2, "--bits", 32, cwd=place)
    refused(*asked, "--keys", tmp_path / "long", cwd=place, because="have 32 bits, and the basis reads 16")
    write_tiny(tmp_path / "other", seed=5)
    refused(*asked, "--generator", tmp_path / "other", cwd=place, because="other weights or other noise")


def test_a_calibration_that_fails_loses_no_basis(place, tmp_path, monkeypatch):
    asked = (
        "basis",
        "generator",
        "--bits",
        BITS,
        *FEW,
        "--calibrate",
        22,
        "--foreign",
        "foreign.npy[:2]",
        "-q",
    )
    # So weak that no key is read: a calibration must fail.
    done = refused(
        *asked, "-o", tmp_path / "weak", "--strength", 1e-5, cwd=place, because="without a wrong bit"
    )
    go_on = f"whorl latent calibrate {tmp_path / 'weak'} -n 22 --foreign 'foreign.npy[:2]'"
    assert go_on in " ".join(done.stderr.split())
    assert LatentBasis.load(tmp_path / "weak").calibration is None

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("whorl.latent.calibrate.calibrate", stopped)
    strength = ("--strength", LatentBasis.load(place / "basis").strength)
    done = latent(*asked, "-o", tmp_path / "stopped", *strength, cwd=place, check=None)
    assert done.returncode == 130
    assert "The basis is finished and kept in" in done.stderr
    monkeypatch.undo()
    assert LatentBasis.load(tmp_path / "stopped").calibration is None
    command = done.stderr.split("calibrate it: whorl latent ")[1].splitlines()[0]
    latent(*shlex.split(command), "--seed", 1, "-q", cwd=place)
    assert LatentBasis.load(tmp_path / "stopped").calibration.foreign == 2


def test_a_strength_that_makes_bits_constant_is_warned_of(place, tmp_path):
    loud = ("--strength", 1000, "--json", "-q")
    done = latent("basis", "generator", "-o", tmp_path / "loud", "--bits", BITS, *FEW, *loud, cwd=place)
    assert "16 of 16 bits have one value in more than three of four pictures without a key" in done.stderr
    told = json.loads(done.stdout)
    assert told["without_key"]["lopsided"] == BITS
    assert told["without_key"]["worth_coins"] < BITS / 2
    assert told["strength_in_deviations"] > 2
    assert LatentBasis.load(tmp_path / "loud").lopsided == BITS


def test_what_marking_leaves_behind(place):
    out = place / "alice"
    assert {path.name for path in out.iterdir()} == {"pictures", "result.json", "report.html", "examples.svg"}
    assert len(open_images(str(out))) == 4
    told = json.loads((out / "result.json").read_text())
    assert (told["marking"]["user"], told["marking"]["seed"], told["marking"]["bits"]) == ("alice", 0, BITS)
    assert 0 < told["marking"]["change"]["mean"] < 30
    page = (out / "report.html").read_text()
    assert "grey levels" in page
    assert "unmarked" in page
    assert "times; grey: no difference" in page
    refused("mark", "basis", "--keys", "keys", "--user", "alice", "-o", "alice", cwd=place, because="exists")
    again = ("--keys", "keys", "--user", "alice", "-n", 4, "--seed", 0)
    latent("mark", "basis", *again, "-o", "alice", "--overwrite", cwd=place)
    latent("mark", "basis", *again, "-o", "alice.npz", cwd=place)
    npz, folder = open_images(str(place / "alice.npz")), open_images(str(out))
    assert all(np.array_equal(npz[place], folder[place]) for place in range(4))
    refused("mark", "basis", *again, "-o", "alice.npz", cwd=place, because="exists")


@pytest.mark.parametrize("width", [390, 1200])
def test_both_pages_in_a_browser(place, tmp_path, width):
    latent("read", "basis", "foreign.npy[:2]", "--keys", "keys", "-q", "-o", tmp_path / "answer", cwd=place)
    for page in (place / "alice" / "report.html", tmp_path / "answer" / "report.html"):
        seen = look(page, width=width)
        assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)


def test_marked_pictures_of_two_users_have_other_latents_unless_a_seed_says_so(place, tmp_path):
    told = []
    for user in ("alice", "bob"):
        done = latent(
            "mark",
            "basis",
            "--keys",
            "keys",
            "--user",
            user,
            "-n",
            1,
            "-o",
            tmp_path / user,
            "--json",
            cwd=place,
        )
        told.append(json.loads(done.stdout)["marking"]["seed"])
    assert told[0] != told[1]


def test_no_key_and_no_direction_is_told(place, tmp_path):
    """Trap 5: neither on stdout or stderr nor in any file but the key book, the export and the basis."""
    strength = LatentBasis.load(place / "basis").strength
    runs = [
        ("keys", "show", "keys"),
        ("keys", "create", tmp_path / "new", "--users", "names.txt", "--bits", BITS, "--room", 30),
        ("keys", "export", "keys", "-o", tmp_path / "keys.csv"),
        (
            "basis",
            "generator",
            "-o",
            tmp_path / "basis",
            "--bits",
            BITS,
            *FEW,
            *NO_GUESS,
            "--strength",
            strength,
        ),
        ("mark", "basis", "--keys", "keys", "--user", "bob", "-n", 2, "-o", tmp_path / "marked"),
        ("mark", "basis", "--keys", "keys", "--user", "bob", "-n", 2, "-o", tmp_path / "again", "--json"),
        ("calibrate", tmp_path / "basis", "-n", 22, "--keys", "keys", "--seed", 1),
        ("read", "basis", "bob", "--keys", "keys", "-o", tmp_path / "answer"),
        ("read", "basis", "bob", "--keys", "keys", "--json"),
    ]
    told = {}
    for arguments in runs:
        done = latent(*arguments, cwd=place)
        told[" ".join(map(str, arguments))] = done.stdout + done.stderr
    assert KeyBook.load(tmp_path / "new").users == ("alice", "bob", "carol")
    for error in (
        ("keys", "add", "keys", "bob"),
        ("mark", "basis", "--keys", "keys", "--user", "eve", "-o", "x"),
    ):
        told[str(error)] = latent(*error, cwd=place, check=2).stderr
    for folder in ("marked", "answer", "again"):
        for path in (tmp_path / folder).rglob("*"):
            if path.suffix in (".json", ".html", ".csv", ".svg"):
                told[str(path)] = path.read_text()
    hidden = secrets_of(place / "keys", place / "basis") | secrets_of(tmp_path / "new", tmp_path / "basis")
    assert len(hidden) > 100
    for what, text in told.items():
        assert not [each for each in hidden if re.search(each, text)], what
    assert "secret" in told[" ".join(map(str, runs[2]))]
    # The search finds what it looks for where that is meant to stand.
    assert sum(re.search(each, (tmp_path / "keys.csv").read_text()) is not None for each in hidden) >= 3


def test_read_bits_are_written_on_request_and_then_in_private(place, tmp_path):
    asked = ("read", "basis", "bob", "--keys", "keys", "-q", "-o", tmp_path / "answer", "--bits")
    latent(*asked, cwd=place)
    told = json.loads((tmp_path / "answer" / "result.json").read_text())
    key = "".join(map(str, KeyBook.load(place / "keys").key("bob")))
    assert {row["read"] for row in told["pictures"]} == {key}
    assert stat.S_IMODE((tmp_path / "answer").stat().st_mode) == 0o700


def test_secrets_are_their_owners_alone(place, tmp_path):
    mode = os.umask(0o022)
    try:
        latent("keys", "export", "keys", "-o", tmp_path / "keys.csv", cwd=place)
        latent("keys", "create", tmp_path / "keys", "--users", 2, "--bits", BITS, "--room", 30, cwd=place)
        latent("keys", "add", tmp_path / "keys", "dora", cwd=place)
    finally:
        os.umask(mode)
    for path in (place / "keys", tmp_path / "keys", tmp_path / "keys.csv", *(place / "basis").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((place / "basis").stat().st_mode) == 0o700
    book = KeyBook.load(tmp_path / "keys")
    assert book.users == ("user-1", "user-2", "dora")
    with (tmp_path / "keys.csv").open() as file:
        rows = {row["user"]: row["key"] for row in csv.DictReader(file)}
    held = KeyBook.load(place / "keys")
    assert rows == {user: "".join(map(str, held.key(user))) for user in held.users}


def test_key_books_grow_until_they_are_full(place, tmp_path):
    create = ("keys", "create", "keys", "--users", 15, "--bits", 8, "--room", 16)
    done = latent(*create, "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {
        "file": "keys", "users": 15, "room": 16, "bits": 8, "keys_differ_in": 4
    }  # fmt: skip
    refused(*create, cwd=tmp_path, because="exists already")
    latent("keys", "add", "keys", "last", cwd=tmp_path)
    refused("keys", "add", "keys", "more", cwd=tmp_path, because="the key book is full")
    assert "users 16" in " ".join(latent("keys", "show", "keys", cwd=tmp_path).stdout.split())
    refused(
        "keys", "create", "k", "--users", "no-names.txt", cwd=tmp_path, because="a number or a file of names"
    )
    refused("keys", "export", "keys", "-o", "keys.txt", cwd=tmp_path, because="exported as .csv")


def test_bad_input_is_refused_with_clear_words(place, tmp_path):
    wide = np.zeros((SIDE, SIDE + 2, 3), np.uint8)
    (tmp_path / "wide").mkdir()
    Image.fromarray(wide).save(tmp_path / "wide" / "shifted.png")
    read = ("--keys", "keys", "-q")
    refused(
        "read", "basis", tmp_path / "wide", *read, cwd=place, because="shifted.png is a picture of 16 x 18"
    )
    latent("keys", "create", tmp_path / "long", "--users", 2, "--bits", 32, cwd=place)
    mine = ("--keys", tmp_path / "long")
    refused("read", "basis", "bob", *mine, cwd=place, because="have 32 bits, and the basis reads 16")
    refused("mark", "basis", *mine, "--user", "user-1", "-o", "x", cwd=place, because="have 32 bits")
    latent("keys", "create", tmp_path / "empty", "--bits", BITS, "--room", 30, cwd=place)
    refused("read", "basis", "bob", "--keys", tmp_path / "empty", cwd=place, because="no users yet")
    refused("mark", "basis", "--keys", "keys", "--user", "eve", "-o", "x", cwd=place, because="no user 'eve'")
    refused("read", "basis", "bob", *read, "--through", "jpeg", cwd=place, because="blur:1.0")
    refused("read", "basis", "bob", *read, "-o", "bob/answer", cwd=place, because="inside the pictures")
    refused("read", "basis", "bob", *read, "--published", "--steps", 1, cwd=place, because="NewtonReader")
    refused("read", "basis", "bob", *read, "--rate", 0, cwd=place, because="the rate lies between 0 and 1")
    refused("basis", "generator", "-o", "x", "--strength", 0, cwd=place, because="--strength is above 0")
    refused("basis", "generator", "-o", "x", "--shift", 3, cwd=place, because="--by position")
    refused("basis", "generator", "-o", "x", "--foreign", "foreign.npy", cwd=place, because="--calibrate")
    refused("basis", "nowhere", "-o", "x", cwd=place, because="whorl latent convert")
    refused("basis", "generator", "-o", "x", "--bits", 24, *FEW, cwd=place, because="carries 1 to 23 bits")
    refused("basis", "generator", "-o", "basis", *FEW, cwd=place, because="exists already")
    refused("read", "generator", "bob", *read, cwd=place, because="Give a latent basis")


def test_a_basis_and_its_generator_belong_together(place, tmp_path):
    """Trap 1: another generator is refused, and a changed byte."""
    write_tiny(tmp_path / "other", seed=5)
    asked = ("read", place / "basis", place / "bob", "--keys", place / "keys", "-q")
    refused(*asked, "--generator", "other", cwd=tmp_path, because="other weights or other noise")
    shutil.copytree(place / "generator", tmp_path / "moved")
    latent(*asked, "--generator", "moved", cwd=tmp_path)
    shutil.copytree(place / "basis", tmp_path / "basis")
    path = tmp_path / "basis" / "basis.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    refused("read", "basis", place / "bob", "--keys", place / "keys", cwd=tmp_path, because="is damaged")


def test_positions_and_the_published_reader(place, tmp_path):
    """As published, with few steps: it answers, and with a reader of its own no calibration holds."""
    by = ("--by", "position", "--shift", 0, "--strength", 1, "--bits", 8, "--coding", "centred")
    latent("basis", "generator", "-o", tmp_path / "basis", *by, *FEW, *NO_GUESS, cwd=place)
    basis = LatentBasis.load(tmp_path / "basis")
    assert (basis.design["by"], basis.design["shift"], basis.coding) == ("position", 0, "centred")
    latent("keys", "create", tmp_path / "keys", "--users", 1, "--bits", 8, "--room", 2, cwd=place)
    few = ("--published", "--starts", 2, "--steps", 2, "--limit", 1, "--json", "-q")
    done = latent("read", tmp_path / "basis", "bob", "--keys", tmp_path / "keys", *few, cwd=place)
    told = json.loads(done.stdout)
    assert told["pictures"][0]["passes"] == 2 * 3 + 1
    assert told["details"]["reader"]["kind"] == "published"
    assert told["reading"]["calibrated"] is False


def test_through_a_blur(place, tmp_path):
    import scipy.ndimage

    pictures = open_images(str(place / "bob"))
    blurred = [
        scipy.ndimage.gaussian_filter(pictures[i].astype(float), (0.6, 0.6, 0), mode="mirror")
        for i in range(2)
    ]
    np.save(tmp_path / "blurred.npy", np.round(blurred).astype(np.uint8))
    asked = ("read", "basis", tmp_path / "blurred.npy", "--keys", "keys", "--json", "-q")
    plain = json.loads(latent(*asked, cwd=place).stdout)
    through = json.loads(latent(*asked, "--through", "blur:0.6", cwd=place).stdout)
    matching = [sum(row["matching"] for row in told["pictures"]) for told in (plain, through)]
    assert matching[1] > matching[0]
    assert through["details"]["reader"]["through"] == "blur:0.6"


def test_a_checkpoint_is_converted(tmp_path):
    save_file(as_rosinality(StyleGAN2Network(SETTINGS)), tmp_path / "checkpoint.safetensors")
    done = latent("convert", "checkpoint.safetensors", "-o", "generator", cwd=tmp_path)
    assert "16 x 16" in done.stdout
    latent("convert", "checkpoint.safetensors", "-o", "generator", "--overwrite", "--json", cwd=tmp_path)
    refused("convert", "checkpoint.safetensors", "-o", "generator", cwd=tmp_path, because="exists already")
    refused("convert", "nothing.pt", "-o", "g", cwd=tmp_path, because="there is no file")
