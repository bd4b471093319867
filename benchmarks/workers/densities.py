"""What the flows are fitted to, and how long they take to a given quality, for workers of any library."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

BLOCK = 100  # steps over which a loss is averaged


def u1(z: Any, xp: Any) -> Any:
    """The first energy of Rezende and Mohamed (2015), of points [..., 2], in the array library xp (jnp or torch)."""
    z1, z2 = z[..., 0], z[..., 1]
    radius = xp.sqrt(z1**2 + z2**2 + 1e-20)
    return 0.5 * ((radius - 2) / 0.4) ** 2 - xp.logaddexp(-0.5 * ((z1 - 2) / 0.6) ** 2, -0.5 * ((z1 + 2) / 0.6) ** 2)


def moons(n: int) -> np.ndarray:
    """Two half circles with noise 0.06, standardised: float32 [n, 2]."""
    rng = np.random.default_rng(0)
    angle, second = rng.uniform(0, np.pi, n), rng.random(n) < 0.5
    x = np.where(second, 1 - np.cos(angle), np.cos(angle))
    y = np.where(second, 0.5 - np.sin(angle), np.sin(angle))
    points = np.stack([x, y], axis=1) + 0.06 * rng.normal(size=(n, 2))
    return ((points - points.mean(axis=0)) / points.std(axis=0)).astype(np.float32)


def blocks(losses: Any) -> np.ndarray:
    """The mean loss of each 100 steps."""
    return np.asarray(losses).reshape(-1, BLOCK).mean(axis=1)


def steps_until(below: float, run: Callable[[int], Iterable[float]], seeds: int = 3) -> int | None:
    """How many steps a training needs until the mean loss of 100 of them is less than a bound, the median over seeds.

    Args:
        below: the bound.
        run: seed -> the mean losses of its blocks, in their order.
        seeds: how many, an odd number.

    Returns:
        None if more than half of the runs end before.
    """
    never = float("inf")
    counts = [next((BLOCK * t for t, mean in enumerate(run(seed), 1) if mean < below), never) for seed in range(seeds)]
    middle = sorted(counts)[seeds // 2]
    return None if middle == never else middle
