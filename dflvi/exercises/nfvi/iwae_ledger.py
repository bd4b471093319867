"""6.7  From the evidence to the importance weighted bound, line by line."""

# Built from solutions/nfvi/iwae_ledger.py by `python -m solutions build`. Edit that file, not this one.

import itertools
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import compare, oracles
from dflvi.checking.exercise import Ladder
from dflvi.types import Step


def iwae_ledger(logp_xz: Float[Array, " m"], logq: Float[Array, " m"], k: int) -> list[Step]:
    """From log p(x) down to the bound L_k, in at least five lines, for a z with m values (m = 4 in the check).

    Args:
        logp_xz: log p(x, z) at the observed x for each z, [m].
        logq: log q(z|x) for each z, [m]. q sums to one, is nowhere 0, and is not the posterior.
        k: how many draws the bound has, a Python int; 2 or 3 in the check. All m^k outcomes can be listed.

    Returns:
        a list of `Step(value, because="...", relation="...")`. In this order:

        1. log p(x), from the joint, without q;
        2. the log of an average over q, of the weight w = p(x, z) / q(z|x);
        3. the log of the mean of k such averages, one for each of the draws z_1 to z_k;
        4. the log of an average over all k draws together, of the mean of their k weights;
        5. the average over all k draws together of the log of that mean, which is L_k.

    `relation` says how the line before relates to this one, "==" or ">=": where two lines are equal for every q, say
    so. `because` is one of DEFINITION (multiply and divide by q; a name for an average), LINEARITY (of averages),
    NORMALISATION (the average of a constant) and JENSEN. (Cremer, Li and Duvenaud 2018, eq. 12. Theirs starts from the
    posterior; importance sampling with q in its place leads to line 2.)
    """
    raise NotImplementedError("yours to write")


def _instance(rng):
    logp_xz = rng.normal(size=4) - rng.uniform(0, 3)
    logq = oracles.log_softmax(rng.normal(size=4))
    return logp_xz.astype(np.float32), logq.astype(np.float32), int(rng.integers(2, 4))


def _start(logp_xz, logq, k):
    return oracles.logsumexp(logp_xz)


def _end(logp_xz, logq, k):
    outcomes = np.array(list(itertools.product(range(4), repeat=k)))
    log_w = logp_xz.astype(np.float64) - logq
    values = oracles.logsumexp(log_w[outcomes], axis=1) - np.log(k)
    return np.exp(logq.astype(np.float64))[outcomes].prod(axis=1) @ values


class OneInequality(Ladder):
    """A ladder in which one step goes down, by Jensen's inequality, and all others keep the number."""

    def the_reasons_fit(self, attempt):
        """As in any ladder; and the inequality stands where Jensen's law is named, and nowhere else."""
        super().the_reasons_fit(attempt)
        for number, (_, because, relation) in enumerate(self._steps(attempt, self.instance(attempt.rng)), 1):
            loose = number > 1 and (relation == "==") == (because == "JENSEN")
            says = (
                f"Line {number} names Jensen's law and claims to be equal." if because == "JENSEN"
                else f"Line {number} is no more than the one before, you say. Is it not the same number, for every q?"
            )  # fmt: skip
            compare.holds(not loose, says, value=[number, float(loose)], where=f"line {number}")


exercise = OneInequality(
    iwae_ledger,
    question="6.7",
    minutes=20,
    difficulty=3,
    instance=_instance,
    unrelated=_instance,
    first=_start,
    last=_end,
    min_steps=5,
    reasons=("DEFINITION", "LINEARITY", "NORMALISATION", "JENSEN"),
    required=("JENSEN",),
    hints=(
        "Write p(x) as an average over q first: what has to be averaged?",
        "The mean of k independent weights has the same average as one weight. What does it have less of? And the log "
        "is concave: on which side of the log of an average does the average of the log lie?",
        "For lines 4 and 5 make two arrays with m^k entries, the chance of each outcome (z_1 to z_k) and the mean of "
        "its k weights. One draw more is an outer product of the chances and an outer sum of the weights.",
    ),
)
