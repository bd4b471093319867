"""Figures of section 4: paths of samples, steps of a bound, digits and what an encoder makes of them."""

import jax
import numpy as np

from dflvi.plots.style import DASHES, THIRD, TRUTH, YOURS


def paths(sampler, key, mu=0.6, logvar=0.2, draws=12):
    """Where fixed noise is carried when a parameter moves, and the other way to see the same change.

    Args:
        sampler: (key, mu, logvar) -> z, entry by entry, arrays of one shape.
        key: for the noise, one and the same everywhere.
        mu: the mean while the log-variance moves.
        logvar: the log-variance while the mean moves.
        draws: how many.

    Returns:
        three Axes: z against mu, z against logvar, and fixed points with the weight that another mean gives them.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 3, figsize=(10.5, 3.6))
    ones = np.ones(draws, np.float32)
    for axes, grid, name, held in (
        (panels[0], np.linspace(-1.5, 2.5, 17), r"$\mu$ (units of z)", mu),
        (panels[1], np.linspace(-4.0, 2.5, 40), "log-variance", logvar),
    ):
        first = axes is panels[0]
        pairs = [(v, logvar) if first else (mu, v) for v in grid]
        z = [sampler(key, ones * np.float32(one), ones * np.float32(other)) for one, other in pairs]
        z = np.stack([np.asarray(one, np.float64) for one in z])
        axes.plot(grid, z, color=YOURS, linewidth=1.0, alpha=0.7)
        at = int(np.argmin(np.abs(grid - held)))
        axes.plot(np.full(draws, grid[at]), z[at], "o", color=TRUTH, markersize=4)
        step = max(len(grid) // 6, 1)
        for one in range(draws):
            axes.annotate("", (grid[at + step], z[at + step, one]), (grid[at], z[at, one]),
                          arrowprops={"arrowstyle": "->", "color": TRUTH})  # fmt: skip
        axes.set(xlabel=name, ylabel="z, at fixed noise", title=f"each draw as\n{name.split(' (')[0]} moves")
    z = np.sort(np.asarray(sampler(key, 0 * ones, 0 * ones), np.float64))
    weight = np.exp(0.8 * z - 0.32)
    panels[2].vlines(z, 0, np.ones(draws), color="0.7", linewidth=3, label=r"weight at $\mu = 0$")
    panels[2].plot(z, weight, "o", color=YOURS, label=r"weight at $\mu = 0.8$")
    panels[2].vlines(z, 0, weight, color=YOURS, linestyle=DASHES[YOURS], linewidth=1.2)
    panels[2].set(xlabel="z, drawn once", ylabel="weight (1 before the move)", ylim=(0, None))
    panels[2].set_title("the score's view: points stay,\nweights change")
    panels[2].legend(fontsize=9)
    return list(panels)


def variance_by_n(n, measured, theory):
    """Variances of estimators against the number of draws, on logarithmic axes, with what theory says.

    Args:
        n: numbers of draws, [k].
        measured: name -> variances, [k].
        theory: name -> variances, [k], for the same names; a name without one is fine.
    """
    import matplotlib.pyplot as plt

    axes = plt.subplots(figsize=(7.2, 4.2))[1]
    looks = (YOURS, "o"), (TRUTH, "s"), (THIRD, "^")
    for (name, values), (color, marker) in zip(measured.items(), looks, strict=False):
        axes.plot(n, values, marker, color=color, markersize=6, fillstyle="none", label=f"{name}, measured")
        if name in theory:
            axes.plot(n, theory[name], DASHES[color], color=color, linewidth=1.3, label=f"{name}, theory")
    axes.set(xscale="log", yscale="log", xlabel="draws in one estimate, n (log scale)")
    axes.set(ylabel=r"variance (squared units of $E[X^2]$ per unit of $\mu$)")
    axes.legend(fontsize=9)
    return axes


def staircase(hard, f, taus=(1.0, 0.3), a=(0.0, -0.6, 0.5), keys=200):
    """A function of a drawn category against one logit: for fixed noise, and averaged over noise.

    Args:
        hard: (key, a) -> the index of a category.
        f: its value at each category, [3].
        taus: temperatures of the softened draws on the left; the first is shown on the right as well.
        a: the logits that are held; the first one moves.
        keys: how many are averaged.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    from dflvi.train import mapped

    f, grid = np.asarray(f, np.float64), np.linspace(-3.0, 3.0, 41, dtype=np.float32)
    logits = np.tile(np.asarray(a, np.float32), (len(grid), 1))
    logits[:, 0] = grid
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9), sharey=True)
    key = jax.random.key(2)
    chosen = np.asarray(mapped(lambda one: hard(key, one), logits)).astype(int)
    left.step(grid, f[chosen], where="mid", color=YOURS, label="hard draw (yours)")
    noise = np.asarray(jax.random.gumbel(jax.random.key(5), (keys, 3)), np.float64)

    def softened(tau, noise):
        scaled = (logits[:, None] + noise) / tau
        weights = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        return (weights / weights.sum(axis=-1, keepdims=True)) @ f

    for tau, color in zip(taus, (TRUTH, THIRD), strict=False):
        line = softened(tau, np.asarray(jax.random.gumbel(key, (1, 3)), np.float64))[:, 0]
        left.plot(grid, line, DASHES[color], color=color, label=f"softened, temperature {tau:g}")
    left.set(xlabel=r"logit $a_1$", ylabel="value of f", title="one fixed noise")
    left.legend(fontsize=9)
    every = jax.random.split(jax.random.key(6), keys)
    many = mapped(lambda one: mapped(lambda key: hard(key, one), every), logits)
    average = f[np.asarray(many).astype(int)].mean(axis=1)
    right.plot(grid, average, ".", color=YOURS, label=f"hard draws, mean over {keys} keys")
    pi = np.exp(logits - logits.max(axis=1, keepdims=True))
    right.plot(grid, (pi / pi.sum(axis=1, keepdims=True)) @ f, color="black", linewidth=1.2, label="J, by enumeration")
    right.plot(grid, softened(taus[0], noise).mean(axis=1), linestyle=(0, (4, 1, 1, 1)), color=TRUTH,
               label=f"softened, temperature {taus[0]:g}, mean")  # fmt: skip
    right.set(xlabel=r"logit $a_1$", title="averaged over noise")
    right.legend(fontsize=9)
    return [left, right]


def bound_and_gap(states, axes=None):
    """The log evidence as the sum of bound and divergence, a bar for each state: the bound below, the gap on top of it.

    Args:
        states: label -> {"logpx", "elbo", "kl"} in nats, or a tuple in this order.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(1.6 + 1.05 * len(states), 3.8))[1]
    rows = [tuple(one[name] for name in ("logpx", "elbo", "kl")) if isinstance(one, dict) else tuple(one)
            for one in states.values()]  # fmt: skip
    logpx, elbo, kl = np.array([[float(part) for part in row] for row in rows]).T
    at, room = np.arange(len(rows)), 0.25 * max(np.ptp(np.concatenate([logpx, elbo])), 0.05)
    floor = elbo.min() - room
    axes.bar(at, elbo - floor, 0.6, bottom=floor, color="#9ecae1", edgecolor="white", label="up to here: the ELBO")
    axes.bar(at, kl, 0.6, bottom=elbo, color=YOURS, alpha=0.55, hatch="//", edgecolor="white", label="the gap: KL")
    axes.plot(at, logpx, "_", color="black", markersize=26, markeredgewidth=2, label="log p(x)")
    for i in at:
        axes.annotate(f"{elbo[i]:.2f}", (i, elbo[i]), (0, -12), textcoords="offset points", ha="center", fontsize=9)
        axes.annotate(f"{logpx[i]:.2f}", (i, logpx[i]), (0, 5), textcoords="offset points", ha="center", fontsize=9)
    axes.set(xticks=at, ylabel="nats", ylim=(floor, logpx.max() + 0.6 * room))
    axes.set_xticklabels(list(states), fontsize=9)
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes


def zigzag(terms, thetas, means, steps):
    """The bound over a parameter of the model and one of q, and the half-steps of a run.

    Args:
        terms: (theta, m) -> {"logpx", "elbo", "kl"} in nats, or a tuple in this order, of two numbers.
        thetas: the grid across, [a].
        means: the grid up, [b].
        steps: theta and m after each half-step, [k, 2].
    """
    import matplotlib.pyplot as plt

    from dflvi.train import mapped

    axes = plt.subplots(figsize=(6.6, 4.4))[1]
    across, up = np.meshgrid(np.asarray(thetas, np.float32), np.asarray(means, np.float32))
    got = mapped(lambda one: terms(one[0], one[1]), np.stack([across.ravel(), up.ravel()], axis=1))
    height = np.asarray(got["elbo"] if isinstance(got, dict) else got[1], np.float64).reshape(across.shape)
    levels = height.max() - np.array([4.0, 2.5, 1.5, 0.9, 0.5, 0.25, 0.1, 0.03])
    lines = axes.contour(across, up, height, levels=levels, colors="0.6", linewidths=0.9, linestyles="-")
    axes.clabel(lines, fontsize=8, fmt="%.2f")
    steps = np.asarray(steps, np.float64)
    for before, after in zip(steps, steps[1:]):
        color = YOURS if before[0] == after[0] else TRUTH
        axes.plot(*np.stack([before, after]).T, DASHES[color], color=color, linewidth=1.8)
    axes.plot(*steps.T, "o", color="black", markersize=3)
    axes.plot([], [], DASHES[YOURS], color=YOURS, label="a step of q (theta stays)")
    axes.plot([], [], DASHES[TRUTH], color=TRUTH, label="a step of the model (q stays)")
    axes.set(xlabel=r"$\theta$, the model", ylabel="m, the mean of q")
    axes.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, 1.13), ncols=2)
    return axes


def digits(**rows):
    """Rows of square images [n, 784] (or [n, 64]), each named by its keyword: ink is dark.

    Returns:
        the Axes of each row, in a list.
    """
    import matplotlib.pyplot as plt

    n = max(len(images) for images in rows.values())
    figure, panels = plt.subplots(len(rows), 1, figsize=(0.72 * n, 0.95 * len(rows)), squeeze=False)
    for axes, (name, images) in zip(panels[:, 0], rows.items(), strict=True):
        images = np.asarray(images, np.float64)
        side = int(images.shape[-1] ** 0.5)
        tiles = images.reshape(len(images), side, side)
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


def prices_of_latents(kl):
    """What each latent coordinate costs, dearest first: those near zero are not used.

    Args:
        kl: mean KL of each coordinate in nats, [d].
    """
    import matplotlib.pyplot as plt

    kl = np.sort(np.asarray(kl, np.float64))[::-1]
    _, axes = plt.subplots(figsize=(7.0, 2.8))
    used = kl > 0.01
    axes.bar(np.arange(1, len(kl) + 1), kl, color=[YOURS if u else "lightgrey" for u in used], edgecolor="black")
    axes.set(xlabel="latent coordinate, dearest first", ylabel="mean KL in nats")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_title(f"{used.sum()} of {len(kl)} are used; together {kl.sum():.1f} nats an image")
    return axes


def latent_map(decoder, mu, logvar, labels, reach=3.0, n=15):
    """A two-dimensional latent space: where the images lie, and what is decoded from a grid over it.

    Args:
        decoder: takes a table of latents [m, 2] and gives logits [m, 784].
        mu: means of images [N, 2], drawn as their digits.
        logvar: their log-variances [N, 2]; 60 of them are drawn as ellipses of one standard deviation.
        labels: [N], 0 to 9.
        reach: half the side of the square that is shown.
        n: images on a side.
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Ellipse

    mu, logvar, labels = (np.asarray(part) for part in (mu, logvar, labels))
    if mu.shape[-1] != 2:
        raise ValueError(f"A map needs a latent of two coordinates; this one has {mu.shape[-1]}. See plots.by_class.")
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 5.0))
    colors = plt.get_cmap("tab10").colors
    for label in range(10):
        at = labels == label
        left.scatter(*mu[at].T, color=colors[label], s=22, linewidth=0.3, marker=f"${label}$")
    for m, v, label in zip(mu[:60], logvar[:60], labels[:60]):
        left.add_patch(Ellipse(m, *(2 * np.exp(0.5 * v)), fill=False, edgecolor=colors[label], linewidth=1.2))
    for radius in (1, 2):
        left.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linestyle=":", linewidth=1))
    left.set(xlabel="z1", ylabel="z2", aspect="equal")
    left.set_title("codes; dotted: the prior at 1 and 2 sd")
    line = np.linspace(-reach, reach, n)
    z = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)
    p = 1 / (1 + np.exp(-np.asarray(decoder(z), np.float64)))
    tiles = p.reshape(n, n, 28, 28).transpose(0, 2, 1, 3).reshape(28 * n, 28 * n)
    right.imshow(tiles, cmap="Greys", extent=(-reach, reach, -reach, reach), interpolation="nearest")
    right.set(xlabel="z1", ylabel="z2")
    right.set_title("what the decoder draws there")
    return left, right


def noise_of_losses(closed, mc):
    """How much two estimates of one loss scatter from key to key, before and after training.

    Args:
        closed: stage -> values of the loss with its KL in closed form, at many keys.
        mc: stage -> values of the loss that is all from one draw.
    """
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(6.4, 2.9))
    places = np.arange(len(closed))
    for shift, (name, losses, hatch, color) in enumerate(
        (("KL in closed form", closed, "", TRUTH), ("all from one draw", mc, "//", YOURS))
    ):
        spread = [float(np.std(values)) for values in losses.values()]
        bars = axes.bar(places + 0.36 * shift - 0.18, spread, 0.34, label=name, color=color, hatch=hatch, alpha=0.8)
        axes.bar_label(bars, fmt="%.2f", fontsize=9)
    axes.set_xticks(places, list(closed))
    axes.set(ylabel="sd over keys, nats an image")
    axes.legend(loc="upper right")
    return axes


def code_clouds(**codes):
    """Codes of several models in the two directions in which they vary most, over the circles of the prior.

    Args:
        **codes: name of the model -> (codes [N, d], labels [N]).
    """
    import matplotlib.pyplot as plt

    _, panels = plt.subplots(1, len(codes), figsize=(5.0 * len(codes), 4.4), squeeze=False)
    colors = plt.get_cmap("tab10").colors
    for axes, (name, (z, labels)) in zip(panels[0], codes.items()):
        z, labels = np.asarray(z, np.float64), np.asarray(labels)
        main = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)[2][:2].T
        plane = z @ main
        for label in range(10):
            at = labels == label
            axes.scatter(*plane[at].T, color=colors[label], s=20, linewidth=0.3, marker=f"${label}$")
        for radius in (1, 2, 3):
            axes.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linestyle=":", linewidth=1.2))
        axes.set(xlabel="first main direction", ylabel="second main direction", aspect="equal")
        axes.set_title(f"{name}: sd of a coordinate {z.std(axis=0).min():.2f} to {z.std(axis=0).max():.2f}")
    return list(panels[0])
