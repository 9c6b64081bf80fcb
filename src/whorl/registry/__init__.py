"""Known models: what their pictures measured, where, when and by whom, in one file or a shared database."""

from whorl.registry.entry import Entry
from whorl.registry.merge import Merged
from whorl.registry.model import Measurement, RegisteredModel
from whorl.registry.provenance import Provenance
from whorl.registry.published import PUBLISHED, PUBLISHED_REFERENCE
from whorl.registry.registry import Registry

__all__ = [
    "PUBLISHED",
    "PUBLISHED_REFERENCE",
    "Entry",
    "Measurement",
    "Merged",
    "Provenance",
    "RegisteredModel",
    "Registry",
]
