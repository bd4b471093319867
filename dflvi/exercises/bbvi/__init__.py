"""The exercises of `bbvi`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.bbvi.bbvi_grad import exercise as bbvi_grad
from dflvi.exercises.bbvi.bbvi_grad_samples import exercise as bbvi_grad_samples
from dflvi.exercises.bbvi.conditional_mc import exercise as conditional_mc
from dflvi.exercises.bbvi.control_variate_mc import exercise as control_variate_mc
from dflvi.exercises.bbvi.decompose import exercise as decompose
from dflvi.exercises.bbvi.eta_hat import exercise as eta_hat
from dflvi.exercises.bbvi.expected_score import exercise as expected_score
from dflvi.exercises.bbvi.fisher import exercise as fisher
from dflvi.exercises.bbvi.fisher_from_kl import exercise as fisher_from_kl
from dflvi.exercises.bbvi.fisher_from_score import exercise as fisher_from_score
from dflvi.exercises.bbvi.fisher_ladder import exercise as fisher_ladder
from dflvi.exercises.bbvi.fit_bbvi import exercise as fit_bbvi
from dflvi.exercises.bbvi.from_natural import exercise as from_natural
from dflvi.exercises.bbvi.kl import exercise as kl
from dflvi.exercises.bbvi.local_posterior import exercise as local_posterior
from dflvi.exercises.bbvi.log_normalizer_bernoulli import exercise as log_normalizer_bernoulli
from dflvi.exercises.bbvi.log_normalizer_categorical import exercise as log_normalizer_categorical
from dflvi.exercises.bbvi.log_normalizer_gamma import exercise as log_normalizer_gamma
from dflvi.exercises.bbvi.log_normalizer_gaussian import exercise as log_normalizer_gaussian
from dflvi.exercises.bbvi.log_normalizer_poisson import exercise as log_normalizer_poisson
from dflvi.exercises.bbvi.naive_mc import exercise as naive_mc
from dflvi.exercises.bbvi.optimal_c import exercise as optimal_c
from dflvi.exercises.bbvi.q3_10_1 import exercise as q3_10_1
from dflvi.exercises.bbvi.q3_10_2 import exercise as q3_10_2
from dflvi.exercises.bbvi.q3_10_3 import exercise as q3_10_3
from dflvi.exercises.bbvi.q3_1_1 import exercise as q3_1_1
from dflvi.exercises.bbvi.q3_1_2 import exercise as q3_1_2
from dflvi.exercises.bbvi.q3_2_1 import exercise as q3_2_1
from dflvi.exercises.bbvi.q3_2_2 import exercise as q3_2_2
from dflvi.exercises.bbvi.q3_5_1 import exercise as q3_5_1
from dflvi.exercises.bbvi.q3_6_1 import exercise as q3_6_1
from dflvi.exercises.bbvi.q3_6_2 import exercise as q3_6_2
from dflvi.exercises.bbvi.q3_6_3 import exercise as q3_6_3
from dflvi.exercises.bbvi.q3_6_4 import exercise as q3_6_4
from dflvi.exercises.bbvi.q3_8_1 import exercise as q3_8_1
from dflvi.exercises.bbvi.q3_8_2 import exercise as q3_8_2
from dflvi.exercises.bbvi.q3_8_3 import exercise as q3_8_3
from dflvi.exercises.bbvi.q3_8_4 import exercise as q3_8_4
from dflvi.exercises.bbvi.rb_terms import exercise as rb_terms
from dflvi.exercises.bbvi.sample_q import exercise as sample_q
from dflvi.exercises.bbvi.score_function_grad import exercise as score_function_grad
from dflvi.exercises.bbvi.score_gaussian import exercise as score_gaussian
from dflvi.exercises.bbvi.score_grad import exercise as score_grad
from dflvi.exercises.bbvi.score_grad_baseline import exercise as score_grad_baseline
from dflvi.exercises.bbvi.score_ladder import exercise as score_ladder
from dflvi.exercises.bbvi.score_samples import exercise as score_samples
from dflvi.exercises.bbvi.step_size import exercise as step_size
from dflvi.exercises.bbvi.stream_update import exercise as stream_update
from dflvi.exercises.bbvi.svi import exercise as svi
from dflvi.exercises.bbvi.svi_step import exercise as svi_step
from dflvi.exercises.bbvi.to_natural import exercise as to_natural
from dflvi.exercises.bbvi.total_variance_ladder import exercise as total_variance_ladder

__all__ = ["bbvi_grad", "bbvi_grad_samples", "conditional_mc", "control_variate_mc", "decompose", "eta_hat", "expected_score", "fisher", "fisher_from_kl", "fisher_from_score", "fisher_ladder", "fit_bbvi", "from_natural", "kl", "local_posterior", "log_normalizer_bernoulli", "log_normalizer_categorical", "log_normalizer_gamma", "log_normalizer_gaussian", "log_normalizer_poisson", "naive_mc", "optimal_c", "q3_10_1", "q3_10_2", "q3_10_3", "q3_1_1", "q3_1_2", "q3_2_1", "q3_2_2", "q3_5_1", "q3_6_1", "q3_6_2", "q3_6_3", "q3_6_4", "q3_8_1", "q3_8_2", "q3_8_3", "q3_8_4", "rb_terms", "sample_q", "score_function_grad", "score_gaussian", "score_grad", "score_grad_baseline", "score_ladder", "score_samples", "step_size", "stream_update", "svi", "svi_step", "to_natural", "total_variance_ladder"]
