"""Keys and answers in plain words, never saying more than the numbers do, and nothing of a key."""

from __future__ import annotations

from whorl.latent.answers import KeyAnswers
from whorl.latent.marking import Marking
from whorl.report.text import counted, percent, plain

MARKING_LIMITS = (
    "Pairs of marked and unmarked pictures tell something of where the key lies. This page is for whoever keeps "
    "the basis; hand on the pictures alone.",
    "Whoever has the generator can draw without a key, and whoever has the basis can draw with anybody's.",
    "The root mean square says how far pixels moved, not whether anybody sees it.",
)
READING_LIMITS = (
    "A user's key in a picture says that it was drawn with that key. It does not say who drew it: keys can be "
    "stolen, and whoever has the basis and the key book can put any key anywhere.",
    "'No match' does not say that a picture is not the generator's. It may carry no key, or have been changed too "
    "much for the key to be read.",
    "The rate counts bits of pictures without a key as coins. Inverted bits are no fair coins for certain; read "
    "pictures without a key to see how many match.",
    "Pictures that were resized, cropped or rotated are not read.",
)
NO_CALIBRATION = (
    "No calibration holds here, so nothing is answered 'marked but unknown': the basis has none "
    "(whorl latent basis --calibrate), or pictures were read another way."
)


def marking_headline(marking: Marking) -> str:
    """Return in a sentence what was drawn for whom, and how far it is from the same without a key."""
    made = counted(len(marking), "picture")
    verb = "carries" if len(marking) == 1 else "carry"
    return (
        f"{made} {verb} the key of {plain(marking.user)}. It moves the pixels by {marking.change.mean():.2f} grey "
        f"levels (root mean square)."
    )


def reading_headline(answers: KeyAnswers) -> str:
    """Return in a sentence how many pictures had which answer."""
    users = {each.decision.user for each in answers.found}
    told = [
        f"{count:,} {'of ' + plain(name) if name in users else plain(name)}"
        for name, count in answers.answered.items()
    ]
    return f"{counted(len(answers.found), 'picture')}: {'; '.join(told)}."


def needed_words(answers: KeyAnswers) -> str:
    """Say how many bits are needed, and for which rate."""
    needed = answers.needed
    book = f"{counted(answers.users, 'user')} with keys of {answers.bits} bits"
    if needed is None:
        return (
            f"For {book} no number of matching bits brings false alarms down to {_rate(answers.rate)}: take "
            "longer keys, or a larger rate."
        )
    return (
        f"A picture is a user's where {needed} of {answers.bits} bits match: for {book}, fair coins do so at a "
        f"rate of at most {_rate(answers.rate)}."
    )


def _rate(rate: float) -> str:
    return percent(rate) if rate >= 0.001 else f"{rate:g}"
