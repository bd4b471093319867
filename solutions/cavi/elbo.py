"""2.7  The ELBO of the Gaussian mixture, fit for gradients."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.cavi.elbo_terms import elbo_terms
from solutions.cavi.expected_loglik import expected_loglik  # noqa: F401 - edits of elbo_terms call it


def elbo(
    x: Float[Array, " N"],
    phi: Float[Array, "N K"],
    m: Float[Array, " K"],
    s2: Float[Array, " K"],
    sigma2: float | Scalar,
) -> Scalar:
    """The ELBO of the mixture in nats (Blei et al., eq. 21), with every constant: all five terms of `elbo_terms`.

    Args:
        x: data, [N].
        phi: responsibilities, [N, K]; each row is a distribution, and entries may be zero.
        m: means of the factors q(mu_k), [K].
        s2: variances of the factors q(mu_k), [K].
        sigma2: prior variance of the means.

    Returns:
        a number, never above log p(x). JAX must be able to differentiate it in phi, m and s2, and the
        gradient must be finite also where an entry of phi is zero.
    """
    return sum(elbo_terms(x, phi, m, s2, sigma2).values())


# ---- other right answers ----------------------------------------------------------------------


def by_kl_divergences(x, phi, m, s2, sigma2):
    """Average fit less two divergences from the priors, phi kept off zero by a tiny number."""
    log_phi = jnp.log(jnp.clip(phi, 1e-30))
    square = jnp.square(jnp.subtract.outer(x, m)) + jnp.expand_dims(s2, 0)
    fit = -0.5 * (jnp.vdot(phi, square) + x.size * jnp.log(2 * jnp.pi))
    of_labels = jnp.sum(phi * (log_phi + jnp.log(float(m.size))))
    of_means = 0.5 * jnp.sum((s2 + m**2) / sigma2 - 1 - jnp.log(s2 / sigma2))
    return fit - of_labels - of_means


def datum_by_datum(x, phi, m, s2, sigma2):
    """What each datum brings by `vmap`, with two `where`."""

    def of_one(x, weights):
        safe = jnp.where(weights > 0, weights, 1.0)
        surprise = jnp.where(weights > 0, jnp.log(safe), 0.0) + jnp.log(len(m))
        return jnp.sum(weights * (jax.scipy.stats.norm.logpdf(x, m) - s2 / 2 - surprise))

    means = jax.scipy.stats.norm.logpdf(m, scale=jnp.sqrt(sigma2)) - s2 / sigma2 / 2
    return jax.vmap(of_one)(x, phi).sum() + jnp.sum(means + (1 + jnp.log(2 * jnp.pi * s2)) / 2)


# ---- checks: cheap to deep --------------------------------------------------------------------

_SIGMA2, _N = 4.0, 9
_CLOSE = Tolerance(1e-3, 1e-5)  # sums of some thirty numbers of size ten in float32
_SLOPE = Tolerance(2e-3, 1e-4)  # of the ELBO, in nats a unit


def _case(rng):
    """Nine data in three overlapping groups, and factors whose variances differ and are of order one."""
    x = mixtures.points(rng, _N, (-2.5, 0.5, 3.0))
    phi = np.exp(oracles.log_softmax(rng.normal(size=(_N, 3)))).astype(np.float32)
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, phi, m, rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)


def _value(attempt, x, phi, m, s2, where):
    return finite(has_shape(attempt(x, phi, m, s2, _SIGMA2), (), where=where), where=where)


def _slopes(attempt, x, phi, m, s2, where):
    """The gradient along what is free: in logits of phi, m and log s2. Each part has to be finite before."""
    parts = attempt.grad((1, 2, 3))(x, phi, m, s2, _SIGMA2)
    parts = [finite(has_shape(part, like.shape, where=where, what=f"the gradient in {name}"), where=where,
                    what=f"the gradient in {name}").astype(np.float64)
             for part, like, name in zip(parts, (phi, m, s2), ("phi", "m", "s2"), strict=True)]  # fmt: skip
    in_phi, in_m, in_s2 = parts
    return phi * (in_phi - np.sum(phi * in_phi, axis=1, keepdims=True)), in_m, s2 * in_s2


def no_q_lies_above_the_log_evidence(attempt):
    # Of N = 9 and K = 2 all 512 ways of giving out labels are added up. Best q: each group by itself, as in 1.3.
    x = mixtures.points(attempt.rng, _N, (-4.0, 4.5))
    owner = np.arange(_N) % 2
    count = np.bincount(owner) + 1 / _SIGMA2
    m, s2 = (np.bincount(owner, x) / count).astype(np.float32), (1 / count).astype(np.float32)
    evidence = mixtures.log_evidence(x, _SIGMA2, 2)
    for doubt in (1e-6, 0.02, 0.3):
        phi = np.where(owner[:, None] == np.arange(2), 1 - doubt, doubt).astype(np.float32)
        where = f"N = {_N}, K = 2, groups at -4 and 4.5, q near the posterior, log p(x) = {evidence:.5g}"
        value = float(_value(attempt, x, phi, m, s2, where))
        holds(value <= evidence + 1e-3, "Your ELBO lies above log p(x), summed over all labels.", value=value,
              where=where, expected=f"at most {evidence:.6g}", got=f"{value:.6g}")  # fmt: skip


def one_component_ends_at_the_log_evidence(attempt):
    # With K = 1 the posterior is in the family, and x is jointly normal.
    x = mixtures.points(attempt.rng, _N, (1.5,))
    precision = 1 / _SIGMA2 + _N
    m, s2 = np.array([x.sum() / precision], np.float32), np.array([1 / precision], np.float32)
    evidence = oracles.multivariate_normal_logpdf(x, 0.0, np.eye(_N) + _SIGMA2)
    where = f"K = 1, N = {_N}, sigma2 = {_SIGMA2:g}, q the exact posterior"
    value = _value(attempt, x, np.ones((_N, 1), np.float32), m, s2, where)
    known = {"the posterior variance over sigma2": float(s2[0]) / _SIGMA2}
    close(value, evidence, _CLOSE, where=where, says="the ELBO, which is log p(x) here", known=known)


def an_impossible_label_leaves_the_gradient_finite(attempt):
    x, _, _, s2 = _case(attempt.rng)
    x[:3] = 150.0, 2.0, -120.0
    m = np.array([100.0, 0.0, -100.0], np.float32)
    phi = np.exp(oracles.log_softmax(mixtures.log_fit(x, m, s2)))
    phi = np.where(phi < 1e-30, 0.0, phi).astype(np.float32)
    where = "x = 150, m = (100, 0, -100), so that phi = (1, 0, 0)"
    _value(attempt, x, phi, m, s2, where)
    _slopes(attempt, x, phi, m, s2, where)


def is_level_in_each_block_at_its_best(attempt):
    x, _, m, s2 = _case(attempt.rng)
    phi = np.exp(oracles.log_softmax(mixtures.log_fit(x, m, s2))).astype(np.float32)
    says = "the slope of the ELBO in {} is zero where {} is best"
    in_phi, _, _ = _slopes(attempt, x, phi, m, s2, f"N = {_N}, K = 3, s2 = {s2}")
    close(in_phi, np.zeros(phi.shape), _SLOPE, where=f"s2 = {s2}, phi the best for m and s2",
          says=says.format("the logits of phi", "phi"), what="the slope")  # fmt: skip
    # Newton steps: the bound is quadratic in m, and a line in s2 plus half a log.
    logits = mixtures.logits_of(phi)
    slope = mixtures.slopes(x, _SIGMA2, logits, m, np.log(s2))
    further = mixtures.slopes(x, _SIGMA2, logits, m + 1.0, np.log(s2))
    m = (m - slope[1] / (further[1] - slope[1])).astype(np.float32)
    s2 = (s2 * 0.5 / (0.5 - slope[2])).astype(np.float32)
    _, in_m, in_log_s2 = _slopes(attempt, x, phi, m, s2, "m and s2 the best for phi")
    close(in_m, np.zeros(3), _SLOPE, where="m the best for phi", says=says.format("m", "it"), what="the slope")
    close(in_log_s2, np.zeros(3), _SLOPE, where="s2 the best for phi", says=says.format("log s2", "s2"),
          what="the slope")  # fmt: skip


def is_the_average_over_q_everywhere(attempt):
    x, phi, m, s2 = _case(attempt.rng)
    where = f"N = {_N}, K = 3, sigma2 = {_SIGMA2:g}, s2 = {s2}"
    logits = mixtures.logits_of(phi)
    order = [2, 0, 1]
    value = _value(attempt, x, phi, m, s2, where)
    renamed = _value(attempt, x, phi[:, order], m[order], s2[order], where)
    close(renamed, value, _CLOSE, where="components 1, 2, 3 renamed 3, 1, 2", says="names do not count")
    known = {"N log K": _N * np.log(3.0), "log K": np.log(3.0)}
    close(value, mixtures.bound(x, _SIGMA2, logits, m, np.log(s2)), _CLOSE, where=where, known=known,
          says="the average of log p - log q, by quadrature")  # fmt: skip
    slopes = mixtures.slopes(x, _SIGMA2, logits, m, np.log(s2))
    got = _slopes(attempt, x, phi, m, s2, where)
    for name, mine, true in zip(("the logits of phi", "m", "log s2"), got, slopes, strict=True):
        close(mine, true, _SLOPE, where=where, says=f"the slope in {name}, by differences", what="the slope")


exercise = Exercise(
    elbo,
    question="2.7",
    minutes=8,
    difficulty=2,
    differentiable=True,
    hints=(
        "You have the five terms. What is left is to add them, and to look at what their gradient does where a label "
        "is impossible.",
        "Values that are finite do not make finite gradients: with phi = 0, the derivative of phi log phi is minus "
        "infinity, and JAX multiplies it by zero. `jax.scipy.special.xlogy` and `entr` have the same trouble.",
        "Let the log never see a zero: put a harmless number in its place with `jnp.where` *before* the log is "
        "taken. A `where` around the finished product comes too late, since JAX differentiates both branches.",
    ),
    checks=(
        no_q_lies_above_the_log_evidence,
        one_component_ends_at_the_log_evidence,
        an_impossible_label_leaves_the_gradient_finite,
        is_level_in_each_block_at_its_best,
        is_the_average_over_q_everywhere,
    ),
    variants=(by_kl_divergences, datum_by_datum),
    mistakes=(
        Mistake(
            "log-k-once-a-component",
            one_edit("-x.size * jnp.log(m.size)", "-m.size * jnp.log(m.size)", of=elbo_terms),
            "With two clear groups your ELBO is above log p(x), which no ELBO can be. The labels pay for N = 9 choices "
            "among K; yours pays for K.",
            caught_by=no_q_lies_above_the_log_evidence,
        ),
        Mistake(
            "no-prior-of-the-labels",
            one_edit('"prior_c": -x.size * jnp.log(m.size)', '"prior_c": 0.0', of=elbo_terms),
            "Your ELBO exceeds log p(x) by some nats for each datum: a term that does not depend on q was dropped. It "
            "moves no maximum, and without it this is no bound.",
            also=lambda x, phi, m, s2, sigma2: by_kl_divergences(x, phi, m, s2, sigma2) + len(x) * jnp.log(len(m)),
            caught_by=no_q_lies_above_the_log_evidence,
        ),
        Mistake(
            "prior-at-the-mean-only",
            one_edit(" - 0.5 * s2 / sigma2", "", of=elbo_terms),
            "For K = 1 and the exact posterior your ELBO is a little above log p(x), by an amount that vanishes for "
            "wide priors: the log prior was taken at m_k and not averaged.",
            caught_by=one_component_ends_at_the_log_evidence,
        ),
        Mistake(
            "sign-of-the-entropy-of-the-means",
            one_edit('"ent_mu": 0.5', '"ent_mu": -0.5', of=elbo_terms),
            "At K = 1 the two should be equal and yours is off, the more the further s2 is from 0.06. Does "
            "your ELBO pay q for being wide, or charge it?",
            caught_by=one_component_ends_at_the_log_evidence,
        ),
        Mistake(
            "gaussian-entropy-without-e",
            one_edit("2 * jnp.pi * jnp.e * s2", "2 * jnp.pi * s2", of=elbo_terms),
            "With a single component the bound should touch log p(x), and it stays half a nat below whatever the data "
            "are. One of your entropies lacks its constant.",
            caught_by=one_component_ends_at_the_log_evidence,
        ),
        Mistake(
            "nan-gradient-at-zero",
            one_edit("phi * log_phi", "jax.scipy.special.xlogy(phi, phi)", of=elbo_terms),
            "The value is finite and the gradient is nan as soon as a component is impossible for some datum, here x = "
            "150. The slope of phi log phi at zero is infinite.",
            caught_by=an_impossible_label_leaves_the_gradient_finite,
        ),
        Mistake(
            "nan-value-at-zero",
            one_edit("jnp.where(phi > 0, phi, 1.0)", "phi", of=elbo_terms),
            "One datum that cannot belong to some component, x = 150 here, and the whole ELBO is nan: zero times the "
            "log of zero.",
            caught_by=an_impossible_label_leaves_the_gradient_finite,
        ),
        Mistake(
            "sign-of-the-entropy-of-the-labels",
            one_edit('"ent_c": -jnp', '"ent_c": jnp', of=elbo_terms),
            "Your bound prefers labels that are certain: at the best phi it still has a slope, away from every "
            "undecided row. Which sign does an entropy have in an ELBO?",
            caught_by=is_level_in_each_block_at_its_best,
        ),
        Mistake(
            "no-gradient-through-the-labels",
            one_edit("elbo_terms(x, phi,", "elbo_terms(x, jax.lax.stop_gradient(phi),"),
            "The values are right and nothing reaches phi: its gradient is zero everywhere, also far from the best "
            "phi. That zero is not the one you want to see.",
            caught_by=is_the_average_over_q_everywhere,
        ),
        Mistake(
            "log-k-for-every-pair",
            one_edit("-x.size * jnp.log(m.size)", "-x.size * m.size * jnp.log(m.size)", of=elbo_terms),
            "All slopes are right and the value is too low, for K = 3 by 18 log 3: the log prior of a label was added "
            "once for every component instead of once.",
            caught_by=is_the_average_over_q_everywhere,
        ),
    ),
    answer="""
The ELBO is the sum of the five terms. For the gradient, the log of phi must not see a zero:
phi * log(where(phi > 0, phi, 1)) has value 0 and slope 0 there. (phi * log(phi) is nan already as a value; xlogy
and entr have the right value and a nan gradient.)

At the best phi the *raw* gradient in phi is not zero: the entries of a row are constrained to sum to one, so at
a maximum the gradient only has to be constant along each row, and that constant is the Lagrange multiplier. In
the logits, which are free, it vanishes. Three gates need no reference at all: below log p(x) by enumeration,
equal to it for K = 1, level in each block after that block's update.
""",
    afterword="Those three tests work for the ELBO of any model that you write in the future.",
)
