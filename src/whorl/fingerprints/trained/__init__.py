"""Picture classifiers trained to name the model behind a picture: the trained baselines of arXiv 2407.21159.

Importing this package imports neither torch nor transformers; training does.
"""

from whorl.fingerprints.trained.classifier import PictureClassifier
from whorl.fingerprints.trained.epochs import EpochRecord
from whorl.fingerprints.trained.presets import PRESETS
from whorl.fingerprints.trained.recipe import TrainingRecipe
from whorl.fingerprints.trained.train import train_classifier
from whorl.fingerprints.trained.vote import majority_vote

__all__ = [
    "PRESETS",
    "EpochRecord",
    "PictureClassifier",
    "TrainingRecipe",
    "majority_vote",
    "train_classifier",
]
