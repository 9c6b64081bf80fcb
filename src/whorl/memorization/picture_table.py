"""One row per generated picture: where it lies, what lies nearest, how unusual that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whorl.errors import ScoreError
from whorl.memorization.curve import Curve

if TYPE_CHECKING:
    import pyarrow as pa


def picture_table(curve: Curve) -> pa.Table:
    """Return the numbers per picture as an Arrow table of m rows.

    Columns: `picture` (its id); `p_copy`, the chance that a held-out picture lies as near to training at
    any layer, and `flagged`, whether the picture is on the list of copies (false discovery rate 10 %); then
    for each layer l `cell_l` and `distance_l` (in the first partition: its cell, and the distance to the
    nearest training picture in the Reference's scope, infinite where that cell has none), `nearest_l` (id
    of the nearest of all training pictures, its row in the Reference where that keeps no ids),
    `nearest_distance_l`, and `test_share_l` (share of the held-out pictures that lie as near to training or
    nearer: 0 is nearer than all of them); and last for each layer `relative_distance_l`, the distance to the
    nearest training picture over how far that is from the next.

    Raises:
        ScoreError: the curve was read back from JSON, which does not keep these numbers.
    """
    import pyarrow as pa

    if not curve.pictures:
        raise ScoreError(
            "this curve was read from a file and has no numbers per picture; run the audit again."
        )
    columns: dict[str, pa.Array] = {"picture": pa.array(curve.generated_ids)}
    if curve.evidence is not None:
        columns |= {
            "p_copy": pa.array(curve.evidence.picture_p_values),
            "flagged": pa.array(curve.evidence.flagged),
        }
    names = None if curve.train_ids is None else np.array(curve.train_ids, dtype=object)
    for part in curve.pictures:
        nearest = part.nearest if names is None else names[part.nearest]
        columns |= {
            f"cell_{part.layer}": pa.array(part.cells[0]),
            f"distance_{part.layer}": pa.array(part.distances[0]),
            f"nearest_{part.layer}": pa.array(nearest),
            f"nearest_distance_{part.layer}": pa.array(part.nearest_distances),
            f"test_share_{part.layer}": pa.array(part.test_shares),
        }
    for layer in curve.distances:
        columns[f"relative_distance_{layer.layer}"] = pa.array(layer.relative[: curve.n_generated])
    return pa.table(columns)
