"""5.6  Four energies of the plane."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake
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
    if name not in ("U1", "U2", "U3", "U4"):
        raise ValueError(f"There is no energy {name!r}. There are U1, U2, U3 and U4.")

    def U(z):
        z1, z2 = z
        to_wave = z2 - jnp.sin(2 * jnp.pi * z1 / 4)
        if name == "U1":
            radius = jnp.sqrt(jnp.sum(z**2) + 1e-20)
            return 0.5 * ((radius - 2) / 0.4) ** 2 - jnp.logaddexp(peak(z1 - 2, 0.6), peak(z1 + 2, 0.6))
        if name == "U2":
            return -peak(to_wave, 0.4)
        if name == "U3":
            return -jnp.logaddexp(peak(to_wave, 0.35), peak(to_wave + 3 * jnp.exp(peak(z1 - 1, 0.6)), 0.35))
        return -jnp.logaddexp(peak(to_wave, 0.4), peak(to_wave + 3 * jax.nn.sigmoid((z1 - 1) / 0.3), 0.35))

    return U


def peak(distance, width):
    """The log of a bump of height one."""
    return -0.5 * (distance / width) ** 2


# ---- other right answers ----------------------------------------------------------------------


def a_table_of_functions(name):
    """Each energy a function of its own; logsumexp; the square root kept away from 0 by a where."""

    def bumps(*pairs):
        exponents = jnp.stack([jnp.square(d / s) / -2 for d, s in pairs])
        return -jax.scipy.special.logsumexp(exponents)

    def off(z):
        return z[1] - jnp.sin(z[0] * (jnp.pi / 2))

    def ring(z):
        square = z @ z
        norm = jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1.0)), 0.0)
        return 3.125 * (norm - 2) ** 2 + bumps((z[0] - 2, 0.6), (z[0] + 2, 0.6))

    table = {
        "U1": ring,
        "U2": lambda z: 3.125 * off(z) ** 2,
        "U3": lambda z: bumps((off(z), 0.35), (off(z) + 3 * jnp.exp(-jnp.square((z[0] - 1) / 0.6) / 2), 0.35)),
        "U4": lambda z: bumps((off(z), 0.4), (off(z) + 3 / (1 + jnp.exp((1 - z[0]) / 0.3)), 0.35)),
    }
    if name not in table:
        raise ValueError("U1 to U4, please.")
    return table[name]


def with_a_safe_double_where(name):
    """For leading axes too: the greater of the exponents taken out by hand."""
    if name not in ("U1", "U2", "U3", "U4"):
        raise ValueError(name)

    def soft_least(a, b):
        least = jnp.minimum(a, b)
        return least - jnp.log1p(jnp.exp(-jnp.abs(a - b)))

    def U(z):
        z1, z2 = z[..., 0], z[..., 1]
        d = z2 - jnp.sin(jnp.pi * z1 / 2)
        if name == "U1":
            at_zero = (z1 == 0) & (z2 == 0)
            r = jnp.where(at_zero, 0.0, jnp.hypot(jnp.where(at_zero, 1.0, z1), z2))
            return ((r - 2) / 0.4) ** 2 / 2 + soft_least(((z1 - 2) / 0.6) ** 2 / 2, ((z1 + 2) / 0.6) ** 2 / 2)
        first = (d / (0.35 if name == "U3" else 0.4)) ** 2 / 2
        if name == "U2":
            return first
        bend = jnp.exp(-(((z1 - 1) / 0.6) ** 2) / 2) if name == "U3" else jax.nn.sigmoid((z1 - 1) / 0.3)
        return soft_least(first, ((d + 3 * bend) / 0.35) ** 2 / 2)

    return U


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _of_their_parts(name, log_sum=jnp.logaddexp, root=lambda s: jnp.sqrt(s + 1e-20), period=4.0, swap=False, sign=1.0,
                    mix=1.0, walls=False, tens=(0.6, 0.3)):  # fmt: skip
    def U(z):
        z1, z2 = z[::-1] if swap else z
        d = z2 - jnp.sin(2 * jnp.pi * z1 / period)
        bump = lambda distance, width: -0.5 * (distance / width) ** 2  # noqa: E731
        if name == "U1":
            u = 0.5 * ((root(z1**2 + z2**2) - 2) / 0.4) ** 2 - log_sum(bump(z1 - 2, 0.6), bump(z1 + 2, 0.6))
        elif name == "U2":
            u = -bump(d, 0.4)
        elif name == "U3":
            u = -log_sum(bump(d, 0.35), bump(d + mix * 3 * jnp.exp(bump(z1 - 1, tens[0])), 0.35))
        else:
            u = -log_sum(bump(d, 0.4), bump(d + mix * 3 * jax.nn.sigmoid((z1 - 1) / tens[1]), 0.35))
        return sign * u + (0.5 * (jax.nn.relu(jnp.abs(z1) - 4) / 0.3) ** 2 if walls else 0.0)

    return U


def _log_of_a_sum(a, b):
    return jnp.log(jnp.exp(a) + jnp.exp(b))


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
    variants=(a_table_of_functions, with_a_safe_double_where),
    mistakes=(
        Mistake(
            "energies-of-both-coordinates",
            lambda name: lambda z: _of_their_parts(name)(jnp.stack([z, z])),
            "One point gives two numbers. A point of the plane has one energy; which of your steps runs over its "
            "coordinates?",
            caught_by=a_point_near_the_middle_has_a_number,
        ),
        Mistake(
            "log-of-a-sum-of-zeros",
            lambda name: _of_their_parts(name, log_sum=_log_of_a_sum),
            "At (0, 40) two of your energies are infinite. The density there is e to minus some thousands: what does "
            "floating point make of such a number, and what is then the log of it?",
            also=lambda name: _of_their_parts(name, log_sum=lambda a, b: jnp.log(jnp.sum(jnp.exp(jnp.stack([a, b]))))),
            caught_by=far_out_it_is_finite,
        ),
        Mistake(
            "upside-down",
            lambda name: _of_their_parts(name, sign=-1.0),
            "Where the density should be highest, yours is lowest. An energy is low at places that are likely.",
            caught_by=its_density_is_that_of_the_table,
        ),
        Mistake(
            "another-period",
            lambda name: _of_their_parts(name, period=1.0),
            "U1 is right, the others are not. They share a wave: count how many of its hills fit between z1 = -4 "
            "and 4.",
            caught_by=its_density_is_that_of_the_table,
        ),
        Mistake(
            "coordinates-swapped",
            lambda name: _of_their_parts(name, swap=True),
            "Turn your pictures on their side and they are those of the table. Which coordinate does the wave run "
            "along?",
            caught_by=its_density_is_that_of_the_table,
        ),
        Mistake(
            "the-other-branch-on-the-wrong-side",
            lambda name: _of_their_parts(name, mix=-1.0),
            "U1 and U2 agree with the table. In U3 and U4 the wave splits in two; do your second branches leave it "
            "upwards or downwards?",
            caught_by=its_density_is_that_of_the_table,
        ),
        Mistake(
            "with-a-window-in-it",
            lambda name: _of_their_parts(name, walls=True),
            "The four are as in the table, but beyond |z1| = 4 yours rise steeply. That wall is wanted later and added "
            "by who fits; the energy of the table has none.",
            caught_by=its_density_is_that_of_the_table,
        ),
        Mistake(
            "no-slope-at-the-origin",
            lambda name: _of_their_parts(name, root=jnp.sqrt),
            "All values are right, and the gradient of U1 at (0, 0) is not a number. A sample that falls close to the "
            "origin would end the whole fit. How steep is a square root at 0?",
            also=lambda name: _of_their_parts(name, root=lambda s: s**0.5),
            caught_by=autodiff_finds_its_slope_at_the_origin_too,
        ),
    ),
    answer="""
Four formulas, and two traps in them. A log of a sum of exps underflows far from the data; `logaddexp` takes the larger
exponent out. The length of z has no slope at 0, and JAX's square root has an infinite one there, times a zero: nan. A
number like 1e-20 under the root changes nothing else. In the paper's table the second term of each log is what splits
the wave: w2 pushes a bay into it around z1 = 1, w3 lets it fall by 3 from there on.
""",
    afterword="A nan of one sample in a million would have ended a fit hours later.",
)
