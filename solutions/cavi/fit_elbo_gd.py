"""2.8  The same ELBO, climbed by gradient ascent."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures
from dflvi.checking.compare import Picture, Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def fit_elbo_gd(
    x: Float[Array, " N"], params0: dict[str, Array], sigma2: float | Scalar, lr: float | Scalar, steps: int
) -> tuple[dict[str, Array], Float[Array, " steps"]]:
    """Plain gradient ascent on the ELBO of the mixture, all of q at once.

    Args:
        x: data, [N].
        params0: where to start: {"logits": [N, K], "m": [K], "log_s2": [K]}, free numbers of any size. Row
            i of phi is the softmax of row i of the logits; the variance of q(mu_k) is exp(log_s2[k]).
        sigma2: prior variance of the means.
        lr: step size. No momentum, no schedule; the ELBO is the full sum over the data, not an average.
        steps: number of steps, a Python int.

    Returns:
        params: a dict like params0, after all steps.
        elbos: [steps], the ELBO in nats before (or after, as you like) each step.
    """
    x, sigma2 = jnp.asarray(x), jnp.asarray(sigma2)
    slope = jax.value_and_grad(lambda params: free_elbo(params, x, sigma2))

    def step(params, _):
        value, grads = slope(params)
        return jax.tree.map(lambda p, g: p + lr * g, params, grads), value

    return jax.lax.scan(step, params0, length=steps)


def free_elbo(params, x, sigma2):
    """The ELBO in nats (Blei et al., eq. 21) as a function of unconstrained numbers."""
    m, s2 = params["m"], jnp.exp(params["log_s2"])
    log_phi = jax.nn.log_softmax(params["logits"], axis=1)
    log_lik = -0.5 * (jnp.log(2 * jnp.pi) + (x[:, None] - m[None, :]) ** 2 + s2[None, :])
    labels = jnp.sum(jnp.exp(log_phi) * (log_lik - jnp.log(m.size) - log_phi))
    prior = -0.5 * jnp.sum(jnp.log(2 * jnp.pi * sigma2) + (m**2 + s2) / sigma2)
    return labels + prior + 0.5 * jnp.sum(1 + jnp.log(2 * jnp.pi) + params["log_s2"])


# ---- other right answers ----------------------------------------------------------------------


def with_a_python_loop(x, params0, sigma2, lr, steps):
    """Gradients of a loss, a for loop, the ELBO after each step."""
    params, trace = dict(params0), []
    for _ in range(steps):
        grads = jax.grad(lambda params: -free_elbo(params, x, sigma2))(params)
        params = {name: params[name] - lr * grads[name] for name in params}
        trace.append(free_elbo(params, x, sigma2))
    return params, jnp.array(trace)


def with_optax(x, params0, sigma2, lr, steps):
    """Optax's SGD on minus the ELBO, in another form of it."""
    import optax

    def loss(params):
        phi = jax.nn.softmax(params["logits"])
        m, v = params["m"], jnp.exp(params["log_s2"])
        square = jnp.subtract.outer(x, m) ** 2 + jnp.expand_dims(v, 0)
        cost = jnp.vdot(phi, square) / 2 + x.size * (jnp.log(2 * jnp.pi) / 2 + jnp.log(float(m.size)))
        divergence = (v + m**2) / sigma2 - 1 - jnp.log(v / sigma2)
        return cost - jax.scipy.special.entr(phi).sum() + divergence.sum() / 2

    optimizer = optax.sgd(lr)

    def step(carry, _):
        params, state = carry
        value, grads = jax.value_and_grad(loss)(params)
        updates, state = optimizer.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), -value

    (params, _), elbos = jax.lax.scan(step, (params0, optimizer.init(params0)), length=steps)
    return params, elbos


# ---- checks: cheap to deep --------------------------------------------------------------------

_SIGMA2, _LR, _STEPS = 4.0, 0.004, 10
_PARTS = ("logits", "m", "log_s2")


def _start(rng):
    x = mixtures.points(rng, 16, (-2.0, 2.5))
    logits, m = 0.7 * rng.normal(size=(16, 2)), np.array([-0.8, 1.1]) + 0.2 * rng.normal(size=2)
    log_s2 = rng.permutation([-0.9, 0.6])
    params = dict(zip(_PARTS, (part.astype(np.float32) for part in (logits, m, log_s2)), strict=True))
    return x, params


def _fit(attempt, x, params0, steps):
    params, elbos = fields(attempt(x, params0, _SIGMA2, _LR, steps), "params", "elbos")
    parts = fields(params, *_PARTS, what="params")
    where = f"N = {len(x)}, K = 2, lr = {_LR}, steps = {steps}"
    for part, name in zip(parts, _PARTS, strict=True):
        finite(has_shape(part, params0[name].shape, where=where, what=name), where=where, what=name)
    return parts, finite(has_shape(elbos, (steps,), where=where, what="elbos"), where=where, what="elbos")


def _at(x, parts):
    return mixtures.bound(x, _SIGMA2, *parts)


def the_elbo_rises_at_every_step(attempt):
    x, params0 = _start(attempt.rng)
    _, elbos = _fit(attempt, x, params0, _STEPS)
    elbos = elbos.astype(np.float64)
    worst = int(np.argmin(np.diff(elbos)))
    picture = Picture(np.arange(_STEPS), np.maximum.accumulate(elbos), elbos, "step", "ELBO (nats)")
    holds(bool(np.all(np.diff(elbos) > -1e-4)), "With steps this small the ELBO should rise at each of them.",
          value=elbos, where=f"N = 16, K = 2, lr = {_LR}, {_STEPS} steps", picture=picture,
          got=f"{elbos[worst]:.6g} and then {elbos[worst + 1]:.6g}")  # fmt: skip


def one_step_goes_along_the_gradient(attempt):
    x, params0 = _start(attempt.rng)
    start = tuple(params0[name] for name in _PARTS)
    parts, elbos = _fit(attempt, x, params0, 1)
    where = f"N = 16, K = 2, sigma2 = {_SIGMA2:g}, lr = {_LR}, steps = 1"
    slopes = mixtures.slopes(x, _SIGMA2, *start)
    for name, old, new, slope in zip(_PARTS[::-1], start[::-1], parts[::-1], slopes[::-1], strict=True):
        moved = (new.astype(np.float64) - old) / _LR
        close(moved, slope, Tolerance(1e-3, 1e-3), where=where, what=f"the step in {name}",
              says=f"the step in {name}, divided by lr, is the slope of the ELBO")  # fmt: skip
    before, after = _at(x, start), _at(x, parts)
    got = float(elbos[0])
    near = before if abs(got - before) < abs(got - after) else after
    close(elbos[0], near, Tolerance(1e-3, 1e-4), where=where, what="elbos",
          says=f"elbos[0] is the ELBO before the step, {before:.5g}, or after it, {after:.5g}")  # fmt: skip


def each_step_starts_where_the_last_one_ended(attempt):
    x, params0 = _start(attempt.rng)
    parts, elbos = _fit(attempt, x, params0, _STEPS)
    path = [tuple(params0[name].astype(np.float64) for name in _PARTS)]
    for _ in range(_STEPS):
        slopes = mixtures.slopes(x, _SIGMA2, *path[-1])
        path.append(tuple(part + _LR * slope for part, slope in zip(path[-1], slopes, strict=True)))
    where = f"N = 16, K = 2, sigma2 = {_SIGMA2:g}, lr = {_LR}, after {_STEPS} steps"
    for name, got, want in zip(_PARTS[::-1], parts[::-1], path[-1][::-1], strict=True):
        close(got, want, Tolerance(2e-3, 1e-3), where=where, what=name, says=name)
    trace = np.array([_at(x, point) for point in path])
    shift = int(abs(elbos[0] - trace[1]) < abs(elbos[0] - trace[0]))
    close(elbos, trace[shift : shift + _STEPS], Tolerance(2e-3, 1e-4), where=where, what="elbos",
          says="the ELBO along the way")  # fmt: skip


# ---- mistakes that need a helper --------------------------------------------------------------


def _with_slope(change):
    """Gradient ascent with gradients that `change` has had its hands on."""

    def fit(x, params0, sigma2, lr, steps):
        def step(params, _):
            value, grads = jax.value_and_grad(free_elbo)(params, x, sigma2)
            grads = change(params, grads)
            return jax.tree.map(lambda p, g: p + lr * g, params, grads), value

        return jax.lax.scan(step, params0, length=steps)

    return fit


def _momentum(x, params0, sigma2, lr, steps):
    """Heavy ball."""

    def step(carry, _):
        params, velocity = carry
        value, grads = jax.value_and_grad(free_elbo)(params, x, sigma2)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, grads)
        return (jax.tree.map(lambda p, v: p + lr * v, params, velocity), velocity), value

    zero = jax.tree.map(jnp.zeros_like, params0)
    (params, _), elbos = jax.lax.scan(step, (params0, zero), length=steps)
    return params, elbos


def _one_gradient_for_all(x, params0, sigma2, lr, steps):
    """Computes the gradient once."""
    grads = jax.grad(free_elbo)(params0, x, sigma2)
    walk = [jax.tree.map(lambda p, g, t=t: p + lr * t * g, params0, grads) for t in range(steps + 1)]
    return walk[-1], jnp.stack([free_elbo(params, x, sigma2) for params in walk[:-1]])


exercise = Exercise(
    fit_elbo_gd,
    question="2.8",
    minutes=15,
    difficulty=2,
    slow=True,
    hints=(
        "You have all the parts: an ELBO, and a library that differentiates it. What has to change "
        "before one may add a gradient to phi and s2 freely?",
        "Write the ELBO as a function of the dict: softmax of the logits, exp of log_s2, then the ELBO "
        "you know. Let JAX differentiate that function with respect to the dict as a whole.",
        "One step: `jax.value_and_grad` of the ELBO at params, then a `jax.tree.map` over parameters and "
        "gradients that adds lr times the one to the other. Repeat with `jax.lax.scan` and collect the "
        "values. For finite gradients take log phi from `jax.nn.log_softmax`, not from a log of phi.",
    ),
    checks=(
        the_elbo_rises_at_every_step,
        one_step_goes_along_the_gradient,
        each_step_starts_where_the_last_one_ended,
    ),
    variants=(with_a_python_loop, with_optax),
    mistakes=(
        Mistake(
            "downhill",
            one_edit("p + lr * g", "p - lr * g"),
            "The ELBO falls at every step. It is maximised; the minus sign belongs to a loss.",
            caught_by=the_elbo_rises_at_every_step,
        ),
        Mistake(
            "reports-the-loss",
            one_edit("return jax.lax.scan(step, params0, length=steps)",
                     "return (lambda end, trace: (end, -trace))(*jax.lax.scan(step, params0, length=steps))"),
            "The parameters climb and the trace goes down: `elbos` holds minus the ELBO.",
            caught_by=the_elbo_rises_at_every_step,
        ),
        Mistake(
            "mean-over-the-data",
            _with_slope(lambda params, grads: jax.tree.map(lambda g: g / len(params["logits"]), grads)),
            "Your steps are 16 times too short for 16 data: the ELBO was divided by N. It is a sum, and "
            "lr goes with it.",
            also=lambda x, start, sigma2, lr, steps: with_a_python_loop(x, start, sigma2, lr / x.size, steps),
            caught_by=one_step_goes_along_the_gradient,
        ),
        Mistake(
            "slope-in-s2",
            _with_slope(lambda params, g: {**g, "log_s2": g["log_s2"] / jnp.exp(params["log_s2"])}),
            "The step in log_s2 is the slope per unit of s2, not per unit of log s2. Compare a component "
            "with s2 = 1.8 and one with s2 = 0.4: one is too short and one too long.",
            caught_by=one_step_goes_along_the_gradient,
        ),
        Mistake(
            "phi-held-fixed",
            _with_slope(lambda params, g: {**g, "logits": jnp.zeros_like(g["logits"])}),
            "The logits stay where they were. All of q is to move at once, the responsibilities too.",
            caught_by=one_step_goes_along_the_gradient,
        ),
        Mistake(
            "no-entropy-of-the-labels",
            one_edit(" - log_phi)", ")", of=free_elbo),
            "The step in the logits is off, most where a datum is undecided: nothing rewards being "
            "undecided. One entropy is missing from your ELBO.",
            caught_by=one_step_goes_along_the_gradient,
        ),
        Mistake(
            "no-entropy-of-the-means",
            one_edit(" + params[\"log_s2\"])", ")", of=free_elbo),
            "Every log_s2 goes down, whatever its size. Nothing in your ELBO speaks for keeping q(mu_k) "
            "wide.",
            caught_by=one_step_goes_along_the_gradient,
        ),
        Mistake(
            "no-prior-of-the-means",
            one_edit("labels + prior +", "labels +", of=free_elbo),
            "The step in m is off by a piece that grows with m and not with the data: the pull of the "
            "prior towards zero is missing.",
            caught_by=one_step_goes_along_the_gradient,
        ),
        Mistake(
            "momentum",
            _momentum,
            "The first step is right, and the later ones are too long: they carry on what earlier ones "
            "had. Plain gradient ascent has no memory.",
            caught_by=each_step_starts_where_the_last_one_ended,
        ),
        Mistake(
            "one-gradient-for-all-steps",
            _one_gradient_for_all,
            "The first step is right, and after 10 you are where 10 times the first step leads. The "
            "gradient has to be computed anew at each point.",
            caught_by=each_step_starts_where_the_last_one_ended,
        ),
    ),
    answer="""
phi lives on simplices and s2 is positive, so q is written with free numbers: phi = softmax(logits), s2 =
exp(log_s2). Any step in them gives a lawful q, and JAX has the gradient. A scan carries the dict and
collects the ELBO.

On N = 200 data in three clear groups CAVI is done after some 7 sweeps, at about the cost of as many
gradients. Gradient ascent needs thousands of steps: its step size is limited by the steepest direction
(m, with a curvature of about n_k), while the logits of clear-cut data have almost no slope left. Above
that limit it diverges. A coordinate update knows the curvature of its block exactly and jumps to the top.
""",
    afterword="CAVI's steps are natural-gradient steps of length one, as question 3.1 will show.",
)
