"""Densities of the plane that are known up to their normaliser: a window for them, and quadrature."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.train import mapped

Energy = Callable[[jax.Array], jax.Array]


class NotNormalisable(ValueError):
    """The density exp(-U) does not fade within the box that it was looked at in."""


def windowed(U: Energy) -> Energy:
    """U with soft walls at z1 = -4 and z1 = 4, so that exp(-U) fades along z1 too.

    Args:
        U: a function of one point [2].

    Returns:
        a function of one point [2] that is U between the walls.
    """
    return lambda z: U(z) + 0.5 * (jnp.maximum(jnp.abs(z[0]) - 4.0, 0.0) / 0.3) ** 2


def on_grid(U: Energy, reach: float = 7.0, n: int = 701) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """U on a grid of the box from -reach to reach in both coordinates.

    Returns:
        z1: [n], z2: [n], and the energies in float64, [n, n], z1 along the second axis (as for plt.pcolormesh).
    """
    ticks = np.linspace(-reach, reach, n)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
    try:
        values = _of_points(U)(points)
    except TypeError:  # JAX cannot trace it: NumPy, or a float() in it
        values = [U(point) for point in points]
    return ticks, ticks, np.asarray(values, np.float64).reshape(n, n)


def log_normalizer(U: Energy, reach: float = 7.0, n: int = 701) -> float:
    """The log of the integral of exp(-U) over the plane, by a sum over the grid of `on_grid`.

    Raises:
        NotNormalisable: the density is still there at the edge of the box, or is not a number somewhere.
    """
    ticks, _, energies = on_grid(U, reach, n)
    if np.isnan(energies).any():
        raise NotNormalisable("The energy is nan somewhere in the box. Look at U at the origin and far out.")
    least = energies.min()
    if not np.isfinite(least):
        raise NotNormalisable("The energy is nowhere finite, or goes to minus infinity: exp(-U) is no density.")
    density = np.exp(least - energies)
    edge = max(density[0].max(), density[-1].max(), density[:, 0].max(), density[:, -1].max())
    if edge > 1e-4:
        raise NotNormalisable(
            f"At the edge of the box, {reach:g} from the middle, exp(-U) is still {edge:.2g} of its largest value: it "
            "does not fade, and may have no finite integral. Add a window (`targets.windowed`), or take a larger box."
        )
    return float(np.log(density.sum() * (ticks[1] - ticks[0]) ** 2) - least)


class GridTooSmall(UserWarning):
    """A grid that leaves a part of a density outside."""


def warn_if_cut(log_density: Callable[[jax.Array], jax.Array], lim: float, n: int = 81) -> None:
    """Warn if more than 0.1 % of a density of the plane lies outside of the box [-lim, lim] squared.

    It looks as far as twice the box, and says how much of what it finds there the box lacks. Silent under `jit` and
    the like, where there are no numbers to look at yet.

    Args:
        log_density: up to a constant, of one z [2], or of many along leading axes.
        lim: half the side of the box.
        n: points on a side of the box twice as large.
    """
    try:
        lim = float(lim)
        ticks = np.linspace(-2 * lim, 2 * lim, n)
        z = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
        if isinstance(log_density(z[0]), jax.core.Tracer):
            return
        try:
            values = np.asarray(log_density(z), np.float64).reshape(-1)
        except (IndexError, TypeError, ValueError):
            values = np.zeros(0)
        if values.shape != (len(z),):  # it takes one point at a time
            values = np.asarray(mapped(log_density, jnp.asarray(z)), np.float64).reshape(-1)
    except TypeError:  # a tracer; JAX's errors about them are
        return
    density = np.exp(values - np.max(values))
    inside = np.max(np.abs(z), axis=1) <= lim * (1 + 1e-6)
    lost = 1 - density[inside].sum() / density.sum()
    if lost > 1e-3:
        warnings.warn(
            f"The grid on [{-lim:g}, {lim:g}] squared is too small: {100 * lost:.3g} % of the mass lies outside of it, "
            f"so that log p(x) comes out {-np.log1p(-min(lost, 1 - 1e-12)):.2g} nats too low. Take a larger lim, and "
            "more points.",
            GridTooSmall, stacklevel=3,
        )  # fmt: skip


def kl_without_inverse(push: Callable[[Any, jax.Array], Any], params: Any, U: Energy, log_z: float) -> float:
    """KL(q || p) in nats for a q that one can only push forward, by quadrature over its base noise.

    Args:
        push: (params, eps) -> (z, log q(z)) for one eps ~ N(0, I), [2]: the learner's `planar_push`.
        params: handed on to it.
        U: of one point; p = exp(-U) / Z.
        log_z: log Z.
    """
    ticks = np.linspace(-6, 6, 121)
    eps = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
    weights = np.exp(-0.5 * np.sum(eps.astype(np.float64) ** 2, axis=-1))
    z, log_q = pushed(push, params, eps)
    try:
        energies = _of_points(U)(z)
    except TypeError:
        energies = [U(one) for one in z]
    gaps = np.asarray(log_q, np.float64) + np.asarray(energies, np.float64) + log_z
    return float(weights @ gaps / weights.sum())


def pushed(push: Callable[[Any, jax.Array], Any], params: Any, eps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points [n, 2] and log densities [n] at many eps [n, 2], whatever form a pair comes back in."""
    try:
        result = _of_many(push)(params, eps)
    except TypeError:  # JAX cannot trace it: NumPy, or a float() in it
        result = mapped(lambda one: push(params, one), jnp.asarray(eps))
    z, log_q = result.values() if isinstance(result, dict) else result
    return np.asarray(z), np.asarray(log_q)


@functools.cache
def _of_many(push):
    return jax.jit(jax.vmap(push, (None, 0)))


@functools.cache
def _of_points(U):
    return jax.jit(jax.vmap(U))
