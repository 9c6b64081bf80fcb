"""Text that names many files: list files, glob patterns, brace patterns."""

from __future__ import annotations

import glob
import re
from pathlib import Path

from whorl.errors import ImageError
from whorl.images.archive import opening
from whorl.images.kinds import container_kind, is_hidden, is_picture

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_MAX_EXPANDED = 1_000_000


def read_list(path: Path) -> list[str]:
    """Return the lines of a list file, without blank lines and # comments.

    Raises:
        ImageError: it is no UTF-8 text, names nothing, or names another list.
    """
    with opening(path, "UTF-8 list of paths"):
        text = path.read_text(encoding="utf-8-sig")
    lines = [line.strip() for line in text.splitlines()]
    named = [line for line in lines if line and not line.startswith("#")]
    if not named:
        raise ImageError(f"{path} names no pictures; expected one path per line, relative to {path.parent}.")
    nested = next((line for line in named if container_kind(line) == "list"), None)
    if nested is not None:
        raise ImageError(f"{path} names another list, {nested}; put its lines here instead.")
    return named


def is_pattern(text: str) -> bool:
    """Return whether a text that is no path may be a pattern.

    >>> is_pattern("shard-{000..009}.tar"), is_pattern("a/*.png"), is_pattern("a/b.png")
    (True, True, False)
    """
    return bool(_BRACES.search(text)) or glob.has_magic(text)


def expand_pattern(text: str) -> list[Path]:
    """Return the files and folders that a glob or brace pattern stands for, glob matches sorted.

    Files that are neither pictures nor collections do not count. What braces spell out must exist.

    Raises:
        ImageError: nothing matches, or something spelt out is missing.
    """
    found = []
    for spelt in expand_braces(text):
        if not glob.has_magic(spelt):
            if not Path(spelt).exists():
                raise ImageError(f"{spelt}, from the pattern {text}, does not exist; correct the pattern.")
            found.append(Path(spelt))
        else:
            matches = [Path(match) for match in sorted(glob.glob(spelt, recursive=True))]  # noqa: PTH207
            found.extend(match for match in matches if _meant(match, spelt))
    if not found:
        raise ImageError(f"nothing matches the pattern {text}: no picture, collection or folder.")
    return found


def expand_braces(text: str) -> list[str]:
    """Return the texts that `{000..009}` and `{a,b}` spell out, in order.

    Raises:
        ImageError: more than a million.

    >>> expand_braces("{a,b}-{08..10}.tar")
    ['a-08.tar', 'a-09.tar', 'a-10.tar', 'b-08.tar', 'b-09.tar', 'b-10.tar']
    """
    texts = [text]
    while match := _BRACES.search(texts[0]):
        choices = _choices(match.group(1))
        if len(choices) * len(texts) > _MAX_EXPANDED:
            raise ImageError(f"the pattern {text} stands for more than {_MAX_EXPANDED:,} files; correct it.")
        texts = [_BRACES.sub(lambda _, c=choice: c, each, count=1) for each in texts for choice in choices]  # type: ignore[misc]
    return texts


def _choices(inside: str) -> list[str]:
    spelt = _RANGE.fullmatch(inside)
    if not spelt:
        return inside.split(",")
    first, last = spelt.groups()
    if int(last) - int(first) >= _MAX_EXPANDED:
        raise ImageError(f"the range {{{inside}}} stands for more than {_MAX_EXPANDED:,} files; correct it.")
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def _meant(path: Path, pattern: str) -> bool:
    if path.is_dir():
        # `**` has gone into the folders already.
        return "**" not in pattern and not is_hidden(path.name)
    kind = container_kind(path.name)
    # A README.txt among pictures is no list of pictures, unless .txt was asked for.
    wanted = pattern.endswith(".txt") if kind == "list" else kind is not None or is_picture(path.name)
    return wanted and not is_hidden(path.name)
