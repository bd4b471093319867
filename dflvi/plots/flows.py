"""Figures of section 5: maps of the plane."""


import jax
import numpy as np

from dflvi.plots.style import THIRD, TRUTH, YOURS, signed_area


def grid_carried(f, reach=2.0):
    """A grid of squares before and after the map f of the plane, with three squares shaded and their areas.

    Args:
        f: a point [2] -> a point [2], written in JAX.
        reach: the grid covers [-reach, reach] squared.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(6.4, 4.8), sharex=True, sharey=True)
    ticks, fine = np.linspace(-reach, reach, 11), np.linspace(-reach, reach, 201)
    lines = [np.stack([np.full_like(fine, t), fine], axis=-1) for t in ticks]
    lines += [line[:, ::-1] for line in lines]
    square, t = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), np.linspace(0, 1, 41)[:-1, None]
    sides = zip(square, np.roll(square, -1, axis=0), strict=True)
    outline = np.concatenate([(1 - t) * a + t * b for a, b in sides])
    cells = [ticks[[i, j]] + (ticks[1] - ticks[0]) * outline for i, j in ((1, 7), (5, 2), (8, 6))]
    for axes, carry, title in zip(panels, (np.asarray, jax.vmap(f)), ("before", "after"), strict=True):
        for line in lines:
            axes.plot(*np.asarray(carry(line)).T, color="0.6", linewidth=0.8)
        for cell, color, hatch in zip(cells, (TRUTH, YOURS, THIRD), ("", "//", ".."), strict=True):
            carried = np.asarray(carry(cell), np.float64)
            look = {"facecolor": color, "hatch": hatch, "edgecolor": "white", "alpha": 0.8}
            axes.fill(*carried.T, **look, label=f"area {abs(signed_area(carried)):.3f}")
        axes.set(title=title, xlabel="$z_1$", aspect="equal")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=9)
    panels[0].set_ylabel("$z_2$")
    return list(panels)
