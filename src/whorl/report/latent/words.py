"""Keys and answers in plain words, never saying more than the numbers do, and nothing of a key."""

from __future__ import annotations

from collections.abc import Sequence

from whorl.latent.answers import KeyAnswers
from whorl.latent.deciding.observed import Observed
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
    "The rate takes bits of pictures without a key for independent: fair coins, or as biased as the basis "
    "foresees and its calibration has read them. Pictures unlike those of the calibration may be read otherwise.",
    "Pictures that were resized, cropped or rotated are not read.",
)
_TOO_MANY = (
    " That is more than the rate allows: bits of pictures without a key hang together. Do not rely on the rate; "
    "take a basis of other directions or a smaller strength."
)
NO_CALIBRATION = (
    "No calibration holds here, so nothing is answered 'marked but unknown': the basis has none "
    "(whorl latent calibrate), or pictures were read another way."
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
    if needed.least is None:
        return (
            f"For {book} no number of matching bits brings false alarms down to {_rate(answers.rate)}: take "
            "longer keys, or a larger rate."
        )
    some = f"{needed.least}" if needed.least == needed.most else f"{needed.least} to {needed.most}"
    told = (
        f"A picture is a user's where {some} of {answers.bits} bits match: for {book}, pictures without a key do "
        f"so at a rate of at most {_rate(answers.rate)}, their bits being fair coins or as biased as is known."
    )
    if needed.raised:
        told += (
            f" {counted(needed.raised, 'user')} {'needs' if needed.raised == 1 else 'need'} more than the "
            f"{needed.coins} of fair coins: as far as is known, pictures without a key are read more like "
            f"{'that key' if needed.raised == 1 else 'those keys'} than coins are."
        )
    if needed.never:
        told += f" {counted(needed.never, 'user')} cannot be named at this rate at all."
    return told


def observed_words(found: Sequence[Observed]) -> tuple[str, ...]:
    """Say how many of the calibration's pictures without a key would be taken for somebody's."""
    told = []
    for each in found:
        kind = "of the generator without a key" if each.kind == "plain" else "of other origin"
        told.append(
            f"Of {counted(each.readings, 'picture')} {kind}, read for the calibration, {each.accepted:,} "
            f"{'matches' if each.accepted == 1 else 'match'} some user in as many bits as a rate of "
            f"{_rate(each.rate)} asks for: {percent(each.low)} to {percent(each.high)} (exact 95 % interval over "
            "pictures)." + (_TOO_MANY if each.too_many else "")
        )
    return tuple(told)


def unluckiest_words(found: Sequence[Observed]) -> tuple[str, ...]:
    """Say how often the key worst off would be named where there is none, were bits taken for fair coins."""
    told = []
    for each in found:
        kind = "of the generator without a key" if each.kind == "plain" else "of other origin"
        line = (
            f"Of {counted(each.readings, 'picture')} {kind}, {each.accepted:,} would be taken for the user of "
            f"the key most like them, if bits were counted as fair coins at a rate of {_rate(each.rate)}: "
            f"{percent(each.low)} to {percent(each.high)} (exact 95 % interval over pictures)."
        )
        if each.too_many:
            line += " They are not; 'whorl latent read' asks for more bits of users with such keys."
        told.append(line)
    return tuple(told)


def _rate(rate: float) -> str:
    return percent(rate) if rate >= 0.001 else f"{rate:g}"
