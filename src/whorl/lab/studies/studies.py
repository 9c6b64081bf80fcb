"""All studies, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from whorl.errors import WhorlError
from whorl.lab.studies.figure_1 import FIGURE_1
from whorl.lab.studies.figure_2 import FIGURE_2
from whorl.lab.studies.figure_3 import FIGURE_3
from whorl.lab.studies.figure_4 import FIGURE_4
from whorl.lab.studies.figure_5 import FIGURE_5
from whorl.lab.studies.figure_6 import FIGURE_6
from whorl.lab.studies.figure_7 import FIGURE_7
from whorl.lab.studies.generic_reference import GENERIC_REFERENCE
from whorl.lab.studies.study import Study
from whorl.lab.studies.table_1 import TABLE_1

_ALL = (
    *(FIGURE_1, FIGURE_2, FIGURE_3, FIGURE_4, FIGURE_5, FIGURE_6, FIGURE_7),
    TABLE_1,
    GENERIC_REFERENCE,
)
STUDIES: Mapping[str, Study] = MappingProxyType({study.name: study for study in _ALL})
"""In the paper's order."""


def study_named(name: str) -> Study:
    """Return a study.

    Raises:
        WhorlError: there is none of that name.
    """
    if name not in STUDIES:
        raise WhorlError(f"no study is called {name!r}; choose from {', '.join(STUDIES)}.")
    return STUDIES[name]
