"""6.4  The log density of a flow at somebody else's point."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake
from dflvi.types import Planar, Scalar
from solutions.nfvi.chain import chain
from solutions.nfvi.planar_inverse import planar_inverse


def logq_at(params: Planar, z: Float[Array, " d"]) -> Scalar:
    """The log density of a planar flow over a base N(0, I), at a point that was not drawn from it.

    Args:
        params: a lawful stack of planar layers, with a leading axis K on every field.
        z: the point, [d], anywhere.

    Returns:
        its log density, a number, in nats, to the last digits that the numbers have.

    Nobody tells you the draw that would have led there, so you have to look for it. You may call your `planar_inverse`
    and your `chain`. Nobody will differentiate it. (Rezende and Mohamed 2015, eq. 13.)
    """
    eps, _ = jax.lax.scan(lambda z, one: (planar_inverse(one, z), None), z, params, reverse=True)
    return -0.5 * jnp.sum(eps**2 + jnp.log(2 * jnp.pi)) - chain("planar", params, eps)[1]


# ---- other right answers ----------------------------------------------------------------------


def from_the_last_layer(params, z):
    """A Python loop from the last layer to the first, each volume taken off as soon as its point is found."""
    logq = 0.0
    for k in reversed(range(len(params.b))):
        one = jax.tree.map(lambda field, k=k: field[k], params)
        z = planar_inverse(one, z)
        h = jnp.tanh(jnp.sum(one.w * z) + one.b)
        logq = logq - jnp.log1p(jnp.sum(one.w * one.u) * (1 - h) * (1 + h))
    return logq + jnp.sum(jax.scipy.stats.norm.logpdf(z))


def in_numpy(params, z):
    """NumPy in float64, halving written out."""
    z, logq = np.asarray(z, np.float64), 0.0
    for u, w, b in list(zip(*(np.asarray(field, np.float64) for field in params), strict=True))[::-1]:
        c, wu = w @ z, w @ u
        low, high = c - abs(wu), c + abs(wu)
        for _ in range(60):
            a = (low + high) / 2
            low, high = (low, a) if a + wu * np.tanh(a + b) > c else (a, high)
        h = np.tanh(a + b)
        z, logq = z - u * h, logq - np.log(1 + wu * (1 - h * h))
    return logq - 0.5 * np.sum(z**2) - 0.5 * len(z) * np.log(2 * np.pi)


# ---- checks: cheap to deep --------------------------------------------------------------------

_N, _K = 29, 2  # points along a side
_TICKS = np.linspace(-7, 7, _N)
_GRID = np.stack(np.meshgrid(_TICKS, _TICKS), axis=-1).reshape(-1, 2)
_CELL = (_TICKS[1] - _TICKS[0]) ** 2


def _gentle(rng):
    """A flow that a coarse grid can sum."""
    stack = planar_flows.random_planar(rng, 2, _K, size=0.4)
    w = 0.8 * stack.w / np.linalg.norm(stack.w, axis=1, keepdims=True)
    wu = np.sum(w * stack.u, axis=1)
    u = stack.u + ((np.clip(wu, -0.5, 1.0) - wu) / 0.64)[:, None] * w
    return stack._replace(u=u, w=w, b=0.3 * stack.b)


def _called(attempt, params, points, where):
    logq = has_shape(attempt.float64.vmap(None, 0)(params, points), (len(points),), where=where, what="logq")
    return finite(logq, where=where, what="logq").astype(np.float64)


def one_point_gives_a_number(attempt):
    params = _gentle(attempt.rng)
    params = type(params)(*(field.astype(np.float32) for field in params))
    finite(has_shape(attempt(params, attempt.rng.normal(size=2).astype(np.float32)), (), what="logq"), what="logq")


def it_integrates_to_one(attempt):
    params = _gentle(attempt.rng)
    where = f"K = {_K}, d = 2, {_N} x {_N} points from -7 to 7"
    total = float(np.exp(_called(attempt, params, _GRID, where)).sum() * _CELL)
    truth = float(np.exp(planar_flows.log_density("planar", params, _GRID)).sum() * _CELL)
    holds(abs(total - truth) < 2e-3, "exp(logq) does not integrate to one.", value=total, tolerance=1e-3, where=where,
          expected=f"{truth:.4f}", got=f"{total:.4f}")  # fmt: skip


def it_agrees_with_the_way_there(attempt):
    params = planar_flows.random_planar(attempt.rng, 2, _K)
    eps = attempt.rng.normal(size=(len(_GRID), 2))
    z, stretch = planar_flows.chain("planar", params, eps)
    where = f"K = {_K}, d = 2, at {len(_GRID)} draws of the flow itself, float64"
    got = _called(attempt, params, z, where)
    want = planar_flows.standard_normal(eps) - stretch
    close(got, want, T64._replace(abs=1e-8), where=where, what="logq",
          says="the log density against the account of the way there")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def _with(params, z, order=-1, sign=-1.0, base_at="start", volume_at="start", undo=planar_inverse):
    start = z
    for k in range(len(params.b))[::order]:
        start = undo(jax.tree.map(lambda field, k=k: field[k], params), start)
    base = -0.5 * jnp.sum((start if base_at == "start" else z) ** 2) - 0.5 * z.shape[-1] * jnp.log(2 * jnp.pi)
    return base + sign * chain("planar", params, start if volume_at == "start" else z)[1]


def _taken_back_from_where_it_is(one, z):
    return z - one.u * jnp.tanh(one.w @ z + one.b)


def _roughly(one, z):
    exact = planar_inverse(one, z)
    return exact + 1e-4 * one.u


exercise = Exercise(
    logq_at,
    question="6.4",
    minutes=10,
    difficulty=2,
    hints=(
        "Which two quantities does the density of the flow consist of, and at which point is each of them?",
        "Find the draw first: undo the layers one by one. In which order?",
        "A scan over the stack with reverse=True and `planar_inverse` gives the draw; from there it is `logq_along`.",
    ),
    checks=(
        one_point_gives_a_number,
        it_integrates_to_one,
        it_agrees_with_the_way_there,
    ),
    variants=(from_the_last_layer, in_numpy),
    mistakes=(
        Mistake(
            "the-draw-and-its-density",
            lambda params, z: (z, logq_at(params, z)),
            "Two things come back where one number is asked for. The point is known to whoever called you.",
            caught_by=one_point_gives_a_number,
        ),
        Mistake(
            "the-point-as-a-draw",
            lambda params, z: -0.5 * jnp.sum(z**2 + jnp.log(2 * jnp.pi)) - chain("planar", params, z)[1],
            "You treat the point as if it were a draw from the base, and it is one from the far end. What you return "
            "does not integrate to one.",
            also=lambda params, z: _with(params, z, undo=lambda one, z: z),
            caught_by=it_integrates_to_one,
        ),
        Mistake(
            "sign-of-the-volume",
            lambda params, z: _with(params, z, sign=1.0),
            "The draw is right, and its account has the wrong sign: you go back, but the volumes that `chain` tells "
            "are those of the way there.",
            caught_by=it_integrates_to_one,
        ),
        Mistake(
            "volume-at-the-given-point",
            lambda params, z: _with(params, z, volume_at="end"),
            "The layers' stretch is measured from the point that was given. `chain` wants the place where it all "
            "began.",
            caught_by=it_integrates_to_one,
        ),
        Mistake(
            "layers-undone-in-their-order",
            lambda params, z: _with(params, z, order=1),
            "With one layer you are right. With two, you take off first what was put on first, and beneath the other.",
            caught_by=it_integrates_to_one,
        ),
        Mistake(
            "the-flow-the-other-way",
            lambda params, z: (lambda end: -0.5 * jnp.sum(end[0] ** 2 + jnp.log(2 * jnp.pi)) + end[1])(
                chain("planar", params, z)
            ),
            "It integrates to one and is another density: that of the flow which runs from the point to the base. At "
            "its own draws the two differ.",
            caught_by=it_agrees_with_the_way_there,
        ),
        Mistake(
            "a-root-that-is-nearly-one",
            lambda params, z: _with(params, z, undo=_roughly),
            "Right to four digits or so. Your search for the root stops early; from a figure nobody would see it.",
            caught_by=it_agrees_with_the_way_there,
        ),
    ),
    answer="""
The same sum as on the way there, after the draw has been found: K searches for a root, of some sixty tanhs each, one
after the other.

**Part b, model answer.** Variational inference needs: draws (forwards), log-determinants on the way, derivatives, a
one-to-one map, and few parameters, since the encoder puts them out for every x. Planar, radial, Sylvester and inverse
autoregressive flows have that. Density estimation needs the way from an outside point to the base for every datum in
every step: coupling layers and masked autoregressive flows have that, and those of the latter draw slowly. Which end is
called the base is a convention: a planar flow that is *defined* from the data to the base gives quick likelihoods of
data and slow draws.

**Rubric.** Which operations each task uses; the names in the table of this question; parameters put out for each x;
direction as a convention; a use in which both are wanted.
""",
    afterword="The same density, for sixty times the work.",
)
