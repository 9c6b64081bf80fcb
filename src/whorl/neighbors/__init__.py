"""Exact nearest neighbours by blocked matrix products, on CPU or GPU.

A matrix product, tile by tile, finds the few training points that rounding leaves in question; the distance
of each is then computed in float64 from the difference of the two vectors, so near-copies get their true
distance (the expanded form ``|a|^2 + |b|^2 - 2ab`` loses it when the norms are large).
"""

from whorl.neighbors.k_nearest import NearestK, k_nearest
from whorl.neighbors.nearest import Neighbors, NeighborsByScope, nearest, nearest_by_scope
from whorl.neighbors.space import METRICS, Metric

__all__ = [
    "METRICS",
    "Metric",
    "NearestK",
    "Neighbors",
    "NeighborsByScope",
    "k_nearest",
    "nearest",
    "nearest_by_scope",
]
