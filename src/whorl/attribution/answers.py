"""Everything that is answered about some pictures: one by one, and of all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.artifact_features import ArtifactFeatures, form, table_of
from whorl.attribution.attributor import Attributions, Attributor, SetAttribution
from whorl.attribution.labels import UNKNOWN
from whorl.attribution.methods import AttributionMethod
from whorl.attribution.rejection import STRANGE, UNLIKE, Limits
from whorl.embeddings import EncodeOptions
from whorl.images.contract import ImageSource
from whorl.manifold.artifacts import Artifacts

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True, eq=False)
class Answers:
    """What an attributor says of N pictures.

    Attributes:
        method: whose features were looked at.
        source: what the pictures came from.
        found: the answers, picture by picture.
        whole: the answer for all as by one model; None where that was not asked for.
        artifacts: on the manifold, with the real pictures that were subtracted; None for methods without one.
        skipped: how many more pictures there were, which could not be read.
        plain: ids of pictures of one colour, which show nothing of a model.
    """

    method: str
    source: str
    found: Attributions
    whole: SetAttribution | None
    artifacts: Artifacts | None = None
    skipped: int = 0
    plain: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The answer for each picture, "unknown" among them."""
        return tuple(answer or UNKNOWN for answer in self.found.answers)

    @property
    def sure(self) -> NDArray[np.float64]:
        """Float64 (N,), the probability of each picture's likeliest class."""
        return np.asarray(self.found.probabilities.max(axis=1))

    @property
    def nearest_ids(self) -> tuple[str, ...] | None:
        """The real picture nearest to each; None without a manifold, or one that keeps no ids."""
        return (
            None if self.artifacts is None or self.artifacts.kind != "nearest" else self.artifacts.nearest_ids
        )

    @property
    def shares(self) -> Mapping[str, float]:
        """Mean probability of each class, by label."""
        means = self.found.probabilities.mean(axis=0)
        return dict(zip(self.found.labels, map(float, means), strict=True))

    @property
    def answered(self) -> Mapping[str, float]:
        """Share of the pictures that have each answer, by label, "unknown" last."""
        names = self.names
        return {label: names.count(label) / len(names) for label in (*self.found.labels, UNKNOWN)}

    def to_dict(self) -> dict[str, Any]:
        """Return what is answered, without the pictures one by one, as JSON values."""
        whole = self.whole
        return {
            "method": self.method,
            "source": self.source,
            "count": len(self.found),
            "skipped": self.skipped,
            "classes": list(self.found.labels),
            "of_one_colour": list(self.plain),
            "limits": _limits(self.found.limits),
            "unknown_because": {
                why: self.found.reasons.count(why) / len(self.found) for why in (UNLIKE, STRANGE)
            },
            "mean_probability": dict(self.shares),
            "answered": dict(self.answered),
            "together": None
            if whole is None
            else {
                "label": whole.label,
                "known": whole.known,
                "support": whole.support,
                "distance": whole.distance,
                "limits": _limits(whole.limits),
                "reason": whole.reason,
                "votes": dict(whole.votes),
            },
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per picture as JSON values: its answer, and what it rests on."""
        ids, distances = self.nearest_ids, None if self.artifacts is None else self.artifacts.distance
        near = self.found.distances
        rows = zip(self.found.ids, self.names, self.found.best, self.sure, self.found.reasons, strict=True)
        return [
            {
                "id": name,
                "answer": answer,
                "likeliest": best,
                "probability": float(sure),
                "distance": None if near is None else float(near[place]),
                "unknown_because": why,
                "nearest_real": None if ids is None else ids[place],
                "artifact_length": None if distances is None else float(distances[place]),
            }
            for place, (name, answer, best, sure, why) in enumerate(rows)
        ]

    def table(self) -> pyarrow.Table:
        """Return the rows as a table, with the probability of every class."""
        import pyarrow as pa

        rows = self.rows()
        columns = {name: pa.array([row[name] for row in rows]) for name in rows[0]}
        probabilities = {
            f"probability of {label}": pa.array(self.found.probabilities[:, place])
            for place, label in enumerate(self.found.labels)
        }
        return pa.table(columns | probabilities)


def answers_for(
    attributor: Attributor,
    method: AttributionMethod,
    images: ImageSource,
    *,
    together: bool = True,
    **options: Unpack[EncodeOptions],
) -> Answers:
    """Ask an attributor about pictures.

    Args:
        attributor: has learned from features by `method`.
        method: measures the pictures.
        images: N pictures.
        together: whether to answer for all of them as by one model too.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ScoreError: pictures of another size, another space, NaN.
        ImageError, EncoderError, StorageError: see their messages.
    """
    features, artifacts = method.features, None
    if isinstance(features, ArtifactFeatures):
        held = features.manifold.embed(images, **options)
        artifacts = features.artifacts(held)
        table = table_of(artifacts, held, form(features.manifold))
    else:
        table = features.features(images, **options)
    found = attributor.attribute(table)
    whole = attributor.together(found) if together else None
    return Answers(
        method.name,
        images.name,
        found,
        whole,
        artifacts,
        skipped=len(images) - len(found),
        plain=_of_one_colour(images, set(found.ids)),
    )


def _of_one_colour(images: ImageSource, answered: set[str]) -> tuple[str, ...]:
    found = []
    for index, name in enumerate(images.ids):
        if name in answered:
            picture = images[index]
            if (picture == picture[0, 0]).all():
                found.append(name)
    return tuple(found)


def _limits(limits: Limits | None) -> dict[str, Any] | None:
    return None if limits is None else {**asdict(limits), "threshold": limits.threshold}
