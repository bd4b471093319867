"""2.2  One step of EM for the Gaussian mixture."""

# Built from solutions/cavi/em_step.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def em_step(
    x: Float[Array, " N"], mu: Float[Array, " K"], var: float | Scalar = 1.0
) -> tuple[Float[Array, "N K"], Float[Array, " K"]]:
    """One E-step and one M-step for a mixture of K Gaussians with equal weights and a common, known variance.

    The model: c_i uniform over K components, x_i ~ N(mu_{c_i}, var). The means mu are parameters, without a prior.

    Args:
        x: data, [N].
        mu: the present means, [K]. No component is empty.
        var: the variance of each component.

    Returns:
        resp: p(c_i = k | x_i) under the present means, [N, K].
        mu: the means that maximise the expected log joint under resp, [K].

    Data can lie far out: x of 1,000 must give finite numbers in float32.
    """
    raise NotImplementedError("yours to write")


def _start(rng):
    """40 data in three overlapping groups of different sizes, and present means off the best ones."""
    x = mixtures.points(rng, 40, (-2.5, 0.5, 0.5, 3.0))
    mu = (np.array([-1.8, 0.9, 2.2]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, mu


def _step(attempt, x, mu, *var):
    resp, new = fields(attempt(x, mu, *var), "resp", "mu")
    where = f"N = {len(x)}, K = {len(mu)}" + (f", var = {var[0]:g}" if var else "")
    has_shape(resp, (len(x), len(mu)), where=where, what="the first result, resp,")
    has_shape(new, mu.shape, where=where, what="the second result, mu,")
    return resp, new


def rows_of_resp_are_distributions(attempt):
    x, mu = _start(attempt.rng)
    resp, _ = _step(attempt, x, mu)
    close(resp.sum(axis=1), np.ones(len(x)), where="N = 40, K = 3", says="each row of resp sums to one")


def far_data_give_finite_numbers(attempt):
    x, _ = _start(attempt.rng)
    x[:3] = [150.0, -1000.0, 1000.0]
    mu = np.array([-900.0, 20.0, 950.0], np.float32)
    where = "x from -1000 to 1000, mu = (-900, 20, 950)"
    resp, new = _step(attempt, x, mu)
    finite(resp, where=where, what="resp")
    finite(new, where=where, what="mu")


def resp_is_the_posterior_of_the_labels(attempt):
    x, mu = _start(attempt.rng)
    for var in ((), (2.5,), (0.4,)):
        resp, _ = _step(attempt, x, mu, *var)
        joint = np.exp(oracles.normal_logpdf(x[:, None].astype(np.float64), mu.astype(np.float64), *(var or (1.0,))))
        want = joint / joint.sum(axis=1, keepdims=True)
        where = f"N = 40, mu = {np.round(mu, 2)}" + (f", var = {var[0]:g}" if var else ", var left out")
        close(resp, want, Tolerance(2e-5, 2e-5), where=where, says="p(c_i = k | x_i)", what="resp")


def the_expected_log_joint_is_at_its_top(attempt):
    x, mu = _start(attempt.rng)
    for var in ((), (2.5,)):
        resp, new = _step(attempt, x, mu, *var)
        weights = np.asarray(resp, np.float64)

        def expected(at, var=var, weights=weights):
            return np.sum(weights * oracles.normal_logpdf(x[:, None].astype(np.float64), at, *(var or (1.0,))))

        where = f"N = 40, K = 3, var = {var[0] if var else 1:g}"
        slope = oracles.gradient(expected, finite(new, where=where, what="mu"), 1e-4)
        close(slope, np.zeros(3), Tolerance(2e-3, 0.0), where=where, what="the slope",
              says="the expected log joint under your resp still has a slope in mu")  # fmt: skip


exercise = Exercise(
    em_step,
    question="2.2",
    minutes=8,
    difficulty=1,
    hints=(
        "Two halves: what do the present means say of each label, and which means fit these labels best?",
        "The first is Bayes' rule for each datum alone, with a uniform prior on the label: one softmax a row. The "
        "second is question 1.3 without a prior, with data that count in part.",
        "Score of datum i under k: its log density at distance x_i - mu_k. Softmax over k. New mean of k: the average "
        "of the data, weighted with column k.",
    ),
    checks=(
        rows_of_resp_are_distributions,
        far_data_give_finite_numbers,
        resp_is_the_posterior_of_the_labels,
        the_expected_log_joint_is_at_its_top,
    ),
)
