"""How well methods name the models that made sets of pictures: Table 1 of arXiv 2407.21159, and more."""

from whorl.evaluation.results import Evaluation, Task

__all__ = ["Evaluation", "Task"]
