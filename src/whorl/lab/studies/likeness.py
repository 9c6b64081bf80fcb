"""The claim that curves of one group are alike, as figures 6 and 7 make it."""

from __future__ import annotations

from whorl.fingerprints.similarity import Rule
from whorl.lab.studies.closeness import Closeness
from whorl.lab.studies.result import LEVEL, Claim, by_p_values

MEASURES = {"l2": "1 / (1 + distance)", "cosine": "cosine", "both": "mean of both"}


def likeness_claim(
    *, says: str, where: str, about: str, rule: Rule, ours: Closeness, theirs: Closeness | None
) -> Claim:
    """Return the claim by one rule.

    Args:
        says: the claim, as a sentence.
        where: its place in the paper.
        about: what it was tested on.
        rule: how likeness is measured.
        ours: what was found.
        theirs: of the paper's own curves; None where these are not public.
    """
    told = f"{about}, by {MEASURES[rule]}; the most similar other one is of the same architecture for "
    told += f"{ours.nearest:.0%}"
    if theirs is not None:
        told += f" (published: {theirs.nearest:.0%}, p {theirs.p_value:.2g})"
    if ours.least_p > LEVEL:
        told += f"; too few to decide: p cannot be below {ours.least_p:.2g}"
    return Claim(
        says=says,
        where=where,
        about=told,
        measure=f"mean similarity within architectures, {ours.within:.3f}, less across, {ours.across:.3f}",
        value=ours.difference,
        p_value=ours.p_value,
        published=None if theirs is None else theirs.difference,
        published_meets=None if theirs is None else theirs.p_value <= LEVEL,
        outcome=by_p_values(ours.p_value, ours.p_against),
    )
