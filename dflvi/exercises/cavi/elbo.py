"""2.7  The ELBO of the Gaussian mixture, fit for gradients."""

# Built from solutions/cavi/elbo.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


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
    raise NotImplementedError("yours to write")

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
)
