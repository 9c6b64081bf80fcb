"""Who has which key: a secret, kept in a file that only its owner can read."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError, WhorlError
from whorl.files import digest_json, write_bytes
from whorl.latent.keys.code import Code, code_for

SCHEMA = "whorl-keys/1"
_RESERVED = ("user", "no match", "marked but unknown")

Key = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, repr=False)
class KeyBook:
    """Users and their keys.

    Keys are words of an error-correcting code, so that each two differ in many bits. The code is public; which
    bits stand where, which of them are inverted and who has which word is drawn at random and secret. It is no
    encryption: whoever sees some keys can tell much of the others.

    Attributes:
        code: whose words the keys are.
        places: int64 (bits,), where each bit of a word stands in a key.
        inverted: uint8 (bits,), added to each key.
        numbers: of each user's word, by name, in the order in which users were added.

    >>> book = KeyBook.create(32, users=["a", "b"], seed=0)
    >>> book
    <KeyBook: 2 of at most 2,048 users, 32 bits, keys differ in 12 or more>
    >>> int((book.key("a") != book.key("b")).sum()) >= 12
    True
    """

    code: Code
    places: NDArray[np.int64]
    inverted: Key
    numbers: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def create(
        cls, bits: int, *, users: Iterable[str] = (), room: int = 1000, seed: int | None = None
    ) -> KeyBook:
        """Return a new book.

        Args:
            bits: length of the keys.
            users: names to begin with.
            room: for how many users there has to be a key, now or later; fewer users differ in more bits.
            seed: fixes what is drawn, for experiments. None draws from the system's source of secrets: leave it so
                wherever keys are to protect anything.

        Raises:
            WhorlError: no keys of this length for so many users; a name twice.
        """
        names = list(users)
        code = code_for(bits, max(room, len(names)))
        rng = np.random.default_rng(secrets.randbits(128) if seed is None else seed)
        book = cls(code, rng.permutation(bits), rng.integers(0, 2, bits, dtype=np.uint8))
        return book.with_users(names, seed=seed)

    @property
    def users(self) -> tuple[str, ...]:
        """Their names, in the order in which they were added."""
        return tuple(self.numbers)

    @property
    def bits(self) -> int:
        """Length of the keys."""
        return self.code.bits

    @property
    def keys(self) -> Key:
        """All keys, uint8 (users, bits)."""
        found = [self.key(name) for name in self.numbers]
        return np.array(found, dtype=np.uint8).reshape(-1, self.bits)

    def __len__(self) -> int:
        """How many users there are."""
        return len(self.numbers)

    def __repr__(self) -> str:
        """Say how many, and nothing of the keys."""
        return (
            f"<KeyBook: {len(self):,} of at most {self.code.capacity:,} users, {self.bits} bits, keys differ in "
            f"{self.code.distance} or more>"
        )

    def key(self, user: str) -> Key:
        """Return a user's key, uint8 (bits,) of 0 and 1.

        Raises:
            WhorlError: there is no such user.
        """
        if user not in self.numbers:
            raise WhorlError(f"no user {user!r} in this key book of {len(self):,}; add them first.")
        key = np.empty(self.bits, dtype=np.uint8)
        key[self.places] = self.code.word(self.numbers[user])
        return key ^ self.inverted

    def with_users(self, names: Iterable[str], *, seed: int | None = None) -> KeyBook:
        """Return the book with more users; those it has keep their keys.

        Args:
            names: of the new users.
            seed: as of `create`.

        Raises:
            WhorlError: the book is full, a name is empty, or there already.
        """
        numbers = dict(self.numbers)
        taken = set(numbers.values())
        rng = np.random.default_rng(secrets.randbits(128) if seed is None else (seed, len(numbers)))
        for given in names:
            name = _checked_name(given)
            if name in numbers:
                raise WhorlError(f"a user's name must be new and not empty; got {name!r}.")
            if len(numbers) == self.code.capacity:
                raise WhorlError(
                    f"the key book is full: {self.bits} bits that differ in {self.code.distance} or more serve "
                    f"{self.code.capacity:,} users. Begin another with longer keys, or more room."
                )
            number = _drawn(rng, self.code.capacity)
            while number in taken:
                number = (number + 1) % self.code.capacity
            numbers[name] = number
            taken.add(number)
        return KeyBook(self.code, self.places, self.inverted, numbers)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the book to a file that only its owner may read.

        Raises:
            StorageError: the file exists, or the disk is full.
        """
        path = Path(path)
        if path.exists() and not overwrite:
            raise StorageError(f"{path} exists already; choose another file, or replace it (overwrite).")
        if path.exists() and not holds_keys(path):
            raise StorageError(f"{path} is no key book, and is not overwritten; choose another file.")
        body = {
            "schema": SCHEMA,
            "bits": self.bits,
            "m": self.code.m,
            "corrects": self.code.corrects,
            "places": self.places.tolist(),
            "inverted": self.inverted.tolist(),
            "users": dict(self.numbers),
        }
        text = json.dumps({"checksum": digest_json(body), **body}, indent=1, ensure_ascii=False)
        write_bytes(path, f"{text}\n".encode(), private=True)
        return path

    @classmethod
    def load(cls, path: str | Path) -> KeyBook:
        """Read a book and check it.

        Raises:
            StorageError: no key book, or a damaged one. Nothing of its content is repeated in the message.
        """
        path = Path(path)
        try:
            body = json.loads(path.read_bytes())
            checksum, schema = body.pop("checksum", None), body.get("schema")
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise StorageError(
                f"{path} cannot be read as a key book ({type(error).__name__}); 'whorl latent keys' makes one."
            ) from None
        if schema != SCHEMA:
            raise StorageError(f"{path} is no key book of this version ({SCHEMA}).")
        if digest_json(body) != checksum:
            raise StorageError(f"the key book {path} is damaged; restore it from a copy.")
        try:
            return cls(
                Code(int(body["bits"]), int(body["m"]), int(body["corrects"])),
                np.array(body["places"], dtype=np.int64),
                np.array(body["inverted"], dtype=np.uint8),
                {str(name): int(number) for name, number in body["users"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError(f"the key book {path} is damaged ({type(error).__name__}).") from None

    def rows(self) -> list[dict[str, Any]]:
        """Return name and key of each user, the key as 0s and 1s: for an export that its reader keeps secret."""
        return [{"user": name, "key": "".join(map(str, self.key(name)))} for name in self.numbers]


def holds_keys(path: Path) -> bool:
    """Return whether a file holds a key book, perhaps a damaged one."""
    try:
        return f'"{SCHEMA}"'.encode() in path.read_bytes()[:400]
    except OSError:
        return False


def _checked_name(given: str) -> str:
    name = given.strip()
    if not name or not name.isprintable() or name in _RESERVED:
        raise WhorlError(
            "a user's name must be new and not empty, of printable characters, and none of the answers "
            f"{', '.join(_RESERVED)}; got {given!r}."
        )
    return name


def _drawn(rng: np.random.Generator, capacity: int) -> int:
    """Return a number from 0 to below the capacity, which may be larger than any integer of NumPy."""
    wide = int.from_bytes(rng.bytes((capacity.bit_length() + 7) // 8 + 16), "little")
    return wide % capacity
