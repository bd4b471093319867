"""5.6  A planar flow fitted to an energy."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from dflvi import train
from dflvi.checking.compare import Wrong, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Planar, Scalar
from solutions.flows.free_energy import free_energy


def fit_energy(key: Key, U: Callable[[Float[Array, " 2"]], Scalar], K: int, steps: int) -> Any:
    """Fit a planar flow to the density proportional to exp(-U): make the free energy small.

    Args:
        key: for the start and for all draws; the same key gives the same result.
        U: an energy, a function of one point [2], such that exp(-U) has a finite integral. No window is added here.
        K: number of planar layers, a Python int. With K = 0 the flow is its base alone.
        steps: number of steps of the optimiser, a Python int. With 0 you get the parameters that the fit starts from.

    Returns:
        the parameters that your `planar_push` reads, a structure of your own choice that JAX can take apart. It holds
        a mean and a log standard deviation for each of the two coordinates of the base, trained like the rest, and K
        layers (u, w, b). At the start the base is N(0, I), or close to it, and the layers do little; no w is 0.

    Adam on an estimate of F, with fresh draws at each step. What is made small is E_q[log q + beta U], with beta small
    at first, so that q does not fall into one of several modes before it has seen the others, and beta = 1 for a good
    part of the run: min(1, 0.01 + 4 t / steps) at step t, say. A check gives you up to 1,000 steps and expects the fit
    of a Gaussian after 400. (`dflvi.train.fit(..., numbered=True)` hands t to your loss. The paper, eq. 20, had
    500,000 steps and beta = 1 from the 9,900th on.)
    """
    key_start, key_fit = jax.random.split(key)
    key_u, key_w = jax.random.split(key_start)
    layers = Planar(0.1 * jax.random.normal(key_u, (K, 2)), jax.random.normal(key_w, (K, 2)), jnp.zeros(K))
    params = {"mean": jnp.zeros(2), "log_s": jnp.zeros(2), "layers": layers}
    if steps == 0:
        return params

    def loss(params, key, t):
        beta = jnp.minimum(1.0, 0.01 + 4 * t / steps)
        return free_energy(key, params, lambda z: beta * U(z), 256)

    adam = optax.adam(optax.cosine_decay_schedule(0.02 if steps < 1500 else 0.01, steps))
    return train.fit(loss, params, key_fit, steps, adam, numbered=True)[0]


# ---- other right answers ----------------------------------------------------------------------


def with_adam_by_hand(key, U, K, steps):
    """The loop and Adam written out, a linear decay, keys folded in; layers that start as the identity."""
    w = jnp.stack([jnp.cos(2.4 * jnp.arange(K)), jnp.sin(2.4 * jnp.arange(K))], axis=-1)
    b = jax.random.uniform(jax.random.fold_in(key, 1), (K,), minval=-1, maxval=1)
    u = 0.05 * jax.random.normal(jax.random.fold_in(key, 2), (K, 2))
    params = {"mean": jnp.zeros(2), "log_s": jnp.zeros(2), "layers": Planar(u, w, b)}

    def step(carry, t):
        params, first, second = carry
        beta = jnp.clip(5.0 * t / max(steps, 1), 0.02, 1.0)
        draws = jax.random.fold_in(key, 3 + t)
        g = jax.grad(lambda p: free_energy(draws, p, lambda z: beta * U(z), 200))(params)
        first = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, first, g)
        second = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, second, g)
        lr = 0.02 * (1 - t / steps) / (1 - 0.9 ** (t + 1.0)) * jnp.sqrt(1 - 0.999 ** (t + 1.0))
        params = jax.tree.map(lambda p, a, c: p - lr * a / (jnp.sqrt(c) + 1e-8), params, first, second)
        return (params, first, second), None

    zeros = jax.tree.map(jnp.zeros_like, params)
    if steps == 0:
        return params
    return jax.lax.scan(step, (params, zeros, zeros), jnp.arange(steps))[0][0]


# ---- checks: cheap to deep --------------------------------------------------------------------

_MIDDLE, _SPREAD = (1.2, -0.7), (0.5, 1.5)


def hill(z):
    """The energy of a Gaussian with other means and spreads than the base starts with."""
    return 0.5 * ((z[..., 0] - 1.2) / 0.5) ** 2 + 0.5 * ((z[..., 1] + 0.7) / 1.5) ** 2


def bay(z):
    """A Gaussian bent along a parabola."""
    return 0.5 * (z[..., 0] / 1.2) ** 2 + 0.5 * ((z[..., 1] - z[..., 0] ** 2 + 1.0) / 0.4) ** 2


def _pushed(attempt, params, eps, where):
    result = attempt.companion("planar_push").vmap(None, 0)(params, eps.astype(np.float32))
    z, logq = fields(result, "z", "logq", what="planar_push")
    z = finite(has_shape(z, eps.shape, where=where, what="z"), where=where, what="z")
    logq = finite(has_shape(logq, eps.shape[:1], where=where, what="logq"), where=where, what="logq")
    return z.astype(np.float64), logq.astype(np.float64)


def _kl(attempt, params, U, log_z, where):
    """By quadrature over the noise, so that no inverse is needed; and the points."""
    ticks = np.linspace(-5, 5, 61)
    eps = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    weights = np.exp(-0.5 * np.sum(eps**2, axis=1))
    z, logq = _pushed(attempt, params, eps, where)
    return float(weights @ (logq + U(z) + log_z) / weights.sum()), z


def a_start_is_a_flow_that_does_little(attempt):
    where = "K = 2, steps = 0"
    eps = attempt.rng.normal(size=(40, 2))
    starts = [_pushed(attempt, attempt.keep(key, hill, 2, 0), eps, where)[0] for key in (attempt.key(), attempt.key())]
    differ = bool(np.abs(starts[0] - starts[1]).max() > 1e-6)
    holds(differ, "Two keys give the same start.", value=float(differ), where=where)
    spread = np.std(starts[0], axis=0)
    holds(bool(np.all((spread > 0.2) & (spread < 4))), "The start should be close to N(0, I).", where=where,
          value=np.clip(np.log(spread + 1e-9), -2, 2), tolerance=0.1, got=f"spreads of {spread.round(2)}")  # fmt: skip


def without_layers_it_finds_a_gaussian(attempt):
    where = "K = 0, steps = 400, a Gaussian with means (1.2, -0.7) and spreads (0.5, 1.5)"
    params = attempt.keep(attempt.key(), hill, 0, 400)
    corners, _ = _pushed(attempt, params, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), where)
    middle, spread = corners[0], np.abs([corners[1, 0] - corners[0, 0], corners[2, 1] - corners[0, 1]])
    ratio = spread / _SPREAD
    kl = float(np.sum(0.5 * (ratio**2 + ((middle - _MIDDLE) / _SPREAD) ** 2 - 1) - np.log(np.maximum(ratio, 1e-30))))
    if not np.isfinite(kl):
        raise Wrong("The fit ends with parameters that are not finite, or with a spread of zero.", where=where)
    # 256 fresh draws a step and a rate that decays leave less than 0.001; a constant rate of 0.02 about 0.01.
    holds(kl < 0.05, "The target is a Gaussian, which the base alone could fit exactly, and the fit does not find it.",
          value=np.clip([np.log(max(kl, 0.05)), *np.log(np.maximum(ratio, 1e-30))], -2.5, 2.5), tolerance=0.1,
          where=where, expected="a KL divergence of nearly 0 nats",
          got=f"{kl:.3g} nats; middle {middle.round(2)}, spreads {spread.round(2)}")  # fmt: skip


def its_layers_learn_to_bend(attempt):
    where = "K = 4, steps = 700, a Gaussian bent along a parabola, the better of two keys"
    log_z = np.log(2 * np.pi * 1.2 * 0.4)
    fits = [_kl(attempt, attempt.keep(key, bay, 4, 700), bay, log_z, where) for key in (attempt.key(), attempt.key())]
    kl = min(kl for kl, _ in fits)
    holds(kl < 0.6, "With four layers the fit is hardly better than a Gaussian can be: do the layers learn?",
          value=float(np.clip(kl, 0.6, 3)), tolerance=0.2, where=where,
          expected="about 0.1 nats; the best Gaussian has 1.2", got=f"{kl:.3g} nats")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def _fit(key, U, K, steps, loss_of=None, start=None, rate=0.02, trains=("mean", "log_s", "layers")):
    loss_of = loss_of or (lambda key, p, U, beta: free_energy(key, p, lambda z: beta * U(z), 256))
    start = fit_energy(key, U, K, 0) if start is None else start

    def loss(params, key, t):
        fixed = {name: part if name in trains else jax.lax.stop_gradient(part) for name, part in params.items()}
        return loss_of(key, fixed, U, jnp.minimum(1.0, 0.01 + 4 * t / steps))

    optimizer = optax.adam(optax.cosine_decay_schedule(rate, max(steps, 1)))
    return train.fit(loss, start, jax.random.fold_in(key, 1), steps, optimizer, numbered=True)[0]


def _small_beta(key, p, U, beta):
    return free_energy(key, p, lambda z: 0.2 * beta * U(z), 256)


def _entropy_left_out(key, p, U, beta):
    flat = lambda z: 0.0 * z[0]  # noqa: E731
    return free_energy(key, p, lambda z: beta * U(z), 256) - free_energy(key, p, flat, 256)


exercise = Exercise(
    fit_energy,
    question="5.6",
    minutes=25,
    difficulty=2,
    needs=("planar_push",),
    slow=True,
    hints=(
        "Everything is there: a start, a loss from `free_energy`, and Adam. What is new is that the loss changes while "
        "it runs.",
        "U goes into `free_energy` as a function. Which function stands for a target that is nearly flat?",
        "A loss of (params, key, beta) gives `free_energy` the energy z -> beta U(z). `train.fit` "
        "hands over t with `numbered=True`, and a `lax.scan` over t is as good. Answer with the start if `steps` is 0.",
    ),
    checks=(
        a_start_is_a_flow_that_does_little,
        without_layers_it_finds_a_gaussian,
        its_layers_learn_to_bend,
    ),
    variants=(with_adam_by_hand,),
    mistakes=(
        Mistake(
            "one-start-for-all-keys",
            lambda key, U, K, steps: _fit(key, U, K, steps, start=fit_energy(jax.random.key(3), U, K, 0)),
            "All restarts begin at the same place, whatever key you are given, and several restarts are worth one.",
            caught_by=a_start_is_a_flow_that_does_little,
        ),
        Mistake(
            "a-far-start",
            lambda key, U, K, steps: _fit(
                key, U, K, steps, start={**fit_energy(key, U, K, 0), "log_s": jnp.full(2, 3.0)}
            ),
            "Before any step your draws lie 20 units apart. Is a standard deviation where its log should be?",
            caught_by=a_start_is_a_flow_that_does_little,
        ),
        Mistake(
            "returns-the-start",
            one_edit("numbered=True)[0]", "numbered=True) and params"),
            "After 400 steps the flow is still where it began. Which of the two sets of parameters do you return? And "
            "are mean and spread of the base among what is trained?",
            also=lambda key, U, K, steps: fit_energy(key, U, K, 0),
            caught_by=without_layers_it_finds_a_gaussian,
        ),
        Mistake(
            "uphill",
            one_edit("return free_energy(", "return -free_energy("),
            "The fit runs away from its target, further with each step. Optax makes a loss "
            "smaller; what do you hand to it?",
            caught_by=without_layers_it_finds_a_gaussian,
        ),
        Mistake(
            "beta-never-reaches-one",
            lambda key, U, K, steps: _fit(key, U, K, steps, _small_beta),
            "Middle right, spreads too wide by one and the same factor: this is the fit of a flatter target. Look at "
            "the last value of beta, and at how many steps it has been there.",
            also=lambda key, U, K, steps: _fit(
                key, U, K, steps, lambda key, p, U, beta: free_energy(key, p, lambda z: 0.2 * U(z), 256)
            ),
            caught_by=without_layers_it_finds_a_gaussian,
        ),
        Mistake(
            "collapse",
            lambda key, U, K, steps: _fit(key, U, K, steps, _entropy_left_out),
            "Your flow falls onto the lowest point of U and shrinks there, towards a single point. What should have "
            "kept it wide?",
            caught_by=without_layers_it_finds_a_gaussian,
        ),
        Mistake(
            "steps-too-small",
            lambda key, U, K, steps: _fit(key, U, K, steps, rate=3e-3),
            "The fit is on its way, in the right direction, and is not half way there after 400 steps.",
            caught_by=without_layers_it_finds_a_gaussian,
        ),
        Mistake(
            "layers-not-trained",
            lambda key, U, K, steps: _fit(key, U, K, steps, trains=("mean", "log_s")),
            "A Gaussian target is found, and with layers the fit is no better than without. Do u, w and b get their "
            "share of the steps?",
            also=lambda key, U, K, steps: {**fit_energy(key, U, K, 0), **{
                name: part for name, part in fit_energy(key, U, 0, steps).items() if name != "layers"}},
            caught_by=its_layers_learn_to_bend,
        ),
    ),
    answer="""
The loss at step t is the free energy of beta_t U: a flat target at first, over which q spreads, and then the true one.
Without that, some fits of U1 end on one of its two sides, with a KL of ln 2, since no slope tells a flow that
has lost a mode that there was one. Beta has to be 1 long before the end: the fit of beta U is a fit of something else.

Adam's rate falls to zero so that the last steps average the noise of 256 draws away. Different keys end at different
fits, since F has many minima; run several, compare their F, keep the least, and report all of them.
""",
    afterword="No sample of the target was ever drawn, and its normaliser was never known. `solutions/planar_fast.py` "
    "has the same flow laid out for speed: two long vectors in place of points, and all that depends on the parameters "
    "alone is computed before the loop over layers.",
)
