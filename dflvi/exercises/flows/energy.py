"""5.6  Four energies of the plane."""

# Built from solutions/flows/energy.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def energy(name: str) -> Callable[[Float[Array, " 2"]], Scalar]:
    """One of four energies U. Each stands for the density that is proportional to exp(-U(z)), z in the plane.

    Args:
        name: "U1", "U2", "U3" or "U4". For another name raise a ValueError that says which there are.

    Returns:
        a function that takes one point z, [2], and returns U(z) in nats, a 0-d array. JAX must be able to
        differentiate it in z, everywhere: at z = (0, 0) too. It has to be finite far out as well, at (0, 40) for
        instance, where each exp within a log is 0 in floating point.

    With w1 = sin(2 pi z1 / 4), w2 = 3 exp(-[(z1 - 1) / 0.6]^2 / 2), w3 = 3 sigmoid((z1 - 1) / 0.3):

        U1 = [(|z| - 2) / 0.4]^2 / 2 - log( exp(-[(z1 - 2) / 0.6]^2 / 2) + exp(-[(z1 + 2) / 0.6]^2 / 2) )
        U2 = [(z2 - w1) / 0.4]^2 / 2
        U3 = -log( exp(-[(z2 - w1) / 0.35]^2 / 2) + exp(-[(z2 - w1 + w2) / 0.35]^2 / 2) )
        U4 = -log( exp(-[(z2 - w1) / 0.4]^2 / 2) + exp(-[(z2 - w1 + w3) / 0.35]^2 / 2) )

    No window is part of it: U is what stands here and no more (Rezende and Mohamed 2015, table 1).
    """
    raise NotImplementedError("yours to write")

_NAMES = ("U1", "U2", "U3", "U4")


def _truth(name, z):
    """The density as the table has it, in float64, and its log: the points keep away from underflow."""
    x, y = np.asarray(z, np.float64).T
    off = y - np.sin(2 * np.pi * x / 4)
    hill = lambda distance, width: np.exp(-0.5 * np.square(distance / width))  # noqa: E731
    density = {
        "U1": hill(np.hypot(x, y) - 2, 0.4) * (hill(x - 2, 0.6) + hill(x + 2, 0.6)),
        "U2": hill(off, 0.4),
        "U3": hill(off, 0.35) + hill(off + 3 * hill(x - 1, 0.6), 0.35),
        "U4": hill(off, 0.4) + hill(off + 1.5 * (1 + np.tanh((x - 1) / 0.6)), 0.35),
    }
    return -np.log(density[name])


def a_point_near_the_middle_has_a_number(attempt):
    for name in _NAMES:
        value = attempt.returned(name)(np.array([0.3, -0.4], np.float32))
        finite(has_shape(value, (), where=f'energy("{name}") at (0.3, -0.4)'), where=f'energy("{name}")')


def far_out_it_is_finite(attempt):
    far = np.array([0.0, 40.0], np.float32)
    for name in _NAMES:
        finite(attempt.returned(name)(far), shape=(), where=f'energy("{name}") at (0, 40)')


def its_density_is_that_of_the_table(attempt):
    points = np.concatenate([
        attempt.rng.uniform((-4.9, -2.5), (4.9, 2.5), size=(24, 2)),
        attempt.rng.uniform((0.5, -3.0), (1.7, 1.5), size=(6, 2)),  # where w2 and w3 bend
    ]).astype(np.float32)  # fmt: skip
    for name in _NAMES:
        values = attempt.returned(name).float64.vmap(0)(points)
        close(values, _truth(name, points), Tolerance(1e-6, 1e-5), where=f'energy("{name}"), 30 points',
              says=f"{name} against minus the log of its density")  # fmt: skip


def autodiff_finds_its_slope_at_the_origin_too(attempt):
    origin = np.zeros(2, np.float32)
    for name in _NAMES:
        slope = finite(attempt.returned(name).grad(0)(origin), shape=(2,), where=f'energy("{name}"), z = (0, 0)',
                       says="the gradient at the origin", what="JAX")  # fmt: skip
        if name == "U1":  # its true gradient jumps there, any finite one will do
            continue
        steps = 1e-5 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
        values = _truth(name, steps)
        want = np.array([values[0] - values[1], values[2] - values[3]]) / 2e-5
        close(slope, want, Tolerance(1e-4, 1e-3), where=f'energy("{name}"), z = (0, 0)', what="JAX",
              says="the gradient at the origin against differences")  # fmt: skip


exercise = Exercise(
    energy,
    question="5.6",
    minutes=15,
    difficulty=1,
    differentiable=True,
    hints=(
        "A function within a function: `energy` looks at the name and returns another function, of z.",
        "The log of a sum of two exponentials has a form that never takes an exp of its own. And what is the slope of "
        "a square root at 0?",
        "`jnp.logaddexp(a, b)` of the two exponents. For the length of z keep the argument of the root away from 0, "
        "by a number so small that float32 does not see it elsewhere.",
    ),
    checks=(
        a_point_near_the_middle_has_a_number,
        far_out_it_is_finite,
        its_density_is_that_of_the_table,
        autodiff_finds_its_slope_at_the_origin_too,
    ),
)
