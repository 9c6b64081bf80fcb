"""What one line of an exported registry holds: a model, and its fingerprint on one Reference."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from whorl.errors import StorageError
from whorl.files import digest_json
from whorl.fingerprints import Fingerprint
from whorl.registry.provenance import Provenance

SCHEMA = "whorl-registry-entry/1"
DESCRIPTION = ("architecture", "dataset", "note")

_NAME, _WORDS = 200, 10_000  # characters; PostgreSQL indexes no more than 2,700 bytes
_JOINERS = "\u200c\u200d"  # real scripts need them, though they are not printable


@dataclass(frozen=True, eq=False)
class Entry:
    """A model and its fingerprint on one Reference, checked.

    Attributes:
        name: the model's name, up to 200 printable characters; brought to Unicode's form C.
        architecture: what it is an instance of.
        fingerprint: its numbers, at least one layer and one part.
        dataset: what it was trained on; empty: not said.
        note: anything else; empty: not said.
        reference_note: what the Reference is, in words; empty: not said.
        provenance: who measured it, when, with which versions.

    Raises:
        StorageError: a name is empty, too long or not printable, or the fingerprint cannot be stored.
    """

    name: str
    architecture: str
    fingerprint: Fingerprint
    dataset: str = ""
    note: str = ""
    reference_note: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        for what, limit in _TEXTS.items():
            value = _checked(what, getattr(self, what), limit, needed=what in ("name", "architecture"))
            object.__setattr__(self, what, value)
        _check_provenance(self.provenance)
        _check_fingerprint(self.fingerprint)

    @property
    def reference(self) -> str:
        """The Reference that the fingerprint was measured on."""
        return self.fingerprint.reference

    def differs_from(self, other: Entry) -> tuple[str, ...]:
        """Return which of architecture, dataset and note the other says otherwise; empty is nothing said."""
        pairs = {what: (getattr(self, what), getattr(other, what)) for what in DESCRIPTION}
        return tuple(what for what, (mine, its) in pairs.items() if mine and its and mine != its)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON values, with the fingerprint's digest beside it."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "architecture": self.architecture,
            "dataset": self.dataset,
            "note": self.note,
            "reference_note": self.reference_note,
            "measured_by": self.provenance.measured_by,
            "measured_at": self.provenance.measured_at,
            "versions": dict(self.provenance.versions),
            "digest": self.fingerprint.digest,
            "fingerprint": self.fingerprint.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Entry:
        """Rebuild from `to_dict`'s values, and verify the fingerprint's digest.

        Raises:
            StorageError: another schema, a field too many or too few, or another digest.
        """
        found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
        if found != SCHEMA:
            raise StorageError(
                f"expected an entry of schema {SCHEMA}; found {found!r}. Give a file that 'whorl registry "
                "export' wrote; where a newer Whorl wrote it, update Whorl."
            )
        odd = sorted(set(data) ^ _FIELDS)
        if odd:
            raise StorageError(
                f"expected the fields {', '.join(sorted(_FIELDS))}; differs in {', '.join(odd)}."
            )
        fingerprint = verified(data["fingerprint"], data["digest"])
        provenance = Provenance(data["measured_by"], data["measured_at"], data["versions"])
        texts = {what: data[what] for what in _TEXTS}
        return cls(fingerprint=fingerprint, provenance=provenance, **texts)


_TEXTS = {"name": _NAME, "architecture": _NAME, "dataset": _NAME, "note": _WORDS, "reference_note": _WORDS}
_FIELDS = {"schema", "measured_by", "measured_at", "versions", "digest", "fingerprint", *_TEXTS}


def verified(data: Any, digest: Any) -> Fingerprint:
    """Return the fingerprint that `Fingerprint.to_dict` described, once its digest is found to be `digest`.

    Raises:
        StorageError: it is damaged, or another one.
    """
    fingerprint = Fingerprint.from_dict(data)
    # Of the values as they stand too: rebuilding would pass over what a fingerprint does not know.
    found = {_digest_of(data), _digest_of(fingerprint.to_dict())}
    if found != {digest}:
        raise StorageError(
            f"the fingerprint has digest {' and '.join(sorted(each[:12] for each in found))}, expected "
            f"{str(digest)[:12]}: a number or a name in it was changed. Take it from its source again."
        )
    return fingerprint


def as_json_text(fingerprint: Fingerprint) -> str:
    """Return the fingerprint as ASCII JSON, from which `verified` rebuilds an equal one."""
    return json.dumps(fingerprint.to_dict(), allow_nan=False)


def _digest_of(data: Any) -> str:
    try:
        return digest_json(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise StorageError(
            f"a fingerprint is stored as JSON, and this one cannot be: {error}. Make its settings of texts, "
            "finite numbers, lists and dicts, and its layers and number of pictures Python's own int or str."
        ) from error


def _check_fingerprint(fingerprint: Any) -> None:
    if not isinstance(fingerprint, Fingerprint):
        raise StorageError(f"expected a whorl.fingerprints.Fingerprint; got {type(fingerprint).__name__}.")
    _checked("reference", fingerprint.reference, _NAME, needed=True)
    digest = _digest_of(fingerprint.to_dict())
    odd = [
        layer for layer in fingerprint.layers if not isinstance(layer, int | str) or isinstance(layer, bool)
    ]
    if odd or len(set(fingerprint.layers)) != len(fingerprint.layers) or not fingerprint.layers:
        raise StorageError(
            f"a fingerprint needs layers, all different, each an int or a str; got {fingerprint.layers!r}."
        )
    if not fingerprint.parts:
        raise StorageError(
            "a fingerprint without parts has no number to tell models apart by; measure it again."
        )
    if type(fingerprint.n_pictures) is not int or not 0 < fingerprint.n_pictures < 2**31:
        raise StorageError(
            f"a fingerprint is measured on at least one picture; found n_pictures={fingerprint.n_pictures!r}."
        )
    verified(json.loads(as_json_text(fingerprint)), digest)


def _check_provenance(provenance: Provenance) -> None:
    _checked("measured_by", provenance.measured_by, _NAME)
    _checked("measured_at", provenance.measured_at, _NAME)
    if not isinstance(provenance.versions, Mapping):
        raise StorageError(f"expected versions by name; found {provenance.versions!r}.")
    for name, version in provenance.versions.items():
        _checked("a version's name", name, _NAME, needed=True)
        _checked("a version", version, _NAME)


def _checked(what: str, text: object, limit: int, *, needed: bool = False) -> str:
    if not isinstance(text, str):
        raise StorageError(f"{what} must be a text; got {type(text).__name__}.")
    if needed and not text:
        raise StorageError(f"{what} is empty; say what it is.")
    text = unicodedata.normalize("NFC", text)
    if text != text.strip() or not all(letter.isprintable() or letter in _JOINERS for letter in text):
        raise StorageError(
            f"{what} must be printable, in one line, without blanks around it; got {text[:80]!a}."
        )
    if len(text) > limit:
        raise StorageError(f"{what} may have {limit:,} characters; got {len(text):,}.")
    return text
