"""What one look at the pictures says of who made them, in words that two kinds of looks share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from whorl.attribution.labels import REAL, architecture_of
from whorl.errors import ScoreError
from whorl.identification.identification import Identification
from whorl.images.names import letters_of

if TYPE_CHECKING:
    from whorl.attribution.answers import Answers

EvidenceKind: TypeAlias = Literal["the set's fingerprint", "picture by picture"]


@dataclass(frozen=True)
class EvidencePiece:
    """One piece of evidence: an architecture, or none of those that it knows.

    Architectures are compared without regard to case and separators: "BigGAN-Deep" is "biggan_deep".

    Attributes:
        kind: "the set's fingerprint" is measured on all pictures as a set, and compared with those of registered
            models; "picture by picture" is a classifier's answer to each picture, averaged.
        method: name of the method.
        name: the method's, told apart from others of the same method by a number.
        nearest: the architecture that the pictures are most like, refused or not; "real" for real pictures.
        refused: whether the answer is 'none of these' ('unknown').
        decided: whether that could have been the answer; False where when to say so of an architecture was not
            learned.
        shares: by each architecture that it knows, largest first. Of a fingerprint: the share of draws of the
            pictures in which a model of the architecture is the nearest, or None where that was not measured.
            Picture by picture: the mean probability. The two are not the same, and are nowhere multiplied.
    """

    kind: EvidenceKind
    method: str
    name: str
    nearest: str
    refused: bool
    decided: bool
    shares: Mapping[str, float | None]

    @property
    def answer(self) -> str | None:
        """The architecture that is named; "real" for real pictures, None for none of those known."""
        return None if self.refused else self.nearest

    @property
    def is_real(self) -> bool:
        """Whether the pictures are named real."""
        return not self.refused and is_real(self.nearest)

    @property
    def could_differ(self) -> bool:
        """Whether another answer was possible at all: another architecture, or none."""
        return self.decided or len(self.shares) > 1

    def knows(self, architecture: str) -> bool:
        """Return whether it could have named an architecture."""
        return letters_of(architecture) in map(letters_of, self.shares)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "shares": dict(self.shares), "answer": self.answer}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> EvidencePiece:
        """Rebuild from `to_dict`'s values."""
        return cls(**{name: value for name, value in data.items() if name != "answer"})


def is_real(architecture: str) -> bool:
    """Return whether a name stands for real pictures.

    >>> is_real("Real"), is_real("RealNVP")
    (True, False)
    """
    return letters_of(architecture) == REAL


def piece_of_identification(found: Identification) -> EvidencePiece:
    """Return what the set's fingerprint says."""
    return EvidencePiece(
        kind="the set's fingerprint",
        method=found.method,
        name=found.method,
        nearest=found.best.architecture,
        refused=found.verdict == "none of these",
        decided=found.verdict != "not calibrated",
        shares=_by_architecture((match.architecture, match.probability) for match in found.matches),
    )


def piece_of_answers(answers: Answers, *, name: str = "") -> EvidencePiece:
    """Return what an attributor says of all pictures together, by architecture.

    Where its classes are runs, the probabilities of an architecture's runs are summed, and the likeliest
    architecture need not be that of the likeliest run. 'Unknown' is of architectures in either case: all runs of
    one are left out together when it is learned.

    Args:
        answers: with the answer for all pictures as by one model.
        name: for the piece; the method's where empty.

    Raises:
        ScoreError: all pictures together were not asked about.
    """
    whole = answers.whole
    if whole is None:
        raise ScoreError(
            f"{answers.method} has answered for each picture alone; ask about all of them together too "
            "(answers_for(..., together=True))."
        )
    shares = _by_architecture((architecture_of(label), share) for label, share in whole.shares.items())
    decided = whole.known is not None
    return EvidencePiece(
        kind="picture by picture",
        method=answers.method,
        name=name or answers.method,
        nearest=next(iter(shares)),
        refused=decided and not whole.known,
        decided=decided,
        shares=shares,
    )


def _by_architecture(shares: Iterable[tuple[str, float | None]]) -> dict[str, float | None]:
    """Return the sum over each architecture, by the first of its spellings, largest first."""
    spelled: dict[str, str] = {}
    found: dict[str, float | None] = {}
    for architecture, share in shares:
        name = spelled.setdefault(letters_of(architecture), architecture)
        found[name] = None if share is None else (found.get(name) or 0.0) + share
    return dict(sorted(found.items(), key=lambda item: -(item[1] or 0.0)))
