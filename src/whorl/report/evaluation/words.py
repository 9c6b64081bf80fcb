"""What an evaluation found, in plain words, never saying more than the numbers do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whorl.evaluation.results import TASKS, Agreement, Difference, Evaluation, OpenSetRate, Rate, Task
from whorl.report.text import counted, percent, plain, signed

LIMITS = (
    "The rates hold for these architectures, data sets and runs. Architectures that are more alike than these "
    "are told apart less often.",
    "All pictures went through the same steps. Resizing, cropping or compression after the fact was not part of "
    "it, and lowers the rates.",
    "Intervals come from drawing the sets and the queries anew. With few sets they are themselves uncertain, "
    "and they say nothing about architectures that are not among these.",
    "Every comparison of two methods stands for itself: of many comparisons some lie beyond 0 by chance. "
    "Whoever chose the default by such numbers has made it look better than it is; other sets would show by "
    "how much.",
    "Only unknown architectures of the kind that was left out here were tried. What is promised for unknown "
    "ones rests on their being like the known ones.",
)


def evaluation_lead(evaluation: Evaluation) -> str:
    """Return one paragraph: the default, where it wins, where it loses and by how much, and what was not run."""
    default = plain(evaluation.default)
    told = [
        f"The others are compared with {default}.",
        *_rates_words(evaluation),
        *_compared(evaluation.differences, default),
    ]
    return " ".join([*told, *missing_words(evaluation)])


def task_words(evaluation: Evaluation, task: Task) -> tuple[str, ...]:
    """Return what is to be said of one task: the default's rate, and how it compares with the others."""
    pairs = [each for each in evaluation.differences if each.task == task]
    default = plain(evaluation.default)
    return tuple(filter(None, (_best_words(evaluation, task), *_compared(pairs, default))))


def open_set_words(evaluation: Evaluation) -> tuple[str, ...]:
    """Return how well the default tells known models from unknown architectures."""
    own = [rate for rate in evaluation.open_set if rate.method == evaluation.default]
    if not own:
        why = (
            "No architecture was left out" if not evaluation.open_set else "The default method was not tried"
        )
        return (f"{why}, so how often an unknown one is taken for a known one was not measured.",)
    rate = max(own, key=lambda each: each.size)
    sets = f"{counted(rate.known, 'known set')} and {counted(rate.unknown, 'unknown set')}"
    at, known = percent(rate.false_accepts_at), percent(rate.true_accepts)
    area = (
        f"With {rate.size:,} pictures the area under the curve of {plain(rate.method)} is {rate.auroc:.2f} (95 % "
        f"interval {rate.auroc_low:.2f} to {rate.auroc_high:.2f}; 0.5 is chance), from {sets}. Where {at} of the "
        f"unknown ones are accepted, {known} of the known ones are; that bound was chosen on these very queries."
    )
    return (area, *_own_threshold(rate))


def agreement_words(evaluation: Evaluation) -> tuple[str, ...]:
    """Return for each task what agreement of the default, or else the first pair, is worth at the largest size."""
    told = []
    for task in TASKS:
        own = [each for each in evaluation.agreements if each.task == task]
        pairs = [each for each in own if each.method == evaluation.default] or own
        pairs = [each for each in pairs if (each.method, each.other) == (pairs[0].method, pairs[0].other)]
        if pairs:
            told.append(_agreement(max(pairs, key=lambda each: each.size)))
    return tuple(told)


def missing_words(evaluation: Evaluation) -> tuple[str, ...]:
    """Return which sizes could not be run in which task; empty where all were."""
    told = []
    for task in evaluation.tasks:
        sizes = _sizes_missing(evaluation, task)
        if sizes and len(sizes) == len(evaluation.sizes):
            told.append(f"{TASKS[task].capitalize()}: could not be run.")
        elif sizes:
            shown = ", ".join(f"{size:,}" for size in sizes)
            told.append(f"{TASKS[task].capitalize()}: could not be run with {shown} pictures.")
    return tuple(told)


def points(value: float) -> str:
    """Return a difference of shares in percentage points.

    >>> points(0.123), points(-0.05)
    ('+12.3', '−5.0')
    """
    return signed(100 * value)


def _agreement(each: Agreement) -> str:
    method, other = plain(each.method), plain(each.other)
    start = (
        f"{TASKS[each.task].capitalize()}, {counted(each.size, 'picture')}: {method} and {other} say the same of "
        f"{percent(each.value)} of queries"
    )
    alone = (
        f"On all queries {method} is right in {percent(each.method_alone)}, {other} in "
        f"{percent(each.other_alone)}"
    )
    if each.right is None or each.low is None or each.high is None:
        return f"{start}. {alone}."
    then = (
        f", and are right in {percent(each.right)} of those (95 % interval {percent(each.low)} to "
        f"{percent(each.high)}; {counted(each.sets, 'set')})"
    )
    if each.method_apart is None or each.other_apart is None:
        return f"{start}{then}."
    return (
        f"{start}{then}. {alone}; where they differ, in {percent(each.method_apart)} and "
        f"{percent(each.other_apart)}."
    )


def _rates_words(evaluation: Evaluation) -> Iterator[str]:
    """Say how often the default is right in each task, at the largest size."""
    found = [rate for task in TASKS if (rate := _largest(evaluation, task)) is not None]
    if not found:
        yield "No query could be tried with it."
        return
    told = (
        f"{percent(rate.value)} for {TASKS[rate.task]} ({percent(rate.low)} to {percent(rate.high)}; "
        f"{counted(rate.size, 'picture')})"
        for rate in found
    )
    yield f"It names rightly: {'; '.join(told)}."


def _largest(evaluation: Evaluation, task: Task) -> Rate | None:
    own = [rate for rate in evaluation.rates if (rate.task, rate.method) == (task, evaluation.default)]
    return max(own, key=lambda rate: rate.size, default=None)


def _best_words(evaluation: Evaluation, task: Task) -> str:
    rate = _largest(evaluation, task)
    if rate is None:
        return ""
    return (
        f"{TASKS[task].capitalize()}: with {counted(rate.size, 'picture')} per query it names "
        f"{percent(rate.value)} of queries rightly (95 % interval {percent(rate.low)} to {percent(rate.high)}; "
        f"{counted(rate.sets, 'set')}, {rate.queries:,} {'query' if rate.queries == 1 else 'queries'})."
    )


def _compared(pairs: Sequence[Difference], default: str) -> Iterator[str]:
    """Say in how many comparisons the default is ahead or behind beyond its interval, and the greatest of each."""
    if not pairs:
        return
    ahead = [pair for pair in pairs if pair.low > 0]
    behind = [pair for pair in pairs if pair.high < 0]
    open_ = len(pairs) - len(ahead) - len(behind)
    yield (
        f"In {counted(len(pairs), 'comparison')} with other methods, by task and size, {default} is ahead in "
        f"{len(ahead):,} and behind in {len(behind):,} with an interval beyond 0; {open_:,} "
        f"{'is' if open_ == 1 else 'are'} undecided."
    )
    if ahead:
        yield f"Its greatest lead is {_pair_words(max(ahead, key=lambda pair: pair.value))}."
    if behind:
        yield f"It falls behind most by {_pair_words(min(behind, key=lambda pair: pair.value))}."


def _pair_words(pair: Difference) -> str:
    against = "over" if pair.value > 0 else "against"
    return (
        f"{abs(100 * pair.value):.1f} points {against} {plain(pair.other)} ({points(pair.low)} to "
        f"{points(pair.high)}; {TASKS[pair.task]}, {pair.size:,} pictures)"
    )


def _own_threshold(rate: OpenSetRate) -> Iterator[str]:
    if rate.accepted_known is None or rate.accepted_unknown is None:
        yield "It has no threshold of its own here: too few architectures are known."
        return
    promise = ""
    if rate.promised is not None:
        kept = "keeps to" if rate.accepted_unknown <= rate.promised else "is more than"
        promise = f", which {kept} the {percent(rate.promised)} that is promised"
    yield (
        f"By its own threshold it accepts {percent(rate.accepted_known)} of the known sets and "
        f"{percent(rate.accepted_unknown)} of the unknown ones{promise}."
    )


def _sizes_missing(evaluation: Evaluation, task: Task) -> list[int]:
    if task == "unknown-architecture":
        tried = {rate.size for rate in evaluation.open_set}
    else:
        tried = {rate.size for rate in evaluation.rates if rate.task == task}
    return [size for size in evaluation.sizes if size not in tried]
