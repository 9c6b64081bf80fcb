"""What can go wrong, as few classes as possible.

Every message names the file or value, what was expected, what was found, and the remedy.
"""


class WhorlError(Exception):
    """Anything Whorl refuses to do; the message says what to change."""


class ImageError(WhorlError):
    """A source of pictures, or one picture in it, cannot be read.

    Attributes:
        id: the picture's id in its source, or None where the source itself is at fault.
        reason: the cause alone, without the id, for lists of skipped pictures.
    """

    def __init__(self, message: str, *, id: str | None = None, reason: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.id = id
        self.reason = reason if reason is not None else message


class EncoderError(WhorlError):
    """An encoder cannot be loaded, lacks a layer, or gave something that is no embedding."""


class ScoreError(WhorlError):
    """A score is not defined for these inputs: too few pictures, no usable cell, NaN in embeddings."""


class StorageError(WhorlError):
    """A file of ours is damaged, foreign, already there, or could not be written."""


class WhorlWarning(UserWarning):
    """A result stands, but something about its inputs should be known before it is believed."""
