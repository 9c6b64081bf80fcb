"""The numbers of an evaluation as tables of words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from whorl.evaluation.results import TASKS, Difference, Evaluation, OpenSetRate, Rate, Task
from whorl.report.evaluation.words import points
from whorl.report.grid import Column, Grid
from whorl.report.text import percent

_NOT_RUN = "not run"


def accuracy_grid(evaluation: Evaluation, task: Task) -> Grid:
    """Return the rates of one task, methods as rows and sizes as columns, with their intervals.

    Where the terminal has no room for intervals they are left out.
    """
    title = f"Rightly named, {TASKS[task]}"
    narrow = _by_size(
        evaluation,
        task,
        lambda rate: _share(rate.value),
        title=title,
        hint="in percent; columns: pictures per query; intervals in the report and with --json",
    )
    whole = _by_size(
        evaluation,
        task,
        _with_interval,
        title=title,
        hint="in percent, with 95 % intervals; columns: pictures per query",
    )
    return replace(whole, narrow=narrow)


def architecture_grid(evaluation: Evaluation, task: Task) -> Grid:
    """Return the rates of naming the architecture alone."""
    return _by_size(
        evaluation,
        task,
        lambda rate: _share(rate.architecture),
        title=f"Architecture alone rightly named, {TASKS[task]}",
        hint="in percent; columns: pictures per query",
    )


def differences_grid(evaluation: Evaluation, task: Task) -> Grid:
    """Return by how much the default is better than each other method; empty where nothing was compared."""
    found = {(each.other, each.size): each for each in evaluation.differences if each.task == task}
    rows = []
    for method in evaluation.methods:
        pairs = [found.get((method, size)) for size in evaluation.sizes]
        if any(pairs):
            cells = (
                f"{points(pair.value)} ({points(pair.low)} to {points(pair.high)})" if pair else _NOT_RUN
                for pair in pairs
            )
            rows.append((method, *cells))
    return Grid(
        f"{evaluation.default} less each other method, {TASKS[task]}",
        (Column("other method", name=True), *_sizes(evaluation)),
        tuple(rows),
        hint=(
            "in percentage points on the same queries, with 95 % intervals; positive: the default is better; "
            "columns: pictures per query"
        ),
    )


def paired_grid(evaluation: Evaluation, task: Task) -> Grid:
    """Return by how much each method manifold:X is better than its ablations and the baselines, by size."""
    found = {(each.method, each.other, each.size): each for each in evaluation.paired if each.task == task}
    pairs = dict.fromkeys((method, other) for method, other, _ in found)
    sizes = [size for size in evaluation.sizes if any(size == each for *_, each in found)]
    rows = tuple(
        (method, other, *(_difference(found.get((method, other, size))) for size in sizes))
        for method, other in pairs
    )
    return Grid(
        f"Artifacts less other methods, {TASKS[task]}",
        (
            Column("method", name=True),
            Column("less", name=True),
            *(Column(f"{size:,}", number=True) for size in sizes),
        ),
        rows,
        hint=(
            "in percentage points on the same queries, with 95 % intervals; raw: without projection, random: "
            "minus a random real picture; columns: pictures per query"
        ),
    )


def _difference(pair: Difference | None) -> str:
    if pair is None:
        return _NOT_RUN
    return f"{points(pair.value)} ({points(pair.low)} to {points(pair.high)})"


def open_set_grid(evaluation: Evaluation, size: int | None = None) -> Grid:
    """Return how well known and unknown are told apart, for one size or for all."""
    rates = sorted(
        (rate for rate in evaluation.open_set if size is None or rate.size == size),
        key=lambda rate: (evaluation.methods.index(rate.method), rate.size),
    )
    at = percent(rates[0].false_accepts_at) if rates else ""
    which = "all sizes" if size is None else f"{size:,} pictures"
    sized = () if size is not None else (Column("pictures", number=True),)
    numbers = ("AUROC", "95 %", f"known at {at}", "known", "unknown", "promised")
    return Grid(
        f"Known or unknown, {which}",
        (Column("method", name=True), *sized, *(Column(title, number=True) for title in numbers)),
        tuple(
            (rate.method, *((f"{rate.size:,}",) if size is None else ()), *_open_cells(rate))
            for rate in rates
        ),
        marked=_marked(evaluation, [rate.method for rate in rates]),
        hint=(
            f"known at {at}: share of known sets accepted where {at} of the unknown ones are; known, unknown: "
            "shares accepted by the method's own threshold; promised: what that promises for unknown ones"
        ),
    )


def times_grid(evaluation: Evaluation) -> Grid:
    """Return what each method costs."""
    rows = tuple(
        (each.method, *(_seconds(value) for value in (each.fingerprint, each.compare, each.train)))
        for each in evaluation.times
    )
    titles = ("fingerprint", "compare", "train")
    return Grid(
        "Seconds per method",
        (Column("method", name=True), *(Column(title, number=True) for title in titles)),
        rows,
        marked=_marked(evaluation, [each.method for each in evaluation.times]),
        hint=(
            "seconds, without encoding. fingerprint: what the method reads of a set of the largest size; "
            "compare: with all known models; train: on the known pictures of one split"
        ),
    )


def not_run_grid(evaluation: Evaluation) -> Grid:
    """Return what could not be tried, and why."""
    rows = tuple(
        (
            TASKS[each.task],
            ", ".join(each.names) or "all sets",
            ", ".join(f"{size:,}" for size in each.sizes) or "all sizes",
            each.why,
        )
        for each in evaluation.not_run
    )
    columns = (
        Column("task", prose=True),
        Column("sets", prose=True),
        Column("pictures", prose=True),
        Column("why", prose=True),
    )
    return Grid("Not run", columns, rows)


def _by_size(
    evaluation: Evaluation, task: Task, cell: Callable[[Rate], str], *, title: str, hint: str
) -> Grid:
    found = {(rate.method, rate.size): rate for rate in evaluation.rates if rate.task == task}
    methods = [method for method in evaluation.methods if any(method == name for name, _ in found)]
    sizes = [size for size in evaluation.sizes if any(size == ran for _, ran in found)]
    rows = []
    for method in methods:
        rates = [found.get((method, size)) for size in sizes]
        rows.append((method, *(_NOT_RUN if rate is None else cell(rate) for rate in rates)))
    columns = (Column("method", name=True), *(Column(f"{size:,}", number=True) for size in sizes))
    return Grid(title, columns, tuple(rows), marked=_marked(evaluation, methods), hint=hint)


def _sizes(evaluation: Evaluation) -> tuple[Column, ...]:
    return tuple(Column(f"{size:,}", number=True) for size in evaluation.sizes)


def _marked(evaluation: Evaluation, methods: list[str]) -> frozenset[int]:
    return frozenset(place for place, method in enumerate(methods) if method == evaluation.default)


def _with_interval(rate: Rate) -> str:
    return f"{_share(rate.value)} ({_share(rate.low)}–{_share(rate.high)})"


def _share(share: float) -> str:
    # One figure after the point only where it tells something: never 100 for less than all.
    return percent(share).removesuffix(" %") if share > 0.995 or share < 0.005 else f"{100 * share:.0f}"


def _open_cells(rate: OpenSetRate) -> tuple[str, ...]:
    own = (rate.accepted_known, rate.accepted_unknown, rate.promised)
    return (
        f"{rate.auroc:.2f}",
        f"{rate.auroc_low:.2f} to {rate.auroc_high:.2f}",
        percent(rate.true_accepts),
        *("none" if share is None else percent(share) for share in own),
    )


def _seconds(value: float) -> str:
    if value == 0:
        return "0"
    return "< 0.001" if value < 0.001 else f"{float(f'{value:.3g}'):,g}"
