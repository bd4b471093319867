"""The exercises of `conjugacy`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.conjugacy.affine_gaussian_cov import exercise as affine_gaussian_cov
from dflvi.exercises.conjugacy.affine_gaussian_ladder import exercise as affine_gaussian_ladder
from dflvi.exercises.conjugacy.affine_gaussian_logpdf import exercise as affine_gaussian_logpdf

__all__ = ["affine_gaussian_cov", "affine_gaussian_ladder", "affine_gaussian_logpdf"]
