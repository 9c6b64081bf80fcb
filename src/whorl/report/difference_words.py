"""Differences between sets in plain words, never saying more than the numbers do."""

from __future__ import annotations

from whorl.evidence import ALPHA, LayerDifference, PairDifference
from whorl.memorization.comparison import Comparison
from whorl.report.text import layer_span, p_equation, percent, plain, signed

NO_PROOF = (
    "Nearer to training is not the same as copying: whether a set copies is said by its own verdict. The sets "
    "that it is compared with may copy too, or lie far away.",
    "Where no difference is shown there may still be one: more pictures would show a smaller one. Sets that "
    "lie equally near to training look alike here, whatever pictures they show and however well.",
    "Cells in which only one of two sets has pictures are left out of their difference of placements. Pictures "
    "that depend on each other (variants of one picture, or a picture in both sets) make the p-values wrong.",
)


def pair_words(pair: PairDifference, n_layers: int, n_pairs: int) -> str:
    """Say whether two sets differ, which lies nearer, where, and how sure that is."""
    first, second = plain(pair.first), plain(pair.second)
    layer = pair.strongest
    where = f" at {layer_span([layer.layer])}" if n_layers > 1 else ""
    sure = f"adjusted {p_equation(pair.adjusted)}{_family(n_layers, n_pairs)}"
    if not pair.significant:
        return f"No difference is shown between {first} and {second} ({sure}). There may still be one."
    near = plain(pair.nearer(layer))
    far = second if near == first else first
    if layer.by == "lower tail":
        by = " (relative to how far training pictures lie apart)" if layer.tail.measure != "distance" else ""
        counts = {first: layer.tail.first, second: layer.tail.second}
        return (
            f"More pictures of {near} than of {far} are among those nearest to training: of the "
            f"{layer.tail.nearest:,} nearest{where}{by}, {counts[near]:,} are of {near} and {counts[far]:,} of "
            f"{far} ({sure})."
        )
    return (
        f"{near} lies nearer to training than {far}: mean placements differ by {signed(layer.placement or 0.0, 2)}"
        f"{where} ({first} minus {second}; 95 % interval {interval_words(layer)}; {sure})."
    )


def interval_words(layer: LayerDifference) -> str:
    """Return the 95 % interval of the placement difference, "none" where there is no difference to tell."""
    if layer.low is None or layer.high is None:
        return "none"
    return f"{signed(layer.low, 2)} to {signed(layer.high, 2)}"


def summary_words(comparison: Comparison) -> str:
    """Say how many pairs differ, and what that rests on."""
    count, total = len(comparison.significant), len(comparison.differences)
    if total == 1:
        found = "The two sets differ." if count else "No difference is shown between the two sets."
    elif count == total:
        found = f"All {total} pairs of sets differ."
    else:
        verb = "differs" if count == 1 else "differ"
        found = f"{count or 'None'} of {total} pairs of sets {verb}."
    wrong = "two sets" if total == 1 else "any two sets"
    return (
        f"{found} The chance that {wrong} of one distribution are said to differ is at most {percent(ALPHA)}."
    )


def shared_words(comparison: Comparison) -> tuple[str, ...]:
    """Say of each pair of sets with pictures in common how many these are, and what they do to the test."""
    sizes = {name: curve.n_generated for name, curve in comparison.curves.items()}
    return tuple(
        f"{pair.count:,} of the {sizes[pair.first]:,} pictures of {plain(pair.first)} "
        f"{'is' if pair.count == 1 else 'are'} also in {plain(pair.second)} ({sizes[pair.second]:,}). The test "
        "takes the pictures as independent: the p-value of this pair is wrong, and what both sets have hides a "
        "difference."
        for pair in comparison.shared
    )


def sizes_words(comparison: Comparison) -> str | None:
    """Say what may not be compared where the sets have different numbers of pictures; None where they do not."""
    if comparison.equal_sizes:
        return None
    counts = [curve.n_generated for curve in comparison.curves.values()]
    return (
        f"The sets have different numbers of pictures ({min(counts):,} to {max(counts):,}). C_T grows with the "
        "number, so their curves must not be compared by height; the differences of placement may."
    )


def _family(n_layers: int, n_pairs: int) -> str:
    layers = f"{n_layers} layers" if n_layers > 1 else ""
    pairs = f"{n_pairs} pairs" if n_pairs > 1 else ""
    family = " and ".join(filter(None, (layers, pairs)))
    return f" for {family}" if family else ""
