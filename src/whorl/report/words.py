"""The verdict in plain words, never saying more than the numbers do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from whorl.evidence import ALPHA, Finding, Measure, least_listed
from whorl.memorization.curve import Curve
from whorl.memorization.verdict import LevelVerdict
from whorl.report import phrases
from whorl.report.text import how_often, layer_span, p_equation, percent, plain, signed

Level: TypeAlias = Literal["early", "late", "whole"]
LOW_COVERAGE = 0.9


@dataclass(frozen=True)
class LevelWords:
    """What is to be said of one level: early layers, late layers, or the whole curve.

    Attributes:
        level: "early", "late" or "whole".
        title: its name in words.
        layers: which layers it holds, in words.
        finding: "copies", "healthy" or "under-fits".
        found: what was found.
        sure: how sure that is.
        means: what it means.
        not_proven: what it does not prove.
        next_step: what to do now.
    """

    level: Level
    title: str
    layers: str
    finding: Finding
    found: str
    sure: str
    means: str
    not_proven: str
    next_step: str


def has_levels(curve: Curve) -> bool:
    """Return whether early and late layers are judged apart; see `Verdict`."""
    return curve.verdict.split


def level_words(curve: Curve, level: Level) -> LevelWords:
    """Put one level's verdict into words.

    >>> import numpy as np, whorl
    >>> rng = np.random.default_rng(0)
    >>> T, P = ({layer: rng.normal(size=(n, 4)) for layer in (1, 2, 3)} for n in (300, 150))
    >>> copies = {layer: array[:60] for layer, array in T.items()}
    >>> curve = whorl.Reference.from_embeddings(T, P, cells=2).curve_from_embeddings(copies)
    >>> level_words(curve, "early").found
    'The generated pictures lie nearer to the training pictures than real, unseen pictures do.'
    """
    verdict: LevelVerdict = getattr(curve.verdict, level)
    return LevelWords(
        level=level,
        title=_title(curve, level),
        layers=layer_span(verdict.layers),
        finding=verdict.finding,
        found=phrases.TAIL_FOUND if _few(verdict) else phrases.FOUND[verdict.finding],
        sure=_sure_of_few(curve, verdict) if _few(verdict) else _sure(verdict, len(curve.layers)),
        means=phrases.TAIL_MEANS if _few(verdict) else phrases.MEANS[verdict.finding, level],
        not_proven=phrases.NOT_PROVEN[verdict.finding],
        next_step=phrases.NEXT[verdict.finding],
    )


def headline(curve: Curve) -> str:
    """Return the whole verdict in two or three sentences; exact copies come first, whatever the score."""
    verdict = curve.verdict
    finding = verdict.whole.finding
    if curve.identical and finding != "copies":
        return f"{identical_words(curve)} {phrases.DESPITE_IDENTICAL[finding]}"
    if finding == "healthy":
        return phrases.HEADLINES["healthy"]
    opening = phrases.TAIL_HEADLINE if _few(verdict.whole) else phrases.HEADLINES[finding]
    sentence = f"{opening} {_where(curve, finding)}"
    if finding == "copies" and has_levels(curve):
        far = [name for name in ("early", "late") if getattr(verdict, name).finding == "under-fits"]
        if far:
            sentence += f" At {far[0]} layers they lie farther away instead."
    return sentence


def identical_words(curve: Curve) -> str:
    """Say how many generated pictures equal a training picture."""
    # Without an encoder nobody has seen a pixel: the rows of the embeddings were compared.
    equal = "pixel for pixel" if curve.encoder else "in every number of their embeddings"
    if curve.identical is None:
        return "Whether any generated picture equals a training picture was not checked: no digests at hand."
    if curve.identical == 0:
        return f"None of the {curve.n_generated:,} generated pictures equals a training picture {equal}."
    verb = "equals" if curve.identical == 1 else "equal"
    pronoun = equal.replace("their", "its") if curve.identical == 1 else equal
    return f"{curve.identical:,} of {curve.n_generated:,} generated pictures {verb} a training picture {pronoun}."


def notes(curve: Curve) -> tuple[str, ...]:
    """Return what should be known before the curve is believed: layers, coverage, skipped, warnings."""
    told = [chosen_words(curve)] if len(curve.of_layers) > len(curve.layers) else []
    low = [
        (layer, share)
        for layer, share in zip(curve.layers, curve.coverage, strict=True)
        if share < LOW_COVERAGE
    ]
    if low:
        least = percent(float(min(share for _, share in low)))
        told.append(
            f"At {layer_span([layer for layer, _ in low])} the score speaks for as little as {least} of the "
            "held-out pictures: the rest lie in cells with too few generated pictures to be tested. Copying or "
            "gaps there would not be seen. More generated pictures, or fewer cells, would cover more."
        )
    if curve.skipped:
        count = len(curve.skipped)
        told.append(
            f"{count:,} {'picture' if count == 1 else 'pictures'} could not be read and {_are(count)} no part of "
            "the score."
        )
    return (*told, *(plain(warning) for warning in curve.warnings))


def chosen_words(curve: Curve) -> str:
    """Say that some of the Reference's layers were scored, and who chose them."""
    by = "chosen by the sensitivity of the encoder's layers" if curve.auto else "as asked for"
    count = len(curve.layers)
    return (
        f"Of the {len(curve.of_layers)} layers of this Reference, {layer_span(curve.layers)} {_are(count)} "
        f"scored, {by}. The verdict is over {'it' if count == 1 else 'these'} alone: it holds where the "
        "choice was made before any result was known."
    )


def limits(curve: Curve) -> tuple[str, ...]:
    """Return what no result of this kind proves."""
    encoder = plain(curve.encoder) if curve.encoder else "the embeddings given"
    return tuple(
        sentence.format(
            encoder=encoder,
            n_train=f"{curve.n_train:,}",
            n_test=f"{curve.n_test:,}",
            n_layers=f"{len(curve.layers)} layers" if len(curve.layers) > 1 else "one layer",
            alpha=percent(ALPHA),
        )
        for sentence in phrases.LIMITS
    )


def nearness(test_share: float, n_test: int | None, by: Measure = "distance") -> str:
    """Say how many held-out pictures lie as near to training as a generated one, and by which measure.

    >>> nearness(0.0, 10_000)
    'nearer than all 10,000 held-out pictures'
    >>> nearness(0.0012, 10_000)
    '12 of 10,000 held-out pictures are as near'
    """
    if by != "distance":
        return f"{nearness(test_share, n_test)}, for how far training pictures lie apart there"
    if n_test is None and test_share:
        return f"{percent(test_share)} of the held-out pictures are as near"
    if n_test is None:
        return "nearer than all held-out pictures"
    count = round(test_share * n_test)
    if count == 0:
        return f"nearer than all {n_test:,} held-out pictures"
    return f"{count:,} of {n_test:,} held-out pictures {_are(count)} as near"


def _sure(verdict: LevelVerdict, n_layers: int) -> str:
    low = verdict.standardised < 0
    where = f" at {layer_span([verdict.strongest])}" if n_layers > 1 else ""
    if verdict.by == "lower tail":
        return (
            f"What comes nearest to a finding is how many pictures are among the very nearest{where}. Chance "
            f"alone would crowd as many there, at any layer, {how_often(verdict.p_value)} (adjusted "
            f"{p_equation(verdict.p_value)})."
        )
    somewhere = f"one of {n_layers} layers" if n_layers > 1 else "it"
    return (
        f"Standardised C_T is {signed(verdict.standardised)}{where}, where 0, give or take 1, is ordinary. Chance "
        f"alone would put {somewhere} that {'low' if low else 'high'} {how_often(verdict.p_value)} "
        f"(adjusted {p_equation(verdict.p_value)})."
    )


def _few(verdict: LevelVerdict) -> bool:
    """Return whether it is the lower tail that tells of copies, not the set as a whole."""
    return verdict.finding == "copies" and verdict.by == "lower tail"


def _sure_of_few(curve: Curve, verdict: LevelVerdict) -> str:
    evidence = curve.evidence
    where = f" at {layer_span([verdict.strongest])}" if len(curve.layers) > 1 else ""
    chance = (
        f"Chance alone would crowd as many among the nearest, at any layer, {how_often(verdict.p_value)} "
        f"(adjusted {p_equation(verdict.p_value)})."
    )
    crowds = {layer.layer: layer.crowd for layer in evidence.layers} if evidence else {}
    crowd = crowds.get(verdict.strongest)
    if crowd is None:
        return chance
    expected = crowd.nearest * curve.n_generated / (curve.n_generated + curve.n_test)
    by = "" if crowd.measure == "distance" else ", for how far training pictures lie apart there,"
    return (
        f"Of the {crowd.nearest:,} pictures that lie nearest to training{by}{where}, generated and held-out "
        f"together, {crowd.first:,} {_are(crowd.first)} generated, where about {_about(expected)} would be "
        f"expected. {chance}"
    )


def _about(count: float) -> str:
    return f"{count:,.0f}" if count >= 10 else f"{count:.1f}"


def flagged_words(curve: Curve) -> str | None:
    """Say how many pictures are listed as copies, and about how many there may be; None without evidence."""
    if curve.evidence is None:
        return None
    count, copies = curve.evidence.n_flagged, curve.evidence.copies
    listed = f"{count:,} {'picture is' if count == 1 else 'pictures are'}" if count else "No picture is"
    least = least_listed(curve.n_generated, curve.n_test)
    few = (
        f" With {curve.n_test:,} held-out pictures such a list cannot name fewer than {least:,}, so single copies "
        "do not appear on it."
        if least > 1 and not count
        else ""
    )
    estimate = max(copies.estimate, float(curve.identical or 0))
    return (
        f"{listed} listed as likely copies (on average at most one in ten pictures on such a list is there by "
        f"chance).{few} All in all about {estimate:.0f} of {curve.n_generated:,} ({copies.low:.0f} to "
        f"{max(copies.high, estimate):.0f}) are nearer to training, at some layer, than chance explains."
    )


def _title(curve: Curve, level: Level) -> str:
    if has_levels(curve):
        return phrases.TITLES[level]
    return phrases.ONE_LAYER if len(curve.layers) == 1 else phrases.NOT_SPLIT


def _where(curve: Curve, finding: Finding) -> str:
    if len(curve.layers) == 1:
        return phrases.WHERE["one"]
    if not has_levels(curve):
        found = [layer.strongest for layer in curve.by_layer if layer.finding == finding]
        return f"It shows at {layer_span(found)}."
    early, late = (part.finding == finding for part in (curve.verdict.early, curve.verdict.late))
    names = {(True, True): "both", (True, False): "early", (False, True): "late"}
    return phrases.WHERE[names.get((early, late), "between")]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
