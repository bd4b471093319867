"""The exercises of `flows`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.flows.coupling import exercise as coupling
from dflvi.exercises.flows.coupling_inv import exercise as coupling_inv
from dflvi.exercises.flows.elbo_sample import exercise as elbo_sample
from dflvi.exercises.flows.energy import exercise as energy
from dflvi.exercises.flows.fit_energy import exercise as fit_energy
from dflvi.exercises.flows.fit_nice import exercise as fit_nice
from dflvi.exercises.flows.free_energy import exercise as free_energy
from dflvi.exercises.flows.init_nice import exercise as init_nice
from dflvi.exercises.flows.nice_forward import exercise as nice_forward
from dflvi.exercises.flows.nice_inverse import exercise as nice_inverse
from dflvi.exercises.flows.nice_logprob import exercise as nice_logprob
from dflvi.exercises.flows.nice_sample import exercise as nice_sample
from dflvi.exercises.flows.planar_push import exercise as planar_push
from dflvi.exercises.flows.q5_1_1 import exercise as q5_1_1
from dflvi.exercises.flows.q5_1_2 import exercise as q5_1_2
from dflvi.exercises.flows.q5_1_3 import exercise as q5_1_3
from dflvi.exercises.flows.q5_1_4 import exercise as q5_1_4
from dflvi.exercises.flows.q5_2_1 import exercise as q5_2_1
from dflvi.exercises.flows.q5_2_2 import exercise as q5_2_2
from dflvi.exercises.flows.q5_3_1 import exercise as q5_3_1
from dflvi.exercises.flows.q5_3_2 import exercise as q5_3_2
from dflvi.exercises.flows.q5_3_3 import exercise as q5_3_3
from dflvi.exercises.flows.q5_5_1 import exercise as q5_5_1
from dflvi.exercises.flows.q5_5_2 import exercise as q5_5_2
from dflvi.exercises.flows.q5_5_3 import exercise as q5_5_3
from dflvi.exercises.flows.q5_6_1 import exercise as q5_6_1
from dflvi.exercises.flows.q5_6_2 import exercise as q5_6_2
from dflvi.exercises.flows.q5_6_3 import exercise as q5_6_3
from dflvi.exercises.flows.q5_6_4 import exercise as q5_6_4
from dflvi.exercises.flows.q5_6_5 import exercise as q5_6_5
from dflvi.exercises.flows.recon_error import exercise as recon_error
from dflvi.exercises.flows.relation_table import exercise as relation_table
from dflvi.exercises.flows.vae_flow_forward import exercise as vae_flow_forward
from dflvi.exercises.flows.vae_flow_inverse import exercise as vae_flow_inverse
from dflvi.exercises.flows.vae_flow_ladder import exercise as vae_flow_ladder
from dflvi.exercises.flows.vae_flow_loglik import exercise as vae_flow_loglik

__all__ = ["coupling", "coupling_inv", "elbo_sample", "energy", "fit_energy", "fit_nice", "free_energy", "init_nice", "nice_forward", "nice_inverse", "nice_logprob", "nice_sample", "planar_push", "q5_1_1", "q5_1_2", "q5_1_3", "q5_1_4", "q5_2_1", "q5_2_2", "q5_3_1", "q5_3_2", "q5_3_3", "q5_5_1", "q5_5_2", "q5_5_3", "q5_6_1", "q5_6_2", "q5_6_3", "q5_6_4", "q5_6_5", "recon_error", "relation_table", "vae_flow_forward", "vae_flow_inverse", "vae_flow_ladder", "vae_flow_loglik"]
