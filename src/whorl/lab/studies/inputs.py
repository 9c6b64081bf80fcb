"""What the user gives a study to work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whorl.embeddings import EncodeOptions
from whorl.embeddings.progress import Progress
from whorl.encoders import Encoder
from whorl.lab.studies.sizes import StudySize
from whorl.neighbors import Metric


@dataclass(frozen=True, kw_only=True)
class StudyInputs:
    """Data, encoders, and what was made before; what is missing is made where it is needed.

    Attributes:
        folder: of all studies: References, zoo and segmenter that they make lie in it, for the next one.
        size: how large.
        train, test: T and P, anything `whorl.open_images` takes; None where References are given and no study
            trains or alters anything.
        encoders: names, folders or encoders, each to fit a Reference with.
        references: folders of fitted References.
        zoo: a zoo's folder, or one of sets by architecture and run; None trains a zoo.
        segmenter: a trained segmenter's folder; None trains one.
        landscapes: photographs; None leaves the swap on landscapes out.
        landscape_classes: their labels to use; None uses all.
        generic: a Reference of another data set.
        generic_train, generic_test: T and P of another data set, to fit one with the first encoder.
        metric: of the References that are fitted.
        trained: names of trained methods in Table 1, see `whorl.fingerprints.trained.PRESETS`.
        weights: their pretrained weights, by name.
        seed: fixes everything drawn.
        device: auto, cpu, mps, cuda or cuda:N.
        progress: True shows it on stderr.
        options: see `whorl.embeddings.EncodeOptions`.
    """

    folder: Path
    size: StudySize
    train: Any = None
    test: Any = None
    encoders: tuple[str | Path | Encoder, ...] = ()
    references: tuple[str | Path, ...] = ()
    zoo: Path | None = None
    segmenter: Path | None = None
    landscapes: Any = None
    landscape_classes: tuple[str, ...] | None = None
    generic: str | Path | None = None
    generic_train: Any = None
    generic_test: Any = None
    metric: Metric = "euclidean"
    trained: tuple[str, ...] = ()
    weights: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    device: str = "auto"
    progress: bool | Progress = False
    options: EncodeOptions = field(default_factory=EncodeOptions)
