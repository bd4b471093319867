"""Figures of section 4: digits and what an encoder makes of them."""


import numpy as np

from dflvi.plots.style import DASHES, TRUTH, YOURS


def digits(**rows):
    """Rows of images [n, 784], each named by its keyword: ink is dark.

    Returns:
        the Axes of each row, in a list.
    """
    import matplotlib.pyplot as plt

    n = max(len(images) for images in rows.values())
    figure, panels = plt.subplots(len(rows), 1, figsize=(0.72 * n, 0.95 * len(rows)), squeeze=False)
    for axes, (name, images) in zip(panels[:, 0], rows.items(), strict=True):
        tiles = np.asarray(images, np.float64).reshape(len(images), 28, 28)
        axes.imshow(np.hstack(tiles), cmap="Greys", vmin=0, vmax=tiles.max(), interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.spines[:].set_visible(False)
    return list(panels[:, 0])


def by_class(mu, logvar, labels):
    """What an encoder puts out for images of ten classes, and the values of its log-variances.

    Args:
        mu: means [n, d], drawn along the two directions in which they vary most, an image as its digit.
        logvar: log-variances [n, d], drawn likewise.
        labels: [n], 0 to 9.

    Returns:
        three Axes. The titles of the first two tell how often the nearest of the other images, in all d
        coordinates, has the class of the image.
    """
    import matplotlib.pyplot as plt

    labels = np.asarray(labels)
    figure, panels = plt.subplots(1, 3, figsize=(10.5, 3.8), width_ratios=(4, 4, 2.6))
    colors = plt.get_cmap("tab10").colors
    for axes, name, values in zip(panels, ("means", "log-variances"), (mu, logvar), strict=False):
        values = np.asarray(values, np.float64)
        centred = values - values.mean(axis=0)
        plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        for label in range(10):
            style = {"color": colors[label], "s": 22, "linewidth": 0.3, "marker": f"${label}$"}
            axes.scatter(*plane[labels == label].T, **style)
        distances = np.sum((centred[:, None] - centred) ** 2, axis=-1)
        np.fill_diagonal(distances, np.inf)
        share = np.mean(labels[distances.argmin(axis=1)] == labels)
        axes.set_title(f"{name}: {100 * share:.0f} % have a\nnearest neighbour of their class")
        axes.set(xlabel="first main direction", ylabel="second main direction")
    values = np.asarray(logvar, np.float64).ravel()
    panels[2].hist(values, bins=40, color=YOURS, alpha=0.5)
    panels[2].axvline(0, color=TRUTH, linestyle=DASHES[TRUTH])
    panels[2].set(xlabel="log-variance, all coordinates", ylabel="count")
    panels[2].set_title("log-variances\n(line: the prior's)")
    return list(panels)
