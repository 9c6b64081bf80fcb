"""Finding a Reference's held-out pictures again."""

from __future__ import annotations

from typing import Any

from whorl.embeddings.embeddings import KEY_BYTES
from whorl.errors import ImageError
from whorl.images import ImageSource, Selection, open_images, pixel_digest
from whorl.memorization.contents import PictureSet
from whorl.sensitivity import draw


def held_out_pictures(test: PictureSet, given: Any, *, pictures: int, seed: int) -> ImageSource:
    """Return so many of a Reference's held-out pictures, at most, and make sure that they are the same.

    Where the Reference keeps no ids, all that was given is taken for P.

    Args:
        test: what the Reference remembers of P.
        given: P, or what P was taken out of, anything `whorl.open_images` takes.
        pictures: how many to draw.
        seed: fixes which.

    Raises:
        ImageError: none of its pictures is there, or one of those drawn is another now.
    """
    source = open_images(given)
    if test.ids is None:
        return draw(source, pictures, seed=seed)
    known = set(test.ids)
    indices = [index for index, name in enumerate(source.ids) if name in known]
    if not indices:
        raise ImageError(
            f"{source.name}: none of its pictures has the id of a held-out picture of this Reference (the first "
            f"is {test.ids[0]}). Give P as it was given when the Reference was built."
        )
    drawn = draw(Selection(source, indices), pictures, seed=seed)
    digests = test.digests()
    for index, name in enumerate(drawn.ids):
        if digests and digests[name] != pixel_digest(drawn[index])[: 2 * KEY_BYTES]:
            raise ImageError(
                f"{source.name}: picture {name} is another than the one this Reference was built with. Give P as "
                "it was."
            )
    return drawn
