"""6.7  From the evidence to the importance weighted bound, line by line."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import compare, oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
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
    q, w = jnp.exp(logq), jnp.exp(logp_xz - logq)
    probability, mean_weight = q, w / k
    for _ in range(k - 1):  # all outcomes of one more draw
        probability = (probability[:, None] * q[None]).ravel()
        mean_weight = (mean_weight[:, None] + w[None] / k).ravel()
    return [
        Step(jax.nn.logsumexp(logp_xz)),
        Step(jnp.log(q @ w), because="DEFINITION"),
        Step(jnp.log(sum(q @ w for _ in range(k)) / k), because="NORMALISATION"),
        Step(jnp.log(probability @ mean_weight), because="LINEARITY"),
        Step(probability @ jnp.log(mean_weight), because="JENSEN", relation=">="),
    ]


# ---- other right answers ----------------------------------------------------------------------


def outcome_by_outcome(logp_xz, logq, k):
    """Lists the outcomes in Python and sums in the log domain."""
    outcomes = np.array(list(itertools.product(range(len(logq)), repeat=k)))
    log_chance = logq[outcomes].sum(axis=1)
    log_w = logp_xz - logq
    log_mean = jax.nn.logsumexp(log_w[outcomes], axis=1) - jnp.log(k)
    return [
        (jnp.log(jnp.exp(logp_xz).sum()),),
        (jax.nn.logsumexp(logq + log_w), "definition", "=="),
        (jax.nn.logsumexp(jnp.stack([logq + log_w] * k)) - jnp.log(k), "linearity", "=="),
        (jax.nn.logsumexp(log_chance + log_mean), "linearity", "=="),
        (jnp.sum(jnp.exp(log_chance) * log_mean), "jensen", ">="),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


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


# ---- mistakes that are no edit of the reference -----------------------------------------------


def upwards(logp_xz, logq, k):
    steps = iwae_ledger(logp_xz, logq, k)[::-1]
    rest = [Step(step.value, "LINEARITY") for step in steps[2:]]
    return [Step(steps[0].value), Step(steps[1].value, "JENSEN", "<="), *rest]


def upwards_in_tuples(logp_xz, logq, k):
    steps = outcome_by_outcome(logp_xz, logq, k)
    return [(steps[4][0],), (steps[3][0], "jensen", "<="), *((step[0], "definition") for step in steps[2::-1])]


def in_three_lines(logp_xz, logq, k):
    steps = iwae_ledger(logp_xz, logq, k)
    return [steps[0], steps[3], steps[4]]


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
    variants=(outcome_by_outcome,),
    hints=(
        "Write p(x) as an average over q first: what has to be averaged?",
        "The mean of k independent weights has the same average as one weight. What does it have less of? And the log "
        "is concave: on which side of the log of an average does the average of the log lie?",
        "For lines 4 and 5 make two arrays with m^k entries, the chance of each outcome (z_1 to z_k) and the mean of "
        "its k weights. One draw more is an outer product of the chances and an outer sum of the weights.",
    ),
    mistakes=(
        Mistake(
            "in-three-lines",
            in_three_lines,
            "From log p(x) to an average over k draws in one line. First one draw, then k of them side by side, then "
            "all together.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "upwards",
            upwards,
            "Your ladder starts at the bound. Start from log p(x) and go down, so that the line with the inequality is "
            "the last.",
            also=upwards_in_tuples,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "jensen-turned-round",
            one_edit('relation=">="', 'relation="<="'),
            "Your last line claims to be the larger one. Try two weights, 1 and 3: the log of their mean is 0.69, and "
            "the mean of their logs is 0.55.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "weights-not-divided",
            lambda logp_xz, logq, k: [
                *iwae_ledger(logp_xz, logq, k)[:3],
                *[step._replace(value=step.value + jnp.log(k)) for step in iwae_ledger(logp_xz, logq, k)[3:]],
            ],
            "Line 4 is above line 3, by the log of k: k weights are added up there, and not divided.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "weights-normalised",
            lambda logp_xz, logq, k: [
                *iwae_ledger(logp_xz, logq, k)[:3],
                *[step._replace(value=0.0 * step.value) for step in iwae_ledger(logp_xz, logq, k)[3:]],
            ],
            "From line 4 on you have the log of one. Weights that were normalised have forgotten p(x).",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "log-inside-the-mean",
            one_edit("probability @ jnp.log(mean_weight)", "q @ jnp.log(w)"),
            "Your last line has the log inside of the mean over the k weights. It is a bound, and the same one for "
            "every k.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "inequality-at-importance-sampling",
            one_edit('because="DEFINITION"', 'because="DEFINITION", relation=">="'),
            "At importance sampling you write an inequality. Nothing is lost there: work it out for any q you like, "
            "and the two numbers are the same.",
            caught_by="the_reasons_fit",
        ),
        Mistake(
            "jensen-not-named",
            one_edit('because="JENSEN"', 'because="LINEARITY"'),
            "The one line that goes down has a law with a name, about averages and concave functions.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
1. $\\log p(x) = \\log\\sum_z p(x,z)$
2. $= \\log \\mathbb E_q[w]$, $w = p(x,z)/q(z|x)$: multiply and divide by q. In the words of importance sampling, q
   stands in for p(z|x), and $w = p(x)\\,p(z|x)/q(z|x)$.
3. $= \\log\\frac1k\\sum_i \\mathbb E_q[w_i]$: the mean of k equal numbers.
4. $= \\log\\mathbb E[\\frac1k\\sum_i w_i]$, over $z_1, \\dots, z_k$ independent from q.
5. $\\ge \\mathbb E[\\log\\frac1k\\sum_i w_i] = L_k$: Jensen, the log is concave.

Equality holds for all k exactly if w is constant, that is if q is the posterior. $L_k$ does not fall as k grows: the
mean of k weights is the average of the means over its subsets of k - 1, and Jensen once more gives
$L_{k-1} \\le L_k$. For p(x, z) = (.12, .09, .06, .03) and q = (.1, .2, .3, .4): log p(x) = -1.2040, and L_1 to L_4 are
-1.6604, -1.4796, -1.3996, -1.3548.
""",
    afterword="One inequality, at one place. All else is bookkeeping of averages.",
)
