"""Studies of keys: a figure, a table, one page."""

from whorl.report.latent_study.display import LatentStudyDisplay
from whorl.report.latent_study.folder import holds_latent_study, write_latent_study
from whorl.report.latent_study.grids import study_grid

__all__ = ["LatentStudyDisplay", "holds_latent_study", "study_grid", "write_latent_study"]
