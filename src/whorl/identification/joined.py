"""Two kinds of evidence side by side: do the set's fingerprint and the single pictures say the same?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from whorl.errors import ScoreError, StorageError
from whorl.identification.evidence_piece import EvidencePiece, piece_of_answers, piece_of_identification
from whorl.identification.identification import Identification
from whorl.images.names import letters_of

if TYPE_CHECKING:
    from whorl.attribution.answers import Answers

SCHEMA = "whorl-joined-answer/1"

JoinedVerdict: TypeAlias = Literal["agree", "agree on none", "one refuses", "disagree", "not comparable"]


@dataclass(frozen=True)
class Gap:
    """An architecture that one piece of evidence names and another does not know.

    Attributes:
        name: of the piece that does not know it, and so could not have named it.
        architecture: which.
    """

    name: str
    architecture: str


@dataclass(frozen=True)
class JoinedAnswer:
    """Pieces of evidence and whether they agree; no number of one is weighed against another's.

    A piece that could give one answer alone (one known architecture, and no way to refuse) is left aside. Of the
    others, the first of these that holds is the verdict:

    1. not comparable: fewer than two are left, or an architecture that one names is not known to another.
    2. disagree: different architectures are named; real pictures count as another than any.
    3. one refuses: some name an architecture, at least one says 'none of these'.
    4. agree on none: all say 'none of these', each of those that it knows.
    5. agree: all name the same.

    Attributes:
        pieces: the set's fingerprint first, then the attributors as they were given.
        answers: of the attributors, in that order; empty on an answer read back from JSON.
    """

    pieces: tuple[EvidencePiece, ...]
    answers: tuple[Answers, ...] = field(default=(), repr=False, compare=False)

    @property
    def telling(self) -> tuple[EvidencePiece, ...]:
        """The pieces that could have said otherwise."""
        return tuple(piece for piece in self.pieces if piece.could_differ)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What makes the pieces not comparable: who does not know an architecture that another names.

        Real pictures are no architecture: a piece that does not know them can say 'none of these'.
        """
        named = {piece.nearest: None for piece in self.telling if not piece.refused and not piece.is_real}
        return tuple(
            Gap(piece.name, architecture)
            for architecture in named
            for piece in self.telling
            if not piece.knows(architecture)
        )

    @property
    def verdict(self) -> JoinedVerdict:
        """Whether they agree; see the rule above."""
        if len(self.telling) < 2 or self.gaps:
            return "not comparable"
        named = {letters_of(piece.nearest) for piece in self.telling if not piece.refused}
        if len(named) > 1:
            return "disagree"
        if any(piece.refused for piece in self.telling):
            return "one refuses" if named else "agree on none"
        return "agree"

    @property
    def architecture(self) -> str | None:
        """What all agree on; "real" for real pictures, None where they do not agree on one."""
        return self.telling[0].nearest if self.verdict == "agree" else None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "architecture": self.architecture,
            "pieces": [piece.to_dict() for piece in self.pieces],
            "gaps": [asdict(gap) for gap in self.gaps],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> JoinedAnswer:
        """Rebuild from `to_dict`'s values, without the attributors' answers.

        Raises:
            StorageError: another schema, or incomplete.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise StorageError(f"expected a joined answer of schema {SCHEMA}; found {found!r}.")
        try:
            return cls(tuple(EvidencePiece.from_dict(piece) for piece in data["pieces"]))
        except (KeyError, TypeError) as error:
            raise StorageError(f"this joined answer is incomplete or damaged: {error}.") from error


def joined(identification: Identification, *answers: Answers) -> JoinedAnswer:
    """Hold what attributors say of some pictures against what their fingerprint says.

    Args:
        identification: of the pictures.
        answers: of attributors, about the same pictures, all of them together included; at least one.

    Raises:
        ScoreError: no attributor, one that was not asked about all pictures together, or about other pictures.
    """
    if not answers:
        raise ScoreError("there is nothing to join; give the answers of at least one attributor.")
    for each in answers:
        if len(each.found) != identification.n_pictures:
            raise ScoreError(
                f"{each.method} has answered for {len(each.found):,} pictures, and the fingerprint is that of "
                f"{identification.n_pictures:,}; ask both about the same ones."
            )
    names = _names([each.method for each in answers])
    told = (piece_of_answers(each, name=name) for each, name in zip(answers, names, strict=True))
    return JoinedAnswer((piece_of_identification(identification), *told), answers)


def _names(methods: Sequence[str]) -> list[str]:
    """Return methods, those that occur several times numbered."""
    total, seen, found = Counter(methods), Counter[str](), []
    for method in methods:
        seen[method] += 1
        found.append(method if total[method] == 1 else f"{method} ({seen[method]})")
    return found
