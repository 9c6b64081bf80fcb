"""Key books: distances that hold, room that ends, and secrets that stay."""

import itertools
import json
import stat

import numpy as np
import pytest

from whorl.errors import StorageError, WhorlError
from whorl.latent.deciding.threshold import chance, least_matching
from whorl.latent.keys.code import Code, code_for
from whorl.latent.keys.galois_fields import minimal_polynomial, multiplied, powers
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.reading.reading import Reading


@pytest.mark.parametrize("m", range(2, 11))
def test_fields_have_all_their_elements(m):
    assert len(set(powers(m))) == 2**m - 1
    a, b, c = powers(m)[1], powers(m)[-1], powers(m)[len(powers(m)) // 2]
    assert multiplied(a, multiplied(b, c, m), m) == multiplied(multiplied(a, b, m), c, m)
    assert minimal_polynomial(m, 1).bit_length() == m + 1


@pytest.mark.parametrize(
    ("bits", "users", "distance", "capacity"),
    # Extended BCH codes of the textbooks: (8,4,4), (16,5,8), (16,11,4), (32,11,12), (64,10,28), (128,15,56).
    [
        (8, 16, 4, 16),
        (16, 32, 8, 32),
        (16, 1000, 4, 2048),
        (32, 1000, 12, 2048),
        (64, 1000, 28, 1024),
        (128, 1000, 56, 2**15),
    ],
)
def test_codes_are_those_of_the_textbooks(bits, users, distance, capacity):
    code = code_for(bits, users)
    assert (code.distance, code.capacity) == (distance, capacity)


@pytest.mark.parametrize(("bits", "users"), [(8, 16), (12, 10), (16, 100), (24, 500), (32, 1000), (40, 200)])
def test_each_two_words_differ_as_promised(bits, users):
    code = code_for(bits, users)
    count = min(code.capacity, 600)
    words = np.array([code.word(number) for number in range(count)])
    apart = (words[:, None] != words[None]).sum(axis=2)
    assert apart[~np.eye(count, dtype=bool)].min() >= code.distance


def test_a_word_is_a_multiple_of_its_generator():
    code = Code(15 + 1, 4, 2)
    roots = [powers(4)[i] for i in (1, 2, 3, 4)]
    for number in (1, 5, 100):
        word = code.word(number)[:-1]
        for root in roots:
            value, power = 0, 1
            for bit in word:
                value ^= power if bit else 0
                power = multiplied(power, root, 4)
            assert value == 0


def test_a_book_is_filled_to_the_last_key_and_no_further():
    book = KeyBook.create(8, users=[f"u{i}" for i in range(16)], room=16, seed=0)
    assert len({tuple(key) for key in book.keys}) == 16
    with pytest.raises(WhorlError, match="full: 8 bits"):
        book.with_users(["one more"])
    with pytest.raises(WhorlError, match="serve"):
        KeyBook.create(8, room=100_000)
    for wrong in ("", "u0"):
        with pytest.raises(WhorlError, match="new and not empty"):
            book.with_users([wrong])


def test_extending_keeps_the_keys_that_there_are():
    book = KeyBook.create(32, users=["a", "b"], seed=1)
    more = book.with_users(["c", "d"])
    assert np.array_equal(more.keys[:2], book.keys)
    assert more.users == ("a", "b", "c", "d")
    for one, other in itertools.combinations(more.keys, 2):
        assert (one != other).sum() >= 12


def test_the_file_is_its_owners_alone_and_says_when_it_is_damaged(tmp_path):
    book = KeyBook.create(32, users=["alice", "bob"])
    path = book.save(tmp_path / "keys.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = KeyBook.load(path)
    assert again.users == book.users
    assert np.array_equal(again.keys, book.keys)
    with pytest.raises(StorageError, match="exists already"):
        book.save(path)
    values = json.loads(path.read_text())
    values["users"]["alice"] += 1
    path.write_text(json.dumps(values))
    with pytest.raises(StorageError, match="damaged"):
        KeyBook.load(path)
    path.write_text("[]")
    with pytest.raises(StorageError, match="cannot be read as a key book"):
        KeyBook.load(path)


def test_nothing_that_is_printed_or_raised_holds_a_key(tmp_path):
    book = KeyBook.create(32, users=["alice"], seed=5)
    key = "".join(map(str, book.key("alice")))
    told = [repr(book), str(book)]
    for call in (lambda: book.key("bob"), lambda: book.with_users(["alice"]), lambda: book.code.word(10**9)):
        with pytest.raises(WhorlError) as error:
            call()
        told.append(str(error.value))
    assert not any(key in each or str(book.places.tolist()) in each for each in told)


def test_random_books_differ_and_seeded_ones_do_not():
    one, other = (KeyBook.create(32, users=["a"]).key("a") for _ in range(2))
    assert not np.array_equal(one, other)
    one, other = (KeyBook.create(32, users=["a"], seed=3).key("a") for _ in range(2))
    assert np.array_equal(one, other)


def test_thresholds_are_exact():
    assert least_matching(64, 1, 1e-6) == 51
    assert least_matching(64, 10**6, 1e-6) == 59
    assert least_matching(16, 1000, 0.015) is None
    assert chance(16, 1000, 16) == pytest.approx(1000 / 2**16)
    assert least_matching(32, 1000, 1e-3) == 30


def test_only_a_key_book_is_written_over_and_names_are_clean(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    book = KeyBook.create(16, users=["a"], room=10, seed=0)
    with pytest.raises(StorageError, match="is no key book"):
        book.save(path, overwrite=True)
    assert path.read_text() == "mine"
    for wrong in ("no match", "marked but unknown", "a\nb", "\x1b[31m", "  "):
        with pytest.raises(WhorlError, match="printable"):
            book.with_users([wrong])
    assert book.with_users([" bob "]).users == ("a", "bob")
    assert len(KeyBook.create(1024, users=["a", "b"], room=10**20)) == 2


def reading(bits, residual=0.3):
    soft = np.array(bits, dtype=float)
    return Reading(soft, soft, np.full(len(soft), 0.01), residual, 1, 1)


def test_a_picture_of_a_user_is_never_told_to_be_nobodys():
    from whorl.latent.deciding.calibration import Calibration
    from whorl.latent.deciding.decision import decide

    none = np.empty((0, 8), np.uint8)
    calibration = Calibration(1.0, 0.1, 20, 0, none, none)
    short = KeyBook.create(8, users=[f"u{i}" for i in range(16)], room=16, seed=0)
    found = decide(reading(short.key("u3")), short, calibration=calibration)
    assert (found.answer, found.nearest, found.needed) == ("no match", "u3", None)
    assert "too short" in found.why
    none = np.empty((0, 32), np.uint8)
    calibration = Calibration(1.0, 0.1, 20, 0, none, none)
    book = KeyBook.create(32, users=[f"u{i}" for i in range(100)], seed=0)
    key = book.key("u7")
    changed = decide(reading(key, residual=9.0), book, calibration=calibration)
    assert (changed.answer, changed.user) == ("user", "u7")
    assert "changed on its way" in changed.why
    near = key.copy()
    near[:6] ^= 1
    found = decide(reading(near), book, calibration=calibration)
    assert found.answer == "marked but unknown"
    assert "closely enough" in found.why
