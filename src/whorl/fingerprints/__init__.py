"""Fingerprints: what a set of pictures tells of the model that made them, and how two such sets are compared."""

from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.measure import FingerprintSpace, SetMeasurements, fingerprint_of
from whorl.fingerprints.similarity import similarity

__all__ = ["Fingerprint", "FingerprintSpace", "SetMeasurements", "fingerprint_of", "similarity"]
