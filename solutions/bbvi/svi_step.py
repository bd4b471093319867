"""3.1  One step of stochastic variational inference."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.bbvi.eta_hat import eta_hat
from solutions.bbvi.from_natural import from_natural
from solutions.bbvi.to_natural import to_natural


def svi_step(
    eta: Float[Array, "2 K"], x_batch: Float[Array, " B"], rho: float | Scalar, sigma2: float | Scalar, n_total: int
) -> Float[Array, "2 K"]:
    """A step of length rho along the natural gradient of the ELBO, estimated from a batch.

    Args:
        eta: natural parameters of the factors q(mu_k), [2, K].
        x_batch: the batch, [B].
        rho: step size, from 0 (stay) to 1 (believe the batch alone).
        sigma2: prior variance of the means.
        n_total: how many data there are in all, an int.

    Returns:
        the new eta, [2, K]. With rho = 1 and all data as the batch it is a sweep of coordinate ascent (Hoffman
        et al. 2013, section 2).
    """
    return (1 - rho) * eta + rho * eta_hat(x_batch, eta, sigma2, n_total)


# ---- other right answers ----------------------------------------------------------------------


def as_a_move(eta, x_batch, rho, sigma2, n_total):
    """From where one is, towards the target."""
    direction = eta_hat(x_batch, eta, sigma2, n_total) - eta
    return eta + rho * direction


def by_the_gradient_in_the_mean_parameters(eta, x_batch, rho, sigma2, n_total):
    """Autodiff of the batch's ELBO, labels summed out at their best, in E[mu] and E[mu^2]."""

    def elbo(mean):
        fit = jnp.outer(x_batch, mean[0]) - jnp.expand_dims(mean[1], 0) / 2
        s2 = mean[1] - mean[0] ** 2
        data = n_total / x_batch.size * jax.scipy.special.logsumexp(fit, axis=1).sum()
        return data - jnp.sum(mean[1]) / (2 * sigma2) + jnp.sum(jnp.log(s2)) / 2

    s2 = -1 / (2 * eta[1])
    mean = jnp.stack([eta[0] * s2, (eta[0] * s2) ** 2 + s2])
    return eta + rho * jax.grad(elbo)(mean)


# ---- checks: cheap to deep --------------------------------------------------------------------

_SIGMA2, _N, _GRID = 4.0, 12, np.linspace(-15.0, 15.0, 4001)


def _start(rng):
    x = rng.permutation(mixtures.points(rng, _N, (-2.0, 0.5, 2.5)))
    eta = np.array([[-3.4, 1.2, 4.2], [-1.2, -0.6, -1.6]]) + 0.05 * rng.normal(size=(2, 3))
    return x, eta.astype(np.float32)


def _step(attempt, eta, x, rho):
    new = attempt(eta, x, rho, _SIGMA2, _N)
    return has_shape(new, (2, 3), where=f"B = {len(x)}, N = {_N}, K = 3, rho = {rho:g}").astype(np.float64)


def a_step_of_length_zero_stays(attempt):
    x, eta = _start(attempt.rng)
    close(_step(attempt, eta, x, 0.0), eta, where="rho = 0", says="eta after a step of length zero")


def a_short_step_goes_along_the_natural_gradient(attempt):
    # In mean and log variance, where the Fisher information is diagonal (1 / s2 and one half): that a short
    # step moves q in the same way in all coordinates is what makes the gradient natural. At rho = 0.01 the
    # bend of another path is below 3 %.
    x, eta = _start(attempt.rng)
    rho = 0.01
    m, s2 = mixtures.moments(eta, _GRID)
    new_m, new_s2 = mixtures.moments(_step(attempt, eta, x, rho), _GRID)
    logits = mixtures.log_fit(x, m, s2)
    in_m = oracles.gradient(lambda m: mixtures.bound(x, _SIGMA2, logits, m, np.log(s2)), m)
    in_log_s2 = oracles.gradient(lambda one: mixtures.bound(x, _SIGMA2, logits, m, one), np.log(s2))
    where, near = f"the batch is all N = {_N} data, K = 3, rho = {rho:g}", Tolerance(0.03, 0.06)
    close(np.log(new_s2 / s2) / rho, 2 * in_log_s2, near, where=where,
          says="how log s2 moves, divided by rho")  # fmt: skip
    close((new_m - m) / rho, s2 * in_m, near, where=where, says="how m moves, divided by rho")


def a_full_step_on_all_data_is_a_sweep(attempt):
    # After it no other m and s2 have a higher ELBO, with the responsibilities of before.
    x, eta = _start(attempt.rng)
    logits = mixtures.log_fit(x, *mixtures.moments(eta, _GRID))
    m, s2 = mixtures.moments(_step(attempt, eta, x, 1.0), _GRID)
    in_m = oracles.gradient(lambda m: mixtures.bound(x, _SIGMA2, logits, m, np.log(s2)), m)
    in_log_s2 = oracles.gradient(lambda one: mixtures.bound(x, _SIGMA2, logits, m, one), np.log(s2))
    where = f"the batch is all N = {_N} data, K = 3, rho = 1"
    says = "the ELBO still has a slope in {}"
    close(in_log_s2, np.zeros(3), Tolerance(2e-3, 0), where=where, says=says.format("log s2"), what="the slope")
    close(in_m, np.zeros(3), Tolerance(2e-3, 0), where=where, says=says.format("m"), what="the slope")


def steps_agree_on_average_with_that_of_all_data(attempt):
    x, eta = _start(attempt.rng)
    full = _step(attempt, eta, x, 0.3)
    parts = attempt.vmap(None, 0, None, None, None)(eta, x.reshape(4, 3), 0.3, _SIGMA2, _N)
    parts = has_shape(parts, (4, 2, 3), where=f"B = 3, N = {_N}, K = 3, rho = 0.3")
    mean, where = parts.astype(np.float64).mean(axis=0), f"four batches of 3 that make up all {_N} data, rho = 0.3"
    for row, name in ((1, "second"), (0, "first")):
        close(mean[row], full[row], Tolerance(1e-4, 1e-4), where=where,
              says=f"the {name} row of the new eta, averaged over the batches, against that of all data")  # fmt: skip


# ---- mistakes that are no edit of one place ---------------------------------------------------


def _fisher(eta):
    """The Hessian of the log normaliser of each factor, [K, 2, 2]."""
    return jax.vmap(jax.hessian(lambda e: -e[0] ** 2 / (4 * e[1]) - jnp.log(-2 * e[1]) / 2))(eta.T)


def _along(times_fisher):
    """Steps whose direction is the natural gradient, multiplied so many times by the Fisher information."""

    def step(eta, x_batch, rho, sigma2, n_total):
        way = eta_hat(x_batch, eta, sigma2, n_total) - eta
        for _ in range(times_fisher):
            way = jnp.einsum("kab,bk->ak", _fisher(eta), way)
        return eta + rho * way

    return step


def blends_mean_and_variance(eta, x_batch, rho, sigma2, n_total):
    """A straight line in (m, s2)."""
    old, new = jnp.stack(from_natural(eta)), jnp.stack(from_natural(eta_hat(x_batch, eta, sigma2, n_total)))
    return to_natural(*((1 - rho) * old + rho * new))


def another_blend_of_mean_and_variance(eta, x_batch, rho, sigma2, n_total):
    """The same, in another spelling."""
    m, s2 = from_natural(eta)
    hat = by_the_gradient_in_the_mean_parameters(eta, x_batch, 1.0, sigma2, n_total)
    s2 = s2 + rho * (-0.5 / hat[1] - s2)
    m = m + rho * (hat[0] / (-2 * hat[1]) - m)
    return jnp.stack([m, jnp.full_like(m, -0.5)]) / s2[None, :]


def straight_in_log_s2(eta, x_batch, rho, sigma2, n_total):
    """A natural gradient step, taken in m and log s2."""
    m, s2 = from_natural(eta)
    way = eta_hat(x_batch, eta, sigma2, n_total) - eta
    return to_natural(m + rho * s2 * (way[0] + 2 * m * way[1]), s2 * jnp.exp(rho * 2 * s2 * way[1]))


exercise = Exercise(
    svi_step,
    question="3.1",
    minutes=8,
    difficulty=2,
    hints=(
        "You know where the batch wants eta to be. How far does a step of length rho go on the way there?",
        "With rho = 0 you stay, with rho = 1 you are there, and in between you are on the straight line. In "
        "which coordinates is it straight?",
        "`(1 - rho) * ___ + rho * ___`, with eta and the target of `eta_hat`. Both are natural parameters, "
        "and you average them as they are.",
    ),
    checks=(
        a_step_of_length_zero_stays,
        a_short_step_goes_along_the_natural_gradient,
        a_full_step_on_all_data_is_a_sweep,
        steps_agree_on_average_with_that_of_all_data,
    ),
    variants=(as_a_move, by_the_gradient_in_the_mean_parameters),
    mistakes=(
        Mistake(
            "weights-exchanged",
            one_edit("(1 - rho) * eta + rho * eta_hat", "rho * eta + (1 - rho) * eta_hat"),
            "With rho = 0 your step goes all the way to the target, and with rho = 1 it stays. The two weights "
            "belong the other way round.",
            caught_by=a_step_of_length_zero_stays,
        ),
        Mistake(
            "old-eta-kept-in-full",
            one_edit("(1 - rho) * eta", "eta"),
            "Your step adds the target to where you were. At a fixed point, where both are the same, nothing "
            "should move, and yours moves.",
            caught_by=a_short_step_goes_along_the_natural_gradient,
        ),
        Mistake(
            "ordinary-gradient",
            _along(1),
            "Your direction changes when q is expressed in other coordinates: it is the ordinary gradient in "
            "eta. Divide out the curvature of the log normaliser, or find what is left when that is done on "
            "paper.",
            caught_by=a_short_step_goes_along_the_natural_gradient,
        ),
        Mistake(
            "fisher-multiplied",
            _along(2),
            "The gradient in eta is multiplied by the Fisher information where it should be solved with it. At "
            "s2 = 0.3 your steps come out far too short, and at s2 = 4 far too long.",
            caught_by=a_short_step_goes_along_the_natural_gradient,
        ),
        Mistake(
            "blends-mean-and-variance",
            blends_mean_and_variance,
            "With rho = 1 you agree with a sweep, and with rho = 0.01 you do not follow the natural gradient. "
            "Your step is a straight line, but in which coordinates?",
            also=another_blend_of_mean_and_variance,
            caught_by=a_short_step_goes_along_the_natural_gradient,
        ),
        Mistake(
            "straight-in-log-s2",
            straight_in_log_s2,
            "A short step is right. A long one leaves the path: you go straight in m and log s2, and there a "
            "step of length one does not end at the best factors.",
            caught_by=a_full_step_on_all_data_is_a_sweep,
        ),
        Mistake(
            "batch-taken-for-all",
            one_edit("sigma2, n_total)", "sigma2, x_batch.size)"),
            "On all data you are right. With a batch of 3 out of 12 the average step aims at the posterior of 3 "
            "data. Look at what you tell `eta_hat` about N.",
            caught_by=steps_agree_on_average_with_that_of_all_data,
        ),
    ),
    answer="""
The natural gradient in eta is $F^{-1} \\nabla_\\eta \\text{ELBO} = \\hat\\eta - \\eta$: with the responsibilities
at their best, $\\nabla_\\eta\\,\\text{ELBO} = F(\\eta)\\,(\\hat\\eta - \\eta)$, where F is the Hessian of the log
normaliser. So a step is

$$\\eta \\leftarrow \\eta + \\rho\\,(\\hat\\eta_B - \\eta) = (1 - \\rho)\\,\\eta + \\rho\\,\\hat\\eta_B .$$

No matrix is built and none inverted. An average of two lawful eta is lawful, so that s2 stays positive for
every rho from 0 to 1.
""",
    afterword="Coordinate ascent is this step with rho = 1 and a batch of everything.",
)
