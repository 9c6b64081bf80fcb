"""Which known model made these pictures, and whether any of them did."""

from whorl.identification.evidence_piece import EvidenceKind, EvidencePiece
from whorl.identification.identification import Identification, Match, Verdict
from whorl.identification.identify import RESAMPLINGS, identify
from whorl.identification.joined import Gap, JoinedAnswer, JoinedVerdict, joined
from whorl.identification.known import KnownModel
from whorl.identification.rejection import FALSE_ACCEPT_RATE, OpenSet, Rejection

__all__ = [
    "FALSE_ACCEPT_RATE",
    "RESAMPLINGS",
    "EvidenceKind",
    "EvidencePiece",
    "Gap",
    "Identification",
    "JoinedAnswer",
    "JoinedVerdict",
    "KnownModel",
    "Match",
    "OpenSet",
    "Rejection",
    "Verdict",
    "identify",
    "joined",
]
