"""Fingerprints: what a set of pictures tells of the model that made them, and how two such sets are compared."""

from whorl.fingerprints.fingerprint import Fingerprint

__all__ = ["Fingerprint"]
