"""What an evaluation found: rates with intervals, confusions, times, and where every set lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeAlias

from whorl.encoders.contract import Layer
from whorl.errors import StorageError

SCHEMA = "whorl-evaluation/1"

Task: TypeAlias = Literal["new-pictures", "new-run", "other-data-set", "unknown-architecture"]
TASKS: dict[Task, str] = {
    "new-pictures": "new pictures of a known model",
    "new-run": "a new run of a known architecture",
    "other-data-set": "a known architecture trained on another data set",
    "unknown-architecture": "an unknown architecture",
}


@dataclass(frozen=True)
class Rate:
    """How often a method was right.

    Attributes:
        task: which.
        method: which.
        size: pictures per query.
        value: share of queries answered rightly, the mean over sets of each set's share.
        low, high: 95 % interval, sets and draws drawn anew.
        architecture: the same for naming the architecture alone.
        accepted: share of queries that are taken for a known architecture, right or wrong; None where the method
            cannot say.
        sets: how many sets were queried.
        queries: how many queries there were.
    """

    task: Task
    method: str
    size: int
    value: float
    low: float
    high: float
    architecture: float
    accepted: float | None
    sets: int
    queries: int


@dataclass(frozen=True)
class Difference:
    """By how much the default is better than another method on the same queries.

    Attributes:
        task, size: of the queries.
        method, other: which.
        value: rate of `method` less rate of `other`.
        low, high: 95 % interval, sets and draws drawn anew for both alike: for other models.
        low_here, high_here: the same, draws alone drawn anew: for other pictures of these models.
    """

    task: Task
    size: int
    method: str
    other: str
    value: float
    low: float
    high: float
    low_here: float
    high_here: float


@dataclass(frozen=True)
class Agreement:
    """How often a method that compares fingerprints and one that names single pictures say the same.

    Attributes:
        task, size: of the queries.
        method: the one that compares fingerprints.
        other: the one that names single pictures.
        value: share of queries of which both say the same, the mean over sets of each set's share.
        right: share of these that is right; None where they never agree.
        low, high: its 95 % interval, sets and draws drawn anew; None likewise.
        method_alone, other_alone: rate of each on all the queries.
        method_apart, other_apart: rate of each where they differ; None where they never do.
        sets: how many sets were queried.
        queries: how many queries both have answered.
    """

    task: Task
    size: int
    method: str
    other: str
    value: float
    right: float | None
    low: float | None
    high: float | None
    method_alone: float
    other_alone: float
    method_apart: float | None
    other_apart: float | None
    sets: int
    queries: int


@dataclass(frozen=True)
class OpenSetRate:
    """How well a method tells known models from unknown architectures.

    Attributes:
        method, size: which.
        auroc: area under the curve of known sets accepted against unknown sets accepted; 0.5 is chance.
        auroc_low, auroc_high: 95 % interval, architectures drawn anew.
        true_accepts: share of known sets accepted where `false_accepts_at` of the unknown ones are.
        false_accepts_at: that share, chosen on these very queries.
        accepted_known, accepted_unknown: shares accepted by the threshold that the known models themselves give;
            None where a method has none.
        promised: the rate that this threshold promises for unknown ones, the mean over splits; None likewise.
        known, unknown: how many sets of each kind were queried.
    """

    method: str
    size: int
    auroc: float
    auroc_low: float
    auroc_high: float
    true_accepts: float
    false_accepts_at: float
    accepted_known: float | None
    accepted_unknown: float | None
    promised: float | None
    known: int
    unknown: int


@dataclass(frozen=True)
class Confusion:
    """Who was taken for whom.

    Attributes:
        task, method, size: which.
        truth: what the queries were, R names.
        answers: what they were taken for, C names.
        shares: R rows of C shares of that row's queries; a row's sum is 1.
    """

    task: Task
    method: str
    size: int
    truth: tuple[str, ...]
    answers: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class MethodTime:
    """What a method costs, without encoding, which all methods but the trained ones share.

    Attributes:
        method: which.
        fingerprint: seconds to find what it reads of a set of the largest size run.
        compare: seconds to compare that with all known models.
        train: seconds to train on the known pictures of one split; 0 for methods that are not trained.
    """

    method: str
    fingerprint: float
    compare: float
    train: float


@dataclass(frozen=True)
class EvaluatedSet:
    """A set of pictures by one run of one architecture.

    Attributes:
        name: data set, architecture and run, joined by "/".
        dataset: empty where the folder has none.
        architecture, run: its folder and its own name.
        pictures: how many there are.
        c_t: its C_T-layer curve, one number per layer; None where no cell counts.
        position: where it lies on the 2-D map of the default method's numbers.
    """

    name: str
    dataset: str
    architecture: str
    run: str
    pictures: int
    c_t: tuple[float | None, ...]
    position: tuple[float, float]


@dataclass(frozen=True)
class NotRun:
    """What could not be tried.

    Attributes:
        task: which.
        names: the sets; empty for all.
        sizes: pictures per query; empty for all.
        why: in words.
    """

    task: Task
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Evaluation:
    """How well methods name the models that made sets of pictures.

    Attributes:
        reference: digest of the Reference.
        encoder: its name.
        layers: from shallow to deep.
        default: the method that the others are compared with: the one that `identify` uses, or the first of those
            tried.
        methods, sizes, tasks: what was asked for.
        splits, draws, seed: how queries were drawn.
        sets: all sets.
        rates: per task, method and size.
        differences: the default against every other method.
        open_set: per method and size.
        confusions: per task, method and size.
        times: per method.
        curve_distances: Euclidean distances between the sets' C_T-layer curves, from the second layer on; None
            where they have no layer in common.
        not_run: what could not be tried, and why.
        warnings: what should be known before the rates are believed.
        agreements: per pair of a method that compares fingerprints and one that names single pictures, task and
            size; empty where not both kinds were tried, and in results of versions that did not measure it.
        paired: each method manifold:X against its ablations and the methods without a manifold, at every size,
            single pictures too; empty likewise.
    """

    reference: str
    encoder: str
    layers: tuple[Layer, ...]
    default: str
    methods: tuple[str, ...]
    sizes: tuple[int, ...]
    tasks: tuple[Task, ...]
    splits: int
    draws: int
    seed: int
    sets: tuple[EvaluatedSet, ...]
    rates: tuple[Rate, ...]
    differences: tuple[Difference, ...]
    open_set: tuple[OpenSetRate, ...]
    confusions: tuple[Confusion, ...]
    times: tuple[MethodTime, ...]
    curve_distances: tuple[tuple[float | None, ...], ...]
    not_run: tuple[NotRun, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    agreements: tuple[Agreement, ...] = ()
    paired: tuple[Difference, ...] = ()

    def rate(self, task: Task, method: str, size: int) -> Rate | None:
        """Return one rate, or None where it was not run."""
        wanted = (task, method, size)
        return next((each for each in self.rates if (each.task, each.method, each.size) == wanted), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON values."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evaluation:
        """Rebuild from `to_dict`'s values.

        Raises:
            StorageError: another schema, or incomplete.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise StorageError(f"expected an evaluation of schema {SCHEMA}; found {found!r}.")
        try:
            told = {"agreements": (), "paired": (), **data}
            values = {item.name: told[item.name] for item in fields(cls)}
            for name, kind in _RECORDS.items():
                values[name] = tuple(kind(**_as_tuples(each)) for each in values[name])
            return cls(**_as_tuples(values))
        except (KeyError, TypeError) as error:
            raise StorageError(f"this evaluation is incomplete or damaged: {error}.") from error


_RECORDS: dict[str, Any] = {
    "sets": EvaluatedSet,
    "rates": Rate,
    "differences": Difference,
    "open_set": OpenSetRate,
    "confusions": Confusion,
    "times": MethodTime,
    "not_run": NotRun,
    "agreements": Agreement,
    "paired": Difference,
}


def _as_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_tuple(value) for name, value in values.items()}


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(each) for each in value) if isinstance(value, list | tuple) else value
