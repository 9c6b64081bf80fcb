"""Whether two kinds of evidence agree, in plain words, never saying more than the numbers do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whorl.attribution.labels import REAL, UNKNOWN
from whorl.identification.evidence_piece import EvidencePiece, is_real
from whorl.identification.joined import JoinedAnswer
from whorl.report.text import percent, plain

JOINED_LIMITS = (
    "Two pieces of evidence that agree are not two proofs: both look at the same pictures, and may have learned "
    "from the same ones, so they can be wrong together. How often they are right where they agree is measured "
    "by 'whorl evaluate'.",
    "A share of draws and a mean probability are different things. They are shown side by side, and nowhere "
    "multiplied or averaged.",
    "An attributor's probability is that of its known classes among themselves, as if one of them had made the "
    "pictures.",
)


def joined_headline(joined: JoinedAnswer) -> str:
    """Return in a sentence or two who says what, and whether that agrees.

    >>> from whorl.identification.evidence_piece import EvidencePiece
    >>> shares = {"ddpm": 0.9, "dcgan": 0.1}
    >>> pieces = [
    ...     EvidencePiece(kind, name, name, "ddpm", refused, True, shares)
    ...     for kind, name, refused in (
    ...         ("the set's fingerprint", "early-means", False), ("picture by picture", "durall", True)
    ...     )
    ... ]
    >>> print(joined_headline(JoinedAnswer(tuple(pieces))))
    One refuses: early-means names ddpm; durall takes the pictures for none that it knows.
    """
    return " ".join((_VERDICTS[joined.verdict](joined), *_caveats(joined)))


def answer_words(piece: EvidencePiece) -> str:
    """Return the answer of one piece of evidence.

    >>> print(answer_words(EvidencePiece("picture by picture", "durall", "durall", "real", False, True, {})))
    real pictures
    """
    if piece.refused:
        return "none of these" if piece.kind == "the set's fingerprint" else UNKNOWN
    return _architecture(piece.nearest)


def share_words(piece: EvidencePiece) -> str:
    """Say how sure one piece of evidence is of the architecture that is nearest for it."""
    share = piece.shares.get(piece.nearest)
    told = f"nearest: {_architecture(piece.nearest)}, " if piece.refused else ""
    if share is None:
        told += "how stable that is was not measured"
    elif piece.kind == "the set's fingerprint":
        told += f"nearest in {percent(share)} of draws"
    else:
        told += f"mean probability {percent(share)}"
    return told if piece.decided else f"{told}; cannot refuse"


def _agree(joined: JoinedAnswer) -> str:
    name = _architecture(joined.architecture or "")
    return f"The evidence agrees: {name}, say {_all(joined.telling)}."


def _agree_on_none(joined: JoinedAnswer) -> str:
    return f"The evidence agrees on none: {_all(joined.telling)} take the pictures for none that they know."


def _one_refuses(joined: JoinedAnswer) -> str:
    told = f"One refuses: {_who_says_what(joined)}."
    if all(piece.is_real for piece in joined.telling if not piece.refused):
        return f"{told} Both can be right: no known model makes real pictures."
    return told


def _disagree(joined: JoinedAnswer) -> str:
    return f"The evidence disagrees: {_who_says_what(joined)}."


def _not_comparable(joined: JoinedAnswer) -> str:
    if not joined.gaps:
        return f"Not comparable: {_who_says_what(joined)}."
    unknown = "; ".join(
        f"{plain(gap.name)} does not know {_architecture(gap.architecture)} and could not have named it"
        for gap in joined.gaps
    )
    return f"Not comparable: {_who_says_what(joined)}, but {unknown}."


_VERDICTS = {
    "agree": _agree,
    "agree on none": _agree_on_none,
    "one refuses": _one_refuses,
    "disagree": _disagree,
    "not comparable": _not_comparable,
}


def _who_says_what(joined: JoinedAnswer) -> str:
    """Say what each piece of evidence answers, those that name something first."""
    pieces = joined.telling if len(joined.telling) > 1 else joined.pieces
    named = [f"{plain(piece.name)} {_names(piece)}" for piece in pieces if not piece.refused]
    refused = [plain(piece.name) for piece in pieces if piece.refused]
    if refused:
        many = "takes" if len(refused) == 1 else "take"
        own = "it knows" if len(refused) == 1 else "they know"
        named.append(f"{_listed(refused)} {many} the pictures for none that {own}")
    return "; ".join(named)


def _names(piece: EvidencePiece) -> str:
    return "takes them for real pictures" if piece.is_real else f"names {plain(piece.nearest)}"


def _caveats(joined: JoinedAnswer) -> Iterator[str]:
    """Say what a piece could not have answered."""
    for piece in joined.pieces:
        if not piece.could_differ:
            yield (
                f"{plain(piece.name)} knows one architecture and cannot refuse, so it could not have said "
                "otherwise and is left aside."
            )
        elif not piece.decided:
            yield f"{plain(piece.name)} has not learned when to refuse an architecture."


def _architecture(name: str) -> str:
    return f"{REAL} pictures" if is_real(name) else plain(name)


def _all(pieces: Sequence[EvidencePiece]) -> str:
    return _listed([plain(piece.name) for piece in pieces])


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
