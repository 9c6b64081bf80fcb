"""Who made each picture, in plain words, never saying more than the numbers do."""

from __future__ import annotations

from whorl.attribution.answers import Answers
from whorl.attribution.attributor import SetAttribution
from whorl.attribution.labels import REAL, UNKNOWN
from whorl.report.text import percent, plain

LIMITS = (
    "A probability is that of the known classes among themselves, as if one of them had made the picture. A model "
    "that is not known here gets such a probability too.",
    "When to answer 'unknown' was learned from known classes that were left out. A stranger that resembles one "
    "known model is taken for it more often than promised.",
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
    >>> found = Attributions(("a", "b"), ("1", "2"), np.array([[0.9, 0.1], [0.6, 0.4]]), 0.7)
    >>> attribution_headline(Answers("durall", "x", found, None))
    'Picture by picture: 50 % a; 50 % unknown.'
    """
    told = [_together(answers.whole)] if answers.whole is not None else []
    given = [f"{percent(share)} {plain(label)}" for label, share in answers.answered.items() if share]
    return " ".join([*told, f"Picture by picture: {'; '.join(given)}."])


def _together(whole: SetAttribution) -> str:
    label = "real pictures" if whole.label == REAL else plain(whole.label)
    if whole.known is None:
        return (
            f"All together, the likeliest of the known classes is {label}. Whether one of them made the pictures "
            "at all cannot be told: that was not learned, and takes three known classes."
        )
    if not whole.known:
        return (
            f"All together: unknown. The likeliest class, {label}, has no more support than pictures by a "
            "stranger may have."
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
    if whole.threshold is None:
        return told
    return (
        f"{told} For so many pictures, more than {percent(whole.threshold)} is needed to be taken for known."
    )


def threshold_words(answers: Answers) -> str:
    """Say when a single picture is answered 'unknown'."""
    needed = answers.found.threshold
    if needed is None:
        return (
            f"No picture is answered '{UNKNOWN}': when to was not learned, which takes three known classes."
        )
    return f"A single picture is answered '{UNKNOWN}' where no class is likelier than {percent(needed)}."


def skipped_words(answers: Answers) -> str:
    """Say how many pictures have no answer."""
    if answers.skipped == 1:
        return "1 picture could not be read and has no answer."
    return f"{answers.skipped:,} pictures could not be read and have no answer."
