"""What a study is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whorl.lab.studies.material import Material
from whorl.lab.studies.result import StudyResult


@dataclass(frozen=True)
class Study:
    """One figure or table of the paper as a program.

    Attributes:
        name: as on the command line, such as "figure-7".
        title: what it shows.
        asks: the question, as a sentence.
        check: refuses, within seconds, what `run` would refuse after hours.
        run: measures it.
    """

    name: str
    title: str
    asks: str
    check: Callable[[Material], None]
    run: Callable[[Study, Material], StudyResult]
