"""Fingerprints: what a set of pictures tells of the model that made them, and how two such sets are compared.

The record alone is imported here, so that a registry can be looked through without the libraries that measure.
"""

from whorl.fingerprints.fingerprint import Fingerprint

__all__ = ["Fingerprint"]
