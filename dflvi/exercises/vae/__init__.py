"""The exercises of `vae`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.vae.bernoulli_logprob import exercise as bernoulli_logprob
from dflvi.exercises.vae.code_stats import exercise as code_stats
from dflvi.exercises.vae.counterexample import exercise as counterexample
from dflvi.exercises.vae.decode import exercise as decode
from dflvi.exercises.vae.elbo_ladder import exercise as elbo_ladder
from dflvi.exercises.vae.elbo_terms import exercise as elbo_terms
from dflvi.exercises.vae.encode import exercise as encode
from dflvi.exercises.vae.enum_grad import exercise as enum_grad
from dflvi.exercises.vae.estimator_variance import exercise as estimator_variance
from dflvi.exercises.vae.forward import exercise as forward
from dflvi.exercises.vae.gaussian_kl import exercise as gaussian_kl
from dflvi.exercises.vae.gumbel_argmax import exercise as gumbel_argmax
from dflvi.exercises.vae.init_vae import exercise as init_vae
from dflvi.exercises.vae.neg_elbo import exercise as neg_elbo
from dflvi.exercises.vae.neg_elbo_mc import exercise as neg_elbo_mc
from dflvi.exercises.vae.nlpca_loss import exercise as nlpca_loss
from dflvi.exercises.vae.nlpca_reparameterize import exercise as nlpca_reparameterize
from dflvi.exercises.vae.path_samples import exercise as path_samples
from dflvi.exercises.vae.pathwise_grad import exercise as pathwise_grad
from dflvi.exercises.vae.q4_1_1 import exercise as q4_1_1
from dflvi.exercises.vae.q4_1_2 import exercise as q4_1_2
from dflvi.exercises.vae.q4_1_3 import exercise as q4_1_3
from dflvi.exercises.vae.q4_2_1 import exercise as q4_2_1
from dflvi.exercises.vae.q4_2_2 import exercise as q4_2_2
from dflvi.exercises.vae.q4_3_1 import exercise as q4_3_1
from dflvi.exercises.vae.q4_3_2 import exercise as q4_3_2
from dflvi.exercises.vae.q4_3_3 import exercise as q4_3_3
from dflvi.exercises.vae.q4_4_1 import exercise as q4_4_1
from dflvi.exercises.vae.q4_4_2 import exercise as q4_4_2
from dflvi.exercises.vae.q4_4_3 import exercise as q4_4_3
from dflvi.exercises.vae.q4_5_1 import exercise as q4_5_1
from dflvi.exercises.vae.q4_5_2 import exercise as q4_5_2
from dflvi.exercises.vae.q4_6_1 import exercise as q4_6_1
from dflvi.exercises.vae.q4_6_2 import exercise as q4_6_2
from dflvi.exercises.vae.q4_6_3 import exercise as q4_6_3
from dflvi.exercises.vae.relaxed_grad import exercise as relaxed_grad
from dflvi.exercises.vae.reparam_exponential import exercise as reparam_exponential
from dflvi.exercises.vae.reparam_normal import exercise as reparam_normal
from dflvi.exercises.vae.reparameterize import exercise as reparameterize
from dflvi.exercises.vae.sample_images import exercise as sample_images
from dflvi.exercises.vae.sample_nlpca import exercise as sample_nlpca
from dflvi.exercises.vae.score_grad import exercise as score_grad
from dflvi.exercises.vae.score_samples import exercise as score_samples
from dflvi.exercises.vae.theory_variance import exercise as theory_variance
from dflvi.exercises.vae.theta_star import exercise as theta_star
from dflvi.exercises.vae.train_vae import exercise as train_vae

__all__ = ["bernoulli_logprob", "code_stats", "counterexample", "decode", "elbo_ladder", "elbo_terms", "encode", "enum_grad", "estimator_variance", "forward", "gaussian_kl", "gumbel_argmax", "init_vae", "neg_elbo", "neg_elbo_mc", "nlpca_loss", "nlpca_reparameterize", "path_samples", "pathwise_grad", "q4_1_1", "q4_1_2", "q4_1_3", "q4_2_1", "q4_2_2", "q4_3_1", "q4_3_2", "q4_3_3", "q4_4_1", "q4_4_2", "q4_4_3", "q4_5_1", "q4_5_2", "q4_6_1", "q4_6_2", "q4_6_3", "relaxed_grad", "reparam_exponential", "reparam_normal", "reparameterize", "sample_images", "sample_nlpca", "score_grad", "score_samples", "theory_variance", "theta_star", "train_vae"]
