"""Figures of section 6: posteriors beside what stands in for them."""


import numpy as np

from dflvi.plots.style import YOURS


def beside_truth(log_truth, log_q: dict, z):
    """A true density as shades, the same in each panel, and approximations of it as contour lines.

    Args:
        log_truth: its log on a grid, [n, n].
        log_q: title -> log of an approximation, [n, n].
        z: the points of the grid, [n, n, 2].

    Returns:
        one Axes a panel, in a list. Lines are drawn at 0.8, 0.5 and 0.2 of the highest density of each.
    """
    import matplotlib.pyplot as plt

    axis, truth = np.asarray(z)[0, :, 0], np.exp(np.asarray(log_truth, np.float64))
    size = (3.0 * len(log_q) + 0.9, 3.3)
    figure, panels = plt.subplots(1, len(log_q), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axes, (title, values) in zip(panels[0], log_q.items(), strict=True):
        shades = axes.contourf(axis, axis, truth, levels=12, cmap="Blues")
        q = np.exp(np.asarray(values, np.float64))
        axes.contour(axis, axis, q, levels=q.max() * np.array([0.2, 0.5, 0.8]), colors=YOURS, linestyles="--")
        axes.set(title=title, xlabel="$z_1$", aspect="equal")
    panels[0, 0].set_ylabel("$z_2$")
    figure.colorbar(shades, ax=panels[0], shrink=0.85, label="true density, per unit area")
    return list(panels[0])
