"""Running an encoder over pictures: batches, device, progress, shards on disk, resume."""

from whorl.embeddings.embed import embed
from whorl.embeddings.embeddings import Embeddings, SkippedPicture, from_arrays
from whorl.embeddings.estimate import Estimate, estimate
from whorl.embeddings.options import EncodeOptions
from whorl.embeddings.pace import duration
from whorl.embeddings.progress import Progress
from whorl.embeddings.store import default_cache

__all__ = [
    "Embeddings",
    "EncodeOptions",
    "Estimate",
    "Progress",
    "SkippedPicture",
    "default_cache",
    "duration",
    "embed",
    "estimate",
    "from_arrays",
]
