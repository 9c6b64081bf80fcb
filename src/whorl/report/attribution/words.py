"""Who made each picture, in plain words, never saying more than the numbers do."""

from __future__ import annotations

from whorl.attribution.answers import Answers
from whorl.attribution.attributor import SetAttribution
from whorl.attribution.labels import REAL, UNKNOWN
from whorl.attribution.rejection import FAR, UNLIKE, Limits
from whorl.report.text import percent, plain

FEW_KNOWN = 0.5
"""Where fewer known pictures than this are accepted, 'unknown' says little."""

_MOST_NAMED = 5

LIMITS = (
    "A probability is that of the known classes among themselves, as if one of them had made the picture. A model "
    "that is not known here gets such a probability too.",
    "When to answer 'unknown' was learned from known architectures, each left out in turn. The rate of strangers "
    "holds on average over such; one that resembles a known model is taken for it more often.",
    "Accuracy was measured on pictures like those that were learned from. Resizing, cropping and compression "
    "change what is measured, and so do other training data of the same architecture.",
    "An answer for all pictures together means nothing where several models made them.",
    "The nearest real picture is near in this one space. It is not the picture's source, and nearness here says "
    "nothing about copying.",
    "It is a measured resemblance, no proof of where a picture comes from.",
)


def attribution_headline(answers: Answers) -> str:
    """Return the answer in a sentence or two: for the set, where it was asked for, and for its pictures.

    >>> import numpy as np
    >>> from whorl.attribution.attributor import Attributions
    >>> found = Attributions(("a", "b"), ("1", "2"), np.array([[0.9, 0.1], [0.4, 0.6]]))
    >>> attribution_headline(Answers("durall", "x", found, None))
    'Picture by picture: 50 % a; 50 % b.'
    """
    told = [_together(answers.whole)] if answers.whole is not None else []
    given = [f"{percent(share)} {plain(label)}" for label, share in answers.answered.items() if share]
    return " ".join([*told, f"Picture by picture: {'; '.join(given)}."])


def _together(whole: SetAttribution) -> str:
    label = "real pictures" if whole.label == REAL else plain(whole.label)
    if whole.known is None:
        return (
            f"All together, the likeliest of the known classes is {label}. Whether one of them made the pictures "
            "at all cannot be told: that was not learned."
        )
    if whole.reason == UNLIKE:
        return (
            f"All together: unknown, unlike anything learned. Of the known classes, {label} is the likeliest."
        )
    if not whole.known:
        return (
            f"All together: unknown. The pictures are no nearer to a known class, likeliest {label}, than a "
            "stranger's may be."
        )
    return f"All together: {'most like ' if whole.label == REAL else ''}{label}."


def support_words(answers: Answers) -> str:
    """Say what the answer for the set rests on; empty where none was asked for."""
    whole = answers.whole
    if whole is None:
        return ""
    label, pictures = plain(whole.label), f"{whole.pictures:,} picture{'' if whole.pictures == 1 else 's'}"
    told = (
        f"{label} has a mean probability of {percent(whole.support)} over {pictures}, and is the likeliest "
        f"class of {percent(whole.votes[whole.label])} of them."
    )
    if whole.limits is None or whole.distance is None:
        return told
    return (
        f"{told} They lie at {whole.distance:.3g} from the nearest class; for so many pictures, less than "
        f"{whole.limits.threshold:.3g} is needed to be taken for known (1: as its own pictures do)."
    )


def threshold_words(answers: Answers) -> str:
    """Say when a single picture is answered 'unknown'."""
    limits = answers.found.limits
    if limits is None:
        return f"No picture is answered '{UNKNOWN}': when to was not learned."
    if limits.stranger is None:
        return (
            f"A single picture is answered '{UNKNOWN}' only where it is unlike anything learned, farther than "
            f"{percent(1 - FAR)} of the known classes' own: what strangers look like takes three architectures."
        )
    return (
        f"A single picture is '{UNKNOWN}' where it lies at {limits.threshold:.3g} or more from every class."
    )


def known_words(answers: Answers) -> str:
    """Say how many known pictures are accepted, and warn where they are few; empty where all are.

    >>> import numpy as np
    >>> from whorl.attribution.attributor import Attributions
    >>> found = Attributions(("a", "b"), ("1",), np.eye(2)[:1], np.ones(1), Limits(1, 0.9, 2.0, 0.25), 1.0)
    >>> known_words(Answers("durall", "x", found, None))[:87]
    "Of held-out pictures by known models 25 % are taken for known. So 'unknown' says little"
    """
    told = [] if answers.found.limits is None else [("pictures", answers.found.limits)]
    if answers.whole is not None and answers.whole.limits is not None and answers.whole.pictures > 1:
        told.append((f"sets of {answers.whole.pictures:,}", answers.whole.limits))
    if not told:
        return ""
    shares = [f"{name} by known models {percent(each.known_accepted)}" for name, each in told]
    shares[0] += " are taken for known"
    return f"Of held-out {', and of '.join(shares)}.{_little([each for _, each in told])}"


def _little(limits: list[Limits]) -> str:
    few = [each for each in limits if each.known_accepted < FEW_KNOWN]
    if not few:
        return ""
    of = "" if len(few) == len(limits) else " of a single picture" if few[0].pictures == 1 else " of the set"
    return f" So '{UNKNOWN}' says little{of}: most that are by known models are refused too."


def notes_of(answers: Answers) -> tuple[str, ...]:
    """Return what must be known before the answers are believed: pictures without one, and of one colour."""
    notes = [skipped_words(answers)] if answers.skipped else []
    if answers.plain:
        named = ", ".join(map(plain, answers.plain[:_MOST_NAMED]))
        more = len(answers.plain) - _MOST_NAMED
        notes.append(
            f"Of one colour, and so without anything that a model could be known by: {named}"
            f"{f' and {more:,} more' if more > 0 else ''}."
        )
    return tuple(notes)


def skipped_words(answers: Answers) -> str:
    """Say how many pictures have no answer."""
    if answers.skipped == 1:
        return "1 picture could not be read and has no answer."
    return f"{answers.skipped:,} pictures could not be read and have no answer."
