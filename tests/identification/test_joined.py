"""Two kinds of evidence: each verdict, what cannot be compared, and the words for it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from whorl import ScoreError, StorageError
from whorl.attribution.answers import Answers
from whorl.attribution.attributor import Attributions, SetAttribution
from whorl.identification import Identification, JoinedAnswer, Match, Rejection, joined
from whorl.report.identification.joined_words import answer_words, joined_headline, share_words

NONE = "none"


def fingerprint(nearest="DDPM", *, known=("DDPM", "DC-GAN", "EDM"), refuses=False, sure=True):
    """The registry's answer; with one known architecture nothing can be refused."""
    names = [nearest, *(name for name in known if name != nearest)]
    shares = [0.8, *[0.2 / max(1, len(names) - 1)] * (len(names) - 1)]
    matches = tuple(
        Match(f"{name}/1", name, "", 1.0 + i, share if sure else None, 100)
        for i, (name, share) in enumerate(zip(names, shares, strict=True))
    )
    p_value = None if len(names) == 1 else (0.9 if refuses else 0.1)
    rejection = Rejection(p_value, 0.5, 0.05, 1.0, None, len(names))
    return Identification(matches, "early-means", rejection, "r", 4)


def attributor(shares=None, *, known=True, method="durall", pictures=4, whole=True):
    """Answers of an attributor with these mean probabilities."""
    shares = shares or {"ddpm": 0.7, "dcgan": 0.2, "edm": 0.1}
    rows = np.tile(list(shares.values()), (pictures, 1))
    found = Attributions(tuple(shares), tuple(map(str, range(pictures))), rows)
    label = max(shares, key=shares.get)
    agreed = SetAttribution(
        label, known, shares[label], shares, {name: float(name == label) for name in shares}, pictures
    )
    return Answers(method, "asked", found, agreed if whole else None)


GAN = {"ddpm": 0.1, "dcgan": 0.8, "edm": 0.1}
REAL = {"ddpm": 0.1, "dcgan": 0.1, "edm": 0.1, "real": 0.7}
CASES = {
    "same": (fingerprint(), [attributor()], "agree", "DDPM", "agrees: DDPM, say early-means and durall."),
    "three": (
        fingerprint(), [attributor(), attributor()], "agree", "DDPM", "early-means, durall (1) and durall (2)",
    ),
    "spelled otherwise": (
        fingerprint("DC-GAN"), [attributor(GAN)], "agree", "DC-GAN", "agrees: DC-GAN",
    ),
    "none": (
        fingerprint(refuses=True), [attributor(known=False)], "agree on none", None,
        "early-means and durall take the pictures for none that they know",
    ),
    "the set refused": (
        fingerprint(refuses=True), [attributor()], "one refuses", None,
        "durall names ddpm; early-means takes the pictures for none that it knows",
    ),
    "pictures refused": (
        fingerprint(), [attributor(known=False)], "one refuses", None,
        "early-means names DDPM; durall takes the pictures for none that it knows",
    ),
    "different": (
        fingerprint(), [attributor(GAN)], "disagree", None, "early-means names DDPM; durall names dcgan.",
    ),
    "different and refused": (
        fingerprint(), [attributor(GAN), attributor(known=False)], "disagree", None,
        "durall (1) names dcgan; durall (2) takes the pictures for none",
    ),
    "real": (
        fingerprint(), [attributor(REAL)], "disagree", None, "durall takes them for real pictures",
    ),
    "real, and none of these": (
        fingerprint(refuses=True), [attributor(REAL)], "one refuses", None, "Both can be right",
    ),
    "real, refused": (
        fingerprint(refuses=True), [attributor(REAL, known=False)], "agree on none", None, "agrees on none",
    ),
    "not known to the attributor": (
        fingerprint("EDM"), [attributor({"ddpm": 0.6, "dcgan": 0.4}, known=None)], "not comparable", None,
        "durall does not know EDM and could not have named it",
    ),
    "not known, and refused": (
        fingerprint("EDM"), [attributor({"ddpm": 0.6, "dcgan": 0.4}, known=False)], "not comparable", None,
        "durall does not know EDM",
    ),
    "not known to the registry": (
        fingerprint(known=("DDPM", "EDM")), [attributor(GAN)], "not comparable", None,
        "early-means does not know dcgan and could not have named it",
    ),
    "one known model": (
        fingerprint(known=("DDPM",)), [attributor()], "not comparable", None,
        "early-means knows one architecture and cannot refuse",
    ),
    "one known model, two attributors": (
        fingerprint(known=("DDPM",)), [attributor(GAN), attributor(GAN)], "agree", "dcgan",
        "dcgan, say durall (1) and durall (2). early-means knows one architecture",
    ),
    "no refusal learned": (
        fingerprint(), [attributor(known=None)], "agree", "DDPM",
        "durall has not learned when to refuse an architecture.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_verdict_and_its_words(case):
    found, answers, verdict, architecture, words = CASES[case]
    both = joined(found, *answers)
    assert (both.verdict, both.architecture) == (verdict, architecture)
    assert words in joined_headline(both)


@pytest.mark.parametrize("case", CASES)
def test_the_answer_survives_json(case):
    found, answers, *_ = CASES[case]
    both = joined(found, *answers)
    again = JoinedAnswer.from_dict(json.loads(json.dumps(both.to_dict())))
    assert again == both
    assert again.answers == ()
    assert again.to_dict() == both.to_dict()


def test_a_verdict_does_not_hang_on_how_large_the_numbers_are():
    weak = {"ddpm": 0.34, "dcgan": 0.33, "edm": 0.33}
    assert joined(fingerprint(), attributor(weak)).verdict == "agree"
    assert joined(fingerprint(sure=False), attributor()).verdict == "agree"


def test_runs_count_for_their_architecture_together():
    """The likeliest run is of another architecture than the likeliest architecture."""
    runs = {"cifar10/ddpm/1": 0.3, "faces/DDPM/1": 0.3, "cifar10/dcgan/1": 0.4}
    piece = joined(fingerprint(), attributor(runs, known=False)).pieces[1]
    assert piece.shares == {"ddpm": pytest.approx(0.6), "dcgan": 0.4}
    # All runs of an architecture were left out together: 'unknown' is of the architecture.
    assert (piece.answer, piece.decided, piece.nearest) == (None, True, "ddpm")
    single = {"ddpm/1": 0.6, "dcgan/1": 0.4}
    assert joined(fingerprint(), attributor(single, known=False)).pieces[1].refused


def test_runs_of_one_architecture_registered_under_two_spellings_are_one():
    found = fingerprint(known=("DDPM", "ddpm", "EDM"))
    assert list(joined(found, attributor()).pieces[0].shares) == ["DDPM", "EDM"]
    assert joined(found, attributor()).pieces[0].shares["DDPM"] == pytest.approx(0.9)


def test_how_sure_is_told_in_the_words_of_each_kind():
    first, second = joined(fingerprint(refuses=True), attributor(REAL, known=None)).pieces
    assert (answer_words(first), share_words(first)) == (
        "none of these",
        "nearest: DDPM, nearest in 80 % of draws",
    )
    assert answer_words(second) == "real pictures"
    assert share_words(second) == "mean probability 70 %; cannot refuse"
    unsure, refused = joined(fingerprint(sure=False), attributor(known=False)).pieces
    assert share_words(unsure) == "how stable that is was not measured"
    assert (answer_words(refused), share_words(refused)) == (
        "unknown",
        "nearest: ddpm, mean probability 70 %",
    )


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([], "at least one attributor"),
        ([attributor(whole=False)], "all of them together"),
        ([attributor(pictures=5)], "5 pictures, and the fingerprint is that of 4"),
    ],
)
def test_what_cannot_be_joined_is_refused(answers, message):
    with pytest.raises(ScoreError, match=message):
        joined(fingerprint(), *answers)


def test_a_damaged_answer_is_refused():
    data = joined(fingerprint(), attributor()).to_dict()
    with pytest.raises(StorageError, match="schema"):
        JoinedAnswer.from_dict({**data, "schema": "other"})
    with pytest.raises(StorageError, match="incomplete"):
        JoinedAnswer.from_dict({"schema": data["schema"], "pieces": [{"kind": "picture by picture"}]})


def test_names_do_nothing_to_the_words():
    found = fingerprint()
    odd = replace(found, matches=(replace(found.best, architecture="a\u202eb\x1b[31m"), *found.matches[1:]))
    told = joined_headline(joined(odd, attributor()))
    assert "\u202e" not in told
    assert "\x1b" not in told
