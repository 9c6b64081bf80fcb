"""What clusters of artifacts say of design choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from whorl.errors import ScoreError

SCHEMA = "whorl-choice-traces/1"


@dataclass(frozen=True)
class ChoiceTrace:
    """How well clusters of artifacts agree with one design choice.

    Attributes:
        choice: its name.
        values: its K different values.
        models: how many models have each of them.
        nmi: normalised mutual information of clusters and values over pictures, 0 to 1 (arithmetic mean of the
            entropies). It is biased upwards.
        ami: adjusted for the chance that *pictures* are dealt to clusters. It is above 0 already where every
            model has a cluster of its own and the choice means nothing: hold it against its null too.
        null_nmi, null_ami: means over dealings of the values to the *models*.
        null_nmi_high, null_ami_high: 95 % quantiles there.
        p: share of the dealings with an NMI (and so an AMI) at least as large, the truth among them.
        adjusted: the same for all choices at once, by Holm's method.
        least_p: the smallest p that so many models and values can give. Where it is large, nothing could have
            been shown.
        dealings: how many there were.
        every: whether these were all different ones, else the truth and random ones.
        alike: other choices that divide the models in the same way: whatever is found is theirs as well.
    """

    choice: str
    values: tuple[str, ...]
    models: tuple[int, ...]
    nmi: float
    ami: float
    null_nmi: float
    null_nmi_high: float
    null_ami: float
    null_ami_high: float
    p: float
    adjusted: float
    least_p: float
    dealings: int
    every: bool
    alike: tuple[str, ...]


@dataclass(frozen=True)
class ChoiceTraces:
    """Clusters of artifacts held against every choice of a table.

    Attributes:
        traces: one per choice, in the table's order.
        models: M names.
        pictures: of each model, the same for all.
        d: dimensions in which clusters were sought.
        explained: share of the variance that the d principal components keep; 1.0 without them.
        whitened: whether each component was brought to variance 1.
        starts: of k-means.
        seed: fixes pictures, starts and random dealings.
    """

    traces: tuple[ChoiceTrace, ...]
    models: tuple[str, ...]
    pictures: int
    d: int
    explained: float
    whitened: bool
    starts: int
    seed: int

    def of(self, choice: str) -> ChoiceTrace:
        """Return what was found of one choice.

        Raises:
            ScoreError: there is none of this name.
        """
        found = next((trace for trace in self.traces if trace.choice == choice), None)
        if found is None:
            names = ", ".join(trace.choice for trace in self.traces)
            raise ScoreError(f"there is no choice {choice!r}; there are {names}.")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        body = asdict(self) | {"models": list(self.models)}
        body["traces"] = [
            {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(trace).items()}
            for trace in self.traces
        ]
        return {"schema": SCHEMA} | body

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ChoiceTraces:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        plain: dict[str, Any] = {name: values[name] for name in names}
        try:
            plain["traces"] = tuple(_trace(each) for each in values["traces"])
        except (TypeError, AttributeError) as error:
            raise ScoreError(f"these choice traces are damaged: {error}.") from error
        plain["models"] = tuple(values["models"])
        return cls(**plain)


def _trace(values: Mapping[str, Any]) -> ChoiceTrace:
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return ChoiceTrace(**plain)
