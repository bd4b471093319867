"""The exercises of `cavi`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.cavi.cavi import exercise as cavi
from dflvi.exercises.cavi.cavi_step import exercise as cavi_step
from dflvi.exercises.cavi.counterexample import exercise as counterexample
from dflvi.exercises.cavi.fit_elbo_gd import exercise as fit_elbo_gd
from dflvi.exercises.cavi.generalised_kl import exercise as generalised_kl
from dflvi.exercises.cavi.log_predictive import exercise as log_predictive
from dflvi.exercises.cavi.pseudo_kl import exercise as pseudo_kl
from dflvi.exercises.cavi.q2_3_1 import exercise as q2_3_1
from dflvi.exercises.cavi.q2_3_2 import exercise as q2_3_2
from dflvi.exercises.cavi.q2_3_3 import exercise as q2_3_3
from dflvi.exercises.cavi.q2_8_1 import exercise as q2_8_1

__all__ = ["cavi", "cavi_step", "counterexample", "fit_elbo_gd", "generalised_kl", "log_predictive", "pseudo_kl", "q2_3_1", "q2_3_2", "q2_3_3", "q2_8_1"]
