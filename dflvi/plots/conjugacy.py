"""Figures of section 1: densities, networks, KL."""


import jax
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patheffects import withStroke

from dflvi.plots.style import DASHES, THIRD, TRUTH, YOURS, require, signed_area


def affine_image(A, b, logpdf):
    """Where y = A x + b puts a grid of cells and the unit circle; the colour of a cell is its density p(y).

    Args:
        A: a matrix [2, 2], or a dict of them with names, one panel each.
        b: the shift, [2].
        logpdf: (y, A, b) -> log p(y) of one point.

    Returns:
        one Axes a panel, in a list. Titles give the area of a carried cell over that of the cell it was;
        the arrows are the columns of the matrix.
    """
    import matplotlib.pyplot as plt

    maps = A if isinstance(A, dict) else {"": A}
    maps = {name: np.asarray(one, np.float32) for name, one in maps.items()}
    for name, one in maps.items():
        says = f"{name or 'A'} is singular: it puts the plane onto a line, where there is no density per unit area."
        require(np.linalg.cond(one) < 1e6, f"{says} Take a matrix whose determinant is not 0.")
    b = np.asarray(b, np.float32)
    lower = np.stack(np.meshgrid(*2 * [np.linspace(-2, 1.6, 10)]), axis=-1).reshape(-1, 1, 2)
    cells = lower + 0.4 * np.array([[0, 0], [1, 0], [1, 1], [0, 1]])  # [cell, corner, 2]
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    corners = {name: cells @ one.T + b for name, one in maps.items()}
    density = {}
    for name, one in maps.items():
        centres = corners[name].mean(axis=1).astype(np.float32)
        density[name] = np.exp(jax.vmap(logpdf, in_axes=(0, None, None))(centres, one, b))
    highest = max(values.max() for values in density.values())
    reach = 1.05 * np.abs(np.concatenate(list(corners.values())) - b).max(axis=(0, 1))
    size = (3.2 * len(maps) + 0.9, 3.2 * reach[1] / reach[0] + 1.0)
    figure, panels = plt.subplots(1, len(maps), figsize=size, sharey=True, squeeze=False)
    for axes, (name, one) in zip(panels[0], maps.items(), strict=True):
        patches = PolyCollection(corners[name], array=density[name], edgecolor="white", linewidth=0.5)
        patches.set_clim(0, highest)
        axes.add_collection(patches)
        dots = {"color": "white", "markersize": 4, "markeredgecolor": "black", "markeredgewidth": 0.4}
        axes.plot(*(circle @ one.T + b).T, "o", **dots)
        for label, column in enumerate(one.T, 1):
            axes.annotate("", b + column, b, arrowprops={"arrowstyle": "->", "linewidth": 2, "color": YOURS})
            away = b + column * (1 + 0.35 / np.linalg.norm(column))
            text = axes.text(*away, label, color="white", ha="center", va="center")
            text.set_path_effects([withStroke(linewidth=2, foreground="black")])
        area = signed_area(corners[name][0]) / signed_area(cells[0])
        title = f"{name}: area x {abs(area):.2f}" + (", mirrored" if area < 0 else "")
        axes.set(title=title.removeprefix(": "), xlabel="$y_1$", aspect="equal")
        axes.set(xlim=(b[0] - reach[0], b[0] + reach[0]), ylim=(b[1] - reach[1], b[1] + reach[1]))
    panels[0, 0].set_ylabel("$y_2$")
    figure.colorbar(patches, ax=panels[0], shrink=0.85, label="density, per unit area")
    return list(panels[0])


def gradient_terms(terms: dict, truth: float, axes=None):
    """Histograms of the terms that estimators of one gradient average, with the true gradient marked.

    Args:
        terms: name of an estimator -> its terms, [n]. Up to three are told apart.
        truth: the true gradient, the mean of each of them.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    terms = {name: np.asarray(values, dtype=np.float64) for name, values in terms.items()}
    low, high = np.quantile(np.concatenate(list(terms.values())), [0.001, 0.999])
    bins = np.linspace(min(low, truth - 1), max(high, truth + 1), 101)
    looks = ((YOURS, "--"), (THIRD, ":"), ("0.25", "-."))
    for (name, values), (color, dash) in zip(terms.items(), looks, strict=False):
        label = f"{name}: standard deviation {values.std():.1f}"
        counts, _ = np.histogram(values, bins)
        density = counts / (len(values) * (bins[1] - bins[0]))
        axes.stairs(density, bins, fill=True, alpha=0.12, color=color)
        axes.stairs(density, bins, color=color, linestyle=dash, linewidth=1.6, label=label)
    axes.axvline(truth, color=TRUTH, linewidth=1.4, label=f"true gradient: {truth:g}")
    axes.set(xlabel=r"one term (units of the gradient, $E[X^2]$ per unit of $\mu$)")
    axes.set(yscale="log", ylim=(1e-4, 2), ylabel="density (log scale)")
    axes.legend()
    return axes


def log_and_tangent(q: dict, p, kl):
    """The curve log t under its tangent t - 1, and what each cell contributes to KL(q || p).

    Args:
        q: name -> probabilities, [n]; one panel of bars each.
        p: probabilities of the same cells, [n].
        kl: (q, p) -> the divergence in nats, for the titles.

    Returns:
        the Axes, in a list: the curve, where the cells of the first q are marked, then the bars.
    """
    import matplotlib.pyplot as plt

    p = np.asarray(p, np.float64)
    q = {name: np.asarray(one, np.float64) for name, one in q.items()}
    size, widths = (3.6 + 1.9 * len(q), 3.4), [1.7, *[1.0] * len(q)]
    _, panels = plt.subplots(1, 1 + len(q), figsize=size, width_ratios=widths)
    t = np.linspace(0.08, 3.2, 300)
    left = panels[0]
    left.fill_between(t, np.log(t), t - 1, color="0.85", label="the gap")
    left.plot(t, t - 1, color=TRUTH, linestyle=DASHES[TRUTH], label="$t - 1$")
    left.plot(t, np.log(t), color=YOURS, linestyle=DASHES[YOURS], label=r"$\log\,t$")
    name, first = next(iter(q.items()))
    at = p[first > 0] / first[first > 0]
    left.vlines(at, np.log(at), at - 1, color="black", linewidth=1)
    left.plot(at, np.log(at), "o", color="black", markersize=4, label=f"cells of {name}")
    left.set(xlabel="t", ylabel="nats", xlim=(0, 3.2), ylim=(-2.6, 2.4))
    left.legend(loc="lower right")
    terms = {}
    for name, one in q.items():
        visited = one > 0
        ratio = np.where(visited, one, 1) / np.where(visited, p, 1)
        terms[name] = one * np.log(ratio)
    reach = 1.15 * max(np.abs(values).max() for values in terms.values())
    for axes, (name, values) in zip(panels[1:], terms.items(), strict=True):
        cells = np.arange(1, len(values) + 1)
        up = values >= 0
        axes.bar(cells[up], values[up], color=THIRD)
        axes.bar(cells[~up], values[~up], color="white", edgecolor=YOURS, hatch="////")
        axes.axhline(0, color="0.3", linewidth=0.8)
        total = float(kl(q[name].astype(np.float32), p.astype(np.float32)))
        axes.set(title=f"{name}\nKL = {total:.3f}", xlabel="cell", ylim=(-reach, reach), xticks=cells)
        axes.tick_params(labelleft=axes is panels[1])
    panels[1].set_ylabel("q log(q / p) (nats)")
    return list(panels)


def kl_both_ways(kl, *, highest=4.0):
    """Heat maps over q = N(mu, sigma^2) of KL(q || p) and of KL(p || q), with p = N(0, 1) and level lines.

    Args:
        kl: (mu [1], log_var [1]) -> KL(N(mu, var) || N(0, 1)) in nats.
        highest: where the colours end, in nats.

    Returns:
        the two Axes, in a list. The dashed line in each is where the other divergence is one nat.
    """
    import matplotlib.pyplot as plt

    mu, log_sigma = np.linspace(-3, 3, 121), np.linspace(-2, 1.5, 121)
    grid = np.stack(np.meshgrid(mu, log_sigma), axis=-1).reshape(-1, 2).astype(np.float32)
    # z -> (z - mu) / sigma carries q to N(0, 1) and p to N(-mu / sigma, 1 / sigma^2), and no divergence changes.
    back = np.stack([-grid[:, 0] / np.exp(grid[:, 1]), -grid[:, 1]], axis=-1)
    values = [
        np.asarray(jax.vmap(lambda one: kl(one[:1], 2 * one[1:]))(points)).reshape(121, 121)
        for points in (grid, back)
    ]
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.7), sharey=True)
    titles = ("KL(q || p): q draws", "KL(p || q): p draws")
    for axes, here, other, title in zip(panels, values, values[::-1], titles, strict=True):
        image = axes.pcolormesh(mu, log_sigma, here, vmin=0, vmax=highest, shading="nearest", rasterized=True)
        lines = axes.contour(mu, log_sigma, here, levels=[0.1, 0.5, 1, 2, 4], colors="white", linewidths=1.2)
        for text in axes.clabel(lines, fmt="%g", fontsize=9):
            text.set_path_effects([withStroke(linewidth=2, foreground="black")])
        axes.contour(mu, log_sigma, other, levels=[1], colors=YOURS, linestyles="--", linewidths=2.2)
        axes.plot(0, 0, "+", color="white", markersize=9)
        axes.set(title=title, xlabel=r"mean $\mu$ of q")
    panels[0].set_ylabel(r"$\log\,\sigma$ of q")
    figure.colorbar(image, ax=list(panels), extend="max", label="nats")
    return list(panels)


def evidence_split(z, log_q, log_joint, free_energy, kl_to_posterior):
    """Bars of one height, log p(x), cut into F(q) and the divergence from the posterior, for several q.

    Args:
        z: points of a grid, [n], with probabilities (density times width of a cell) in the two logs.
        log_q: one row for each q, [m, n].
        log_joint: log p(x, z), [n].
        free_energy: (log_q [n], log_joint [n]) -> nats.
        kl_to_posterior: the same arguments -> nats.

    Returns:
        the Axes, in a list: a small one for each q, with the posterior behind it, and the bars.
    """
    import matplotlib.pyplot as plt

    log_q, log_joint = np.asarray(log_q, np.float32), np.asarray(log_joint, np.float32)
    posterior = np.exp(np.asarray(jax.nn.log_softmax(log_joint)))
    cell, n = z[1] - z[0], len(log_q)
    figure = plt.figure(figsize=(7.6, 4.6))
    rows = figure.add_gridspec(2, n, height_ratios=[1, 2.4])
    small, bars = [figure.add_subplot(rows[0, i]) for i in range(n)], figure.add_subplot(rows[1, :])
    top = 1.1 * max(float(np.exp(log_q).max()), float(posterior.max())) / cell
    for i, axes in enumerate(small):
        axes.fill_between(z, posterior / cell, color=TRUTH, alpha=0.2)
        axes.plot(z, np.exp(log_q[i]) / cell, color=YOURS, linestyle=DASHES[YOURS])
        axes.set(ylim=(0, top), xlabel="z", yticks=[], xlim=(z[0], z[-1]))
    small[0].set_ylabel("density")
    free = np.array([float(free_energy(one, log_joint)) for one in log_q])
    divergence = np.array([float(kl_to_posterior(one, log_joint)) for one in log_q])
    bottom = np.floor(free.min() - 1.0)
    bars.bar(np.arange(n), free - bottom, 0.55, bottom, color=YOURS, label="up to here: F(q)")
    bars.bar(np.arange(n), divergence, 0.55, free, color="white", edgecolor=THIRD, hatch="////",
             label="KL(q || posterior)")  # fmt: skip
    for i, (one, other) in enumerate(zip(free, divergence, strict=True)):
        text = f"F {one:.2f}\nKL {max(other, 0):.2f}"
        bars.text(i, bottom + 0.06, text, ha="center", va="bottom", color="white", fontsize=9, weight="bold")
    evidence = float(np.asarray(jax.nn.logsumexp(log_joint)))
    bars.axhline(evidence, color=TRUTH, linestyle=DASHES[TRUTH], label=f"log p(x) = {evidence:.3f}")
    bars.set(ylabel="nats", xlim=(-0.5, n - 0.5), xticks=[], ylim=(bottom, evidence + 0.35 * (evidence - bottom)))
    bars.legend(loc="upper left", ncols=3)
    return [*small, bars]


_PLACES = {"eh": (1.0, 2.0), "oil": (0.0, 1.25), "inf": (1.0, 0.75), "bp": (-0.7, 0.0), "rt": (2.1, 0.0)}
_MEANS = {"eh": "health of the economy", "oil": "price of oil", "inf": "inflation", "bp": "oil company's stock",
          "rt": "retailer's stock"}  # fmt: skip


def network(parents: dict, axes=None):
    """The belief network of question 1.2: a circle for each variable, an arrow from each parent to its child.

    Args:
        parents: name -> names of its parents.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(6.4, 3.3))[1]
    for child, above in parents.items():
        for parent in above:
            look = {"arrowstyle": "-|>", "mutation_scale": 16, "shrinkA": 19, "shrinkB": 19, "linewidth": 1.4}
            axes.annotate("", _PLACES[child], _PLACES[parent], arrowprops={**look, "color": "0.35"})
    for name, (x, y) in _PLACES.items():
        axes.plot(x, y, "o", markersize=36, markerfacecolor="white", markeredgecolor=TRUTH, markeredgewidth=1.6)
        axes.text(x, y, name, ha="center", va="center", weight="bold")
        side = "right" if name in ("oil", "bp") else "center" if name == "inf" else "left"
        shift = {"right": (-24, 0), "center": (0, -28), "left": (24, 0)}[side]
        look = {"ha": side, "va": "center", "color": "0.3", "fontsize": 9.5}
        axes.annotate(_MEANS[name], (x, y), shift, textcoords="offset points", **look)
    axes.set(xlim=(-2.1, 3.5), ylim=(-0.45, 2.45))
    axes.set_axis_off()
    return axes


def beliefs(cells, query, observations: dict):
    """The probability of every state of the five variables of question 1.2, under several observations.

    Args:
        cells: the joint, [2, 2, 2, 3, 2], axes (eh, oil, inf, bp, rt).
        query: (joint, target, evidence) -> p(target given evidence).
        observations: words -> evidence, up to three; {} for nothing observed.

    Returns:
        five Axes. What was observed has a bar of height one.
    """
    import matplotlib.pyplot as plt

    names = ("eh", "oil", "inf", "bp", "rt")
    figure, panels = plt.subplots(1, 5, figsize=(9.6, 3.0), sharey=True, width_ratios=np.shape(cells))
    looks, width = ((TRUTH, ""), (YOURS, "//"), (THIRD, "..")), 0.8 / len(observations)
    for axes, name, size in zip(panels, names, np.shape(cells), strict=True):
        for place, (words, evidence) in enumerate(observations.items()):
            if name in evidence:
                heights = np.arange(size) == evidence[name]
            else:
                heights = [float(query(cells, {name: state}, evidence)) for state in range(size)]
            at = np.arange(size) + (place - (len(observations) - 1) / 2) * width
            color, hatch = looks[place]
            label = words if name == "eh" else None
            axes.bar(at, heights, width, color=color, hatch=hatch, edgecolor="white", linewidth=0.5, label=label)
        axes.set(title=name, ylim=(0, 1.05), xticks=range(size))
        axes.set_xticklabels(("low", "normal", "high") if size == 3 else ("low", "high"))
    panels[0].set_ylabel("probability")
    figure.supxlabel("state", fontsize="medium")
    figure.legend(loc="outside upper center", ncols=len(observations))
    return list(panels)


def from_prior_to_posterior(x, log_likelihood, posterior, sizes=(1, 4, 20), *, mu0=0.0, var0=1.0, var=1.0):
    """Prior, likelihood and posterior of a Gaussian mean after the first n data, and how both moments move with n.

    Args:
        x: data, [N].
        log_likelihood: (mu, x, var) -> nats; drawn scaled to area one.
        posterior: (x, mu0, var0, var) -> mean, variance.
        sizes: the n of the panels.
        mu0: prior mean.
        var0: prior variance.
        var: variance of the noise.

    Returns:
        an Axes for each n, and one of the posterior mean with two standard deviations against n.
    """
    import matplotlib.pyplot as plt

    require(len(x) >= max(sizes), f"There are {len(x)} data, and n up to {max(sizes)} is to be drawn: give `sizes`.")
    require((var0 > 0, var > 0), "A variance of 0 is a certainty and has no density: take one above 0, however small.")

    def moments(n):
        result = posterior(np.asarray(x[:n], np.float32), mu0, var0, var)
        result = tuple(result.values()) if isinstance(result, dict) else tuple(result)
        return float(result[0]), float(result[1])

    def normal(mean, variance):
        return np.exp(-0.5 * (mu - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)

    x, mu = np.asarray(x, np.float64), np.linspace(mu0 - 3 * np.sqrt(var0), mu0 + 5 * np.sqrt(var0), 401)
    widths = (*[1] * len(sizes), 1.25)
    figure, panels = plt.subplots(1, len(sizes) + 1, figsize=(2.6 * len(sizes) + 3.2, 3.3), width_ratios=widths)
    for axes, n in zip(panels, sizes, strict=False):
        data = np.asarray(x[:n], np.float32)
        log_p = np.array(jax.vmap(lambda m, data=data: log_likelihood(m, data, var))(mu.astype(np.float32)), np.float64)
        scaled = np.exp(log_p - log_p.max())
        curves = (("prior", THIRD, normal(mu0, var0)), ("likelihood, scaled", TRUTH, scaled / np.trapezoid(scaled, mu)),
                  ("posterior", YOURS, normal(*moments(n))))  # fmt: skip
        for name, color, curve in curves:
            axes.plot(mu, curve, color=color, linestyle=DASHES[color], label=name if axes is panels[0] else None)
        axes.vlines(data, -0.09, -0.02, color="0.3", linewidth=1)
        axes.set(title=f"n = {n}", xlabel=r"$\mu$ (units of x)", xlim=(mu[0], mu[-1]), ylim=(-0.1, 2.0))
        axes.axhline(0, color="0.4", linewidth=0.8)
    for axes in panels[1:-1]:
        axes.set_yticklabels([])
    panels[0].set_ylabel("density, per unit of x")
    figure.legend(loc="outside upper left", ncols=3)
    counts = np.unique(np.concatenate([[0], np.geomspace(1, len(x), 12).astype(int)]))
    centres, spreads = np.array([moments(n) for n in counts]).T
    last, reach = panels[-1], 2 * np.sqrt(spreads)
    mine = {"color": YOURS, "linestyle": "--", "marker": "o", "markersize": 4}
    last.errorbar(counts, centres, reach, capsize=2, linewidth=1.2, **mine)
    means, squares = [x[:n].mean() for n in counts[1:]], {"marker": "s", "markersize": 4, "markerfacecolor": "white"}
    last.plot(counts[1:], means, color=TRUTH, label="mean of the data", **squares)
    last.axhline(mu0, color=THIRD, linestyle=DASHES[THIRD], label="prior mean")
    last.plot([], [], label="posterior, 2 sd", **mine)
    last.set(title="the pull of the prior", xlabel="n (data seen)", ylabel=r"$\mu$ (units of x)", xscale="symlog")
    ticks = [n for n in (0, 1, 10, 100, 1000) if n <= len(x)]
    last.set_xticks(ticks, labels=map(str, ticks))
    last.legend(fontsize=8.5, loc="lower right")
    return list(panels)
