"""The exercises of `cavi`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.cavi.cavi import exercise as cavi
from dflvi.exercises.cavi.cavi_from_eta import exercise as cavi_from_eta
from dflvi.exercises.cavi.cavi_step import exercise as cavi_step
from dflvi.exercises.cavi.counterexample import exercise as counterexample
from dflvi.exercises.cavi.elbo import exercise as elbo
from dflvi.exercises.cavi.elbo_terms import exercise as elbo_terms
from dflvi.exercises.cavi.em_step import exercise as em_step
from dflvi.exercises.cavi.eta_c import exercise as eta_c
from dflvi.exercises.cavi.eta_mu import exercise as eta_mu
from dflvi.exercises.cavi.expected_loglik import exercise as expected_loglik
from dflvi.exercises.cavi.expected_loglik_ladder import exercise as expected_loglik_ladder
from dflvi.exercises.cavi.fit import exercise as fit
from dflvi.exercises.cavi.fit_elbo_gd import exercise as fit_elbo_gd
from dflvi.exercises.cavi.forward_kl import exercise as forward_kl
from dflvi.exercises.cavi.generalised_kl import exercise as generalised_kl
from dflvi.exercises.cavi.is_conditionally_conjugate import exercise as is_conditionally_conjugate
from dflvi.exercises.cavi.log_p import exercise as log_p
from dflvi.exercises.cavi.log_predictive import exercise as log_predictive
from dflvi.exercises.cavi.pseudo_kl import exercise as pseudo_kl
from dflvi.exercises.cavi.q2_1_1 import exercise as q2_1_1
from dflvi.exercises.cavi.q2_1_2 import exercise as q2_1_2
from dflvi.exercises.cavi.q2_1_3 import exercise as q2_1_3
from dflvi.exercises.cavi.q2_1_4 import exercise as q2_1_4
from dflvi.exercises.cavi.q2_2_1 import exercise as q2_2_1
from dflvi.exercises.cavi.q2_2_2 import exercise as q2_2_2
from dflvi.exercises.cavi.q2_2_3 import exercise as q2_2_3
from dflvi.exercises.cavi.q2_2_4 import exercise as q2_2_4
from dflvi.exercises.cavi.q2_3_1 import exercise as q2_3_1
from dflvi.exercises.cavi.q2_3_2 import exercise as q2_3_2
from dflvi.exercises.cavi.q2_3_3 import exercise as q2_3_3
from dflvi.exercises.cavi.q2_5_1 import exercise as q2_5_1
from dflvi.exercises.cavi.q2_5_2 import exercise as q2_5_2
from dflvi.exercises.cavi.q2_5_3 import exercise as q2_5_3
from dflvi.exercises.cavi.q2_5_4 import exercise as q2_5_4
from dflvi.exercises.cavi.q2_5_5 import exercise as q2_5_5
from dflvi.exercises.cavi.q2_6_1 import exercise as q2_6_1
from dflvi.exercises.cavi.q2_7_1 import exercise as q2_7_1
from dflvi.exercises.cavi.q2_7_2 import exercise as q2_7_2
from dflvi.exercises.cavi.q2_8_1 import exercise as q2_8_1
from dflvi.exercises.cavi.reverse_kl import exercise as reverse_kl
from dflvi.exercises.cavi.vb_limit import exercise as vb_limit

__all__ = ["cavi", "cavi_from_eta", "cavi_step", "counterexample", "elbo", "elbo_terms", "em_step", "eta_c", "eta_mu", "expected_loglik", "expected_loglik_ladder", "fit", "fit_elbo_gd", "forward_kl", "generalised_kl", "is_conditionally_conjugate", "log_p", "log_predictive", "pseudo_kl", "q2_1_1", "q2_1_2", "q2_1_3", "q2_1_4", "q2_2_1", "q2_2_2", "q2_2_3", "q2_2_4", "q2_3_1", "q2_3_2", "q2_3_3", "q2_5_1", "q2_5_2", "q2_5_3", "q2_5_4", "q2_5_5", "q2_6_1", "q2_7_1", "q2_7_2", "q2_8_1", "reverse_kl", "vb_limit"]
