"""The exercises of `conjugacy`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.conjugacy.PARENTS import exercise as PARENTS
from dflvi.exercises.conjugacy.affine_gaussian_cov import exercise as affine_gaussian_cov
from dflvi.exercises.conjugacy.affine_gaussian_ladder import exercise as affine_gaussian_ladder
from dflvi.exercises.conjugacy.affine_gaussian_logpdf import exercise as affine_gaussian_logpdf
from dflvi.exercises.conjugacy.evidence_ladder import exercise as evidence_ladder
from dflvi.exercises.conjugacy.free_energy import exercise as free_energy
from dflvi.exercises.conjugacy.gibbs_ladder import exercise as gibbs_ladder
from dflvi.exercises.conjugacy.joint import exercise as joint
from dflvi.exercises.conjugacy.kl import exercise as kl
from dflvi.exercises.conjugacy.kl_diag_std import exercise as kl_diag_std
from dflvi.exercises.conjugacy.kl_diag_std_ladder import exercise as kl_diag_std_ladder
from dflvi.exercises.conjugacy.kl_to_posterior import exercise as kl_to_posterior
from dflvi.exercises.conjugacy.log_joint import exercise as log_joint
from dflvi.exercises.conjugacy.log_likelihood import exercise as log_likelihood
from dflvi.exercises.conjugacy.map_estimate import exercise as map_estimate
from dflvi.exercises.conjugacy.mle import exercise as mle
from dflvi.exercises.conjugacy.n_free import exercise as n_free
from dflvi.exercises.conjugacy.posterior import exercise as posterior
from dflvi.exercises.conjugacy.q1_4_1 import exercise as q1_4_1
from dflvi.exercises.conjugacy.q1_4_2 import exercise as q1_4_2
from dflvi.exercises.conjugacy.q1_6_1 import exercise as q1_6_1
from dflvi.exercises.conjugacy.query import exercise as query
from dflvi.exercises.conjugacy.row_gradients import exercise as row_gradients
from dflvi.exercises.conjugacy.running_mean import exercise as running_mean
from dflvi.exercises.conjugacy.sample import exercise as sample

__all__ = ["PARENTS", "affine_gaussian_cov", "affine_gaussian_ladder", "affine_gaussian_logpdf", "evidence_ladder", "free_energy", "gibbs_ladder", "joint", "kl", "kl_diag_std", "kl_diag_std_ladder", "kl_to_posterior", "log_joint", "log_likelihood", "map_estimate", "mle", "n_free", "posterior", "q1_4_1", "q1_4_2", "q1_6_1", "query", "row_gradients", "running_mean", "sample"]
