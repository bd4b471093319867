"""Figures of section 3: scores, information, estimators and their variances."""


import jax
import numpy as np

from dflvi.plots.style import DASHES, THIRD, TRUTH, YOURS, named


def scores_of_draws(score, x, mu, sigma):
    """What draws from a normal would have its parameters do, and how that averages out.

    Args:
        score: (x, mu, sigma) -> (d_mu, d_sigma) of one x.
        x: draws from N(mu, sigma^2), [n]; the first 14 get an arrow.
        mu: the mean, a number.
        sigma: the standard deviation, a number.

    Returns:
        two Axes. Left the density, with an arrow from each draw as long as its d_mu, in the direction in which it
        pulls mu; right the mean of both parts over the first n draws.
    """
    import matplotlib.pyplot as plt

    x = np.asarray(x, np.float32)
    parts = jax.vmap(lambda one: score(one, float(mu), float(sigma)))(x)
    parts = list(parts.values()) if isinstance(parts, dict) else list(parts)
    d_mu, d_sigma = (np.asarray(part, np.float64) for part in parts)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.6))
    grid = np.linspace(mu - 3.6 * sigma, mu + 3.6 * sigma, 200)
    density = np.exp(-0.5 * ((grid - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    left.plot(grid, density, color=TRUTH, label="density")
    left.axvline(mu, color="0.5", linewidth=0.8)
    levels = -density.max() * (0.08 + 0.06 * np.arange(14))
    shown = np.argsort(x[:14])
    reach = 0.5 * sigma / max(float(np.abs(d_mu[:14]).mean()), 1e-9)
    for level, i in zip(levels, shown, strict=False):
        left.annotate(
            "", (x[i] + reach * d_mu[i], level), (x[i], level), arrowprops={"arrowstyle": "->", "color": YOURS}
        )
        left.plot(x[i], level, "o", color=YOURS, markersize=4)
    left.plot([], [], "o-", color=YOURS, markersize=4, label="a draw, and its d_mu as an arrow")
    left.set(xlabel="x", ylabel="density, per unit of x", ylim=(-0.98 * density.max(), 1.6 * density.max()))
    left.set(title="where each draw pulls the mean", yticks=[0, round(float(density.max()), 2)])
    left.legend(loc="upper left", fontsize=9)
    n = np.arange(1, len(x) + 1)
    for values, color, name in ((d_mu, YOURS, "d_mu"), (d_sigma, TRUTH, "d_sigma")):
        right.plot(n, np.cumsum(values) / n, DASHES[color], color=color, label=f"mean of {name}")
    right.axhline(0, color="0.5", linewidth=0.8)
    right.set(xscale="log", xlabel="draws averaged (log scale)", ylabel="mean score (nats per unit of x)")
    right.set(title="the average tends to zero")
    right.legend(fontsize=9)
    return [left, right]


def equal_steps(kl, fisher, points, level=0.05):
    """Around some normals, all those that lie a given KL divergence away, and the ellipse that the information says.

    Args:
        kl: (lam, lam2) -> KL divergence in nats, with lam = [mu, sigma].
        fisher: (kl, lam) -> the information at lam, [2, 2].
        points: lam of the normals, [n, 2].
        level: the divergence, in nats.
    """
    import matplotlib.pyplot as plt

    points = np.asarray(points, np.float32)
    axes = plt.subplots(figsize=(7.0, 4.2))[1]
    angles = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    every = jax.jit(jax.vmap(kl, (None, 0)))
    for number, lam in enumerate(points):
        matrix = np.asarray(fisher(kl, lam), np.float64)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        ellipse = lam[:, None] + vectors @ (circle * np.sqrt(2 * level / np.maximum(values, 1e-9))[:, None])
        reach = 1.5 * np.abs(ellipse - lam[:, None]).max(axis=1)
        mu, sigma = (np.linspace(one - r, one + r, 81, dtype=np.float32) for one, r in zip(lam, reach, strict=True))
        sigma = np.maximum(sigma, 1e-3)
        at = np.stack(np.meshgrid(mu, sigma), axis=-1)
        away = np.asarray(every(lam, at.reshape(-1, 2))).reshape(81, 81)
        axes.contour(mu, sigma, away, levels=[level], colors=TRUTH)
        axes.plot(*ellipse, color=YOURS, linestyle=DASHES[YOURS], label="ellipse of F" if not number else None)
        axes.plot(*lam, "o", color="black", markersize=4)
        radius = np.sqrt(2 * level) * points[:, 1].min()
        axes.plot(*(lam[:, None] + radius * circle), color="0.5", linestyle=":", linewidth=1.2,
                  label="same Euclidean step" if not number else None)  # fmt: skip
    axes.plot([], [], color=TRUTH, label=f"KL = {level:g} nats away")
    axes.set(xlabel=r"$\mu$ (units of x)", ylabel=r"$\sigma$ (units of x)", aspect="equal")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=3, fontsize=9)
    return axes


def slope_and_bend(a, fisher, eta, marks, statistic="t"):
    """A log normalizer with its tangents, and its curvature: mean and variance of the statistic.

    Args:
        a: eta -> a(eta), for one number.
        fisher: (a, eta) -> the information at eta, a number.
        eta: a grid, [n].
        marks: where tangents are drawn, [m].
        statistic: its name.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    eta, marks = np.asarray(eta, np.float32), np.asarray(marks, np.float32)
    values, slopes = (np.asarray(jax.vmap(f)(eta), np.float64) for f in (a, jax.grad(a)))
    bends = np.asarray(jax.vmap(lambda one: jax.numpy.reshape(fisher(a, one), ()))(eta), np.float64)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.5))
    left.plot(eta, values, color=TRUTH, label=r"$a(\eta)$")
    half = 0.16 * (eta[-1] - eta[0])
    for number, mark in enumerate(marks):
        at, slope = np.interp(mark, eta, values), np.interp(mark, eta, slopes)
        ends = np.array([mark - half, mark + half])
        label = "tangent, with its slope" if not number else None
        left.plot(ends, at + slope * (ends - mark), color=YOURS, linestyle=DASHES[YOURS], label=label)
        left.annotate(f"{slope:.2f}", (mark, at), (-34, 8), textcoords="offset points", color=YOURS, weight="bold")
        left.plot(mark, at, "o", color=YOURS, markersize=5)
    left.set(xlabel=r"natural parameter $\eta$", ylabel="nats", title=f"slope: the mean of {statistic}")
    left.legend(loc="upper left", fontsize=9)
    right.plot(eta, bends, color=TRUTH, label=r"curvature of $a$")
    right.plot(marks, np.interp(marks, eta, bends), "o", color=YOURS, markersize=5)
    right.set(xlabel=r"natural parameter $\eta$", ylabel=f"variance of {statistic}", ylim=(0, None))
    right.set(title=f"curvature: the variance of {statistic}")
    return [left, right]


def parts_of_variance(joint, y, parts, unit="units of Y squared"):
    """The law of Y for each z as a strip, with its mean, and the two parts of the variance as a stacked bar.

    Args:
        joint: p(z, y), [nz, ny].
        y: the values of Y, [ny].
        parts: (within, between).
        unit: of the variance.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    joint, y = np.asarray(joint, np.float64), np.asarray(y, np.float64)
    parts = list(parts.values()) if isinstance(parts, dict) else list(parts)
    within, between = (float(part) for part in parts)
    p_z = joint.sum(axis=1)
    means = joint @ y / p_z
    whole = joint.sum(axis=0) @ y
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.7), width_ratios=(3.4, 1))
    for z, row in enumerate(joint / p_z[:, None]):
        left.scatter(np.full(len(y), z), y, s=600 * row, color=TRUTH, alpha=0.55, linewidth=0)
        left.plot([z - 0.33, z + 0.33], 2 * [means[z]], color=YOURS, linewidth=2.6, solid_capstyle="butt",
                  label="E[Y | Z = z]" if not z else None)  # fmt: skip
    left.scatter([], [], s=80, color=TRUTH, alpha=0.55, linewidth=0, label="a value of Y; area: p(y | z)")
    left.axhline(whole, color="0.4", linestyle=":", linewidth=1.4, label="E[Y]")
    room = 0.15 * np.ptp(y)
    left.set(xlabel="z, with its probability", ylabel="Y", ylim=(y.min() - room, y.max() + 3.4 * room))
    left.set(xticks=range(len(p_z)), xticklabels=[f"{z}\n{p:.2f}" for z, p in enumerate(p_z)])
    left.legend(loc="upper center", ncols=3, fontsize=9, columnspacing=1.0, handletextpad=0.4)
    top = within + between
    right.bar(0, within, color=TRUTH, alpha=0.55, width=0.6)
    right.bar(0, between, bottom=within, color=YOURS, hatch="//", edgecolor="white", width=0.6)
    for at, text in ((within / 2, f"within\n{within:.3g}"), (within + between / 2, f"between\n{between:.3g}")):
        right.text(0.36, at, text, va="center", fontsize=9.5)
    right.set(xlim=(-0.4, 1.1), xticks=[], ylabel=f"variance ({unit})", ylim=(0, 1.08 * top))
    right.set(title=f"Var(Y) = {top:.3g}")
    return [left, right]


def knowing_z(decompose, correlations=(0.0, 0.5, 0.95)):
    """Normal pairs (Z, Y) with growing correlation: their law, E[Y | Z], and the two parts of the variance of Y.

    Args:
        decompose: (joint, y) -> (within, between).
        correlations: three numbers between -1 and 1.

    Returns:
        an Axes for each correlation, and one for the parts.
    """
    import matplotlib.pyplot as plt

    grid = np.linspace(-3.6, 3.6, 121, dtype=np.float32)

    def parts(rho):
        z, y = grid[:, None], grid[None]
        joint = np.exp(-0.5 * (z**2 - 2 * rho * z * y + y**2) / (1 - rho**2))
        joint = (joint / joint.sum()).astype(np.float32)
        result = decompose(joint, grid)
        result = list(result.values()) if isinstance(result, dict) else list(result)
        return joint, float(result[0]), float(result[1])

    figure, panels = plt.subplots(1, 4, figsize=(10.5, 3.1), width_ratios=(1, 1, 1, 1.3))
    for axes, rho in zip(panels, correlations, strict=False):
        joint, _, between = parts(rho)
        axes.contourf(grid, grid, joint.T, levels=np.linspace(0.02, 1, 8) * joint.max(), cmap="Blues")
        axes.plot(grid, grid @ joint.T / joint.sum(axis=1), color=YOURS, linestyle=DASHES[YOURS])
        axes.set(title=f"correlation {rho:g}", xlabel="Z", aspect="equal", xlim=(-3, 3), ylim=(-3, 3))
        axes.text(0, -2.75, f"Var(E[Y | Z]) = {between:.2f}", ha="center", fontsize=9)
    panels[0].set_ylabel("Y")
    rhos = np.linspace(0, 0.98, 15)
    within, between = np.array([parts(rho)[1:] for rho in rhos]).T
    panels[3].stackplot(rhos, between, within, colors=(YOURS, TRUTH), alpha=0.55)
    panels[3].plot(rhos, between, color="black", linewidth=1)
    panels[3].text(0.05, 0.55, "within:\nremoved by averaging\nover Y given Z", fontsize=8.5)
    panels[3].text(0.62, 0.07, "between:\nstays", fontsize=8.5)
    panels[3].set(xlabel="correlation of Y and Z", ylabel="Var(Y) = 1, in parts", xlim=(0, 0.98), ylim=(0, 1))
    return list(panels)


def variances_by_block(samples: dict, axes=None):
    """The variance of gradient samples, a group of bars for each block of parameters, a bar for each estimator.

    Args:
        samples: name of an estimator -> {block: samples, [S, ...]}. Up to four are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.0, 3.2))[1]
    blocks = list(next(iter(samples.values())))
    width = 0.8 / len(samples)
    looks = zip(("0.75", THIRD, YOURS, TRUTH), ("", "..", "//", "xx"), strict=True)
    for place, ((name, terms), (color, hatch)) in enumerate(zip(samples.items(), looks, strict=False)):
        heights = [float(np.var(np.asarray(terms[block], np.float64), axis=0).mean()) for block in blocks]
        at = np.arange(len(blocks)) + (place - (len(samples) - 1) / 2) * width
        axes.bar(at, heights, 0.92 * width, color=color, hatch=hatch, edgecolor="white", label=name)
        for x, height in zip(at, heights, strict=True):
            axes.text(x, 1.15 * height, f"{height:.1g}", ha="center", va="bottom", fontsize=8)
    axes.set_xticks(np.arange(len(blocks)), [block.replace("_", " ") for block in blocks])
    axes.set(yscale="log", ylabel="variance of a sample")
    axes.set_ylim(top=12 * axes.get_ylim()[1])
    axes.legend(ncols=len(samples), loc="upper center")
    return axes


def by_data_seen(gaps: dict, widths: dict, width: float):
    """How far an ELBO is from its best value, and a variance of q on its way, against the data looked at.

    Args:
        gaps: name -> (data looked at [n], nats a datum below the best [n]). Up to five are told apart; one that
            is not finite is named in the legend.
        widths: name -> (data looked at [n], a variance of q [n]), of the same names.
        width: the variance at the optimum, marked.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(10.0, 4.4))
    looks = ((THIRD, ":", "s"), (YOURS, "--", "o"), ("0.35", "-.", "v"), (TRUTH, "-", "^"), ("black", "-", "x"))
    for (name, (seen, gap)), (color, dash, marker) in zip(gaps.items(), looks, strict=False):
        gap = np.asarray(gap, np.float64)
        style = {"color": color, "linestyle": dash, "marker": marker, "markersize": 4.5, "markevery": 4}
        panels[0].plot(np.asarray(seen), np.maximum(gap, 1e-5), label=named(name, gap, seen), **style)
        panels[1].plot(*(np.asarray(one) for one in widths[name]), **style)
    panels[1].axhline(width, color="0.4", linewidth=0.8)
    panels[1].text(1, width / 1.3, f"at the optimum: {width:.2g}", va="top", color="0.3", fontsize=9.5)
    panels[1].set_ylim(bottom=width / 5)
    panels[0].set(title="ELBO", ylabel="nats a datum below the best")
    panels[1].set(title="width of one factor", ylabel="$s_1^2$ (units of x squared)")
    for axes in panels:
        axes.set(xscale="log", yscale="log", xlabel="data looked at (log scale)")
    figure.legend(loc="outside lower center", ncols=3, fontsize=9.5)
    return list(panels)


def stream(seen, m, s2, all_m, source=None, title="", axes=None):
    """What q knows of the component means while data come in: m_k with two standard deviations to either side.

    Args:
        seen: how many data had come, [T].
        m: means of the factors after so many, [T, K].
        s2: their variances, [T, K].
        all_m: means of a fit to all data that had come by then, [T, K], for comparison.
        source: where the groups truly are when a batch comes, [T, K]; drawn if given.
        title: above the picture.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.4, 3.8))[1]
    seen, m, s2, all_m = (np.asarray(one, np.float64) for one in (seen, m, s2, all_m))
    looks = zip((YOURS, TRUTH, THIRD, "0.35", "black"), ("--", "-", ":", "-.", "-"), "os^vd", strict=True)
    for k, (color, dash, marker) in zip(range(m.shape[1]), looks, strict=False):
        low, high = m[:, k] - 2 * np.sqrt(s2[:, k]), m[:, k] + 2 * np.sqrt(s2[:, k])
        axes.fill_between(seen, low, high, color=color, alpha=0.2, linewidth=0)
        axes.plot(seen, m[:, k], dash, color=color, label=f"$m_{k + 1}$, streamed")
        axes.plot(seen, all_m[:, k], marker, color=color, markersize=5, fillstyle="none",
                  label="the same, refitted to all data so far" if k == 0 else None)  # fmt: skip
    if source is not None:
        axes.plot(seen, np.asarray(source), color="black", linewidth=0.8)
        axes.plot([], [], color="black", linewidth=0.8, label="where the groups are")
    axes.set(title=title, xlabel="data that have come", ylabel="mean of a component (units of x)")
    axes.legend(fontsize=9.5, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    return axes


def old_and_new(old, new, name=r"\mu_1", axes=None):
    """A Gaussian factor of q before (dashed) and after new data.

    Args:
        old: (mean, variance) before.
        new: (mean, variance) after.
        name: of the variable, in mathematics.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(6.4, 3.0))[1]
    parts = [(float(mean), float(np.sqrt(var))) for mean, var in (old, new)]
    grid = np.linspace(min(m - 4 * s for m, s in parts), max(m + 4 * s for m, s in parts), 400)
    for (m, s), color, dash, label in zip(parts, (TRUTH, YOURS), ("--", "-"), ("before", "after"), strict=True):
        density = np.exp(-0.5 * ((grid - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))
        axes.plot(grid, density, dash, color=color, label=f"{label}: mean {m:.2f}, sd {s:.3f}")
    axes.set(xlabel=f"${name}$ (units of x)", ylabel=f"$q({name})$, per unit of x", ylim=(0, None))
    axes.legend(loc="best")
    return axes


def estimates(panels: dict, truth: dict):
    """Estimates at growing n, with bars of two standard errors, around the number sought.

    Args:
        panels: title -> {name of an estimator: (n [k], mean [k], variance of one term [k])}. Up to three are told
            apart.
        truth: title -> the number sought.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    _, axes_of = plt.subplots(1, len(panels), figsize=(4.8 * len(panels), 3.5), squeeze=False)
    for axes, (title, methods) in zip(axes_of[0], panels.items(), strict=True):
        axes.axhline(truth[title], color="0.3", linewidth=1.0, label=f"the truth: {truth[title]:.4f}")
        looks = ((TRUTH, "o", 0.93), (YOURS, "s", 1.07), (THIRD, "^", 1.2))
        for (name, (n, mean, var)), (color, marker, shift) in zip(methods.items(), looks, strict=False):
            n, mean, var = (np.asarray(one, np.float64) for one in (n, mean, var))
            axes.errorbar(shift * n, mean, 2 * np.sqrt(var / n), fmt=marker, color=color, markersize=4.5, capsize=3,
                          label=name)  # fmt: skip
        axes.set(title=title, xscale="log", xlabel="n (log scale)")
        axes.legend(fontsize=9)
    axes_of[0, 0].set_ylabel("estimate, two standard errors")
    return list(axes_of[0])


def control(z, y, c, mean, axes=None):
    """Draws of a control and of what is to be averaged, the line whose slope is -c, and the known mean of z.

    Args:
        z: the control, [n].
        y: what is to be averaged, [n].
        c: the multiple of z - E[Z] that is added to y.
        mean: E[Z].
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(6.4, 3.6))[1]
    z, y, c = np.asarray(z, np.float64), np.asarray(y, np.float64), float(c)
    axes.plot(z, y, ".", color="0.55", markersize=3, label="draws")
    ends = np.array([z.min(), z.max()])
    label = f"the line with slope -c = {-c:.2f}"
    axes.plot(ends, y.mean() - c * (ends - z.mean()), "--", color=YOURS, label=label)
    axes.axvline(mean, color=TRUTH, linewidth=1.0, label=f"E[Z] = {mean:.3f}, known")
    axes.set(xlabel="Z", ylabel="Y")
    axes.legend()
    return axes


def blankets(names=("beta", "z_2"), n=4):
    """The factor graph of a model with one global and n local variables; the factors of a variable lit.

    Args:
        names: a panel for each, "beta" or "z_i" with a number.
        n: how many data are drawn.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    _, axes_of = plt.subplots(1, len(names), figsize=(4.6 * len(names), 3.4), squeeze=False)
    columns, middle = np.arange(1, n + 1), (n + 1) / 2
    for axes, name in zip(axes_of[0], names, strict=True):
        factors = [("beta",), *(("beta", f"z_{i}") for i in columns), *(("beta", f"z_{i}", f"x_{i}") for i in columns)]
        at = {"beta": (middle, 3.2), **{f"z_{i}": (i, 1.7) for i in columns}, **{f"x_{i}": (i, 0.0) for i in columns}}
        places = [(middle, 3.95), *((i + 0.12 * (middle - i), 2.4) for i in columns), *((i, 0.85) for i in columns)]
        lit = 0
        for factor, place in zip(factors, places, strict=True):
            on = name in factor
            lit += on
            color = YOURS if on else "0.75"
            for variable in factor:
                side = np.sign(middle - place[0]) * (0.28 if abs(middle - place[0]) < 1 else -0.2)
                bend = side if variable == "beta" and len(factor) == 3 else 0.0
                arrow = {"arrowstyle": "-", "color": color, "linewidth": 1.8 if on else 0.9, "zorder": 1}
                arrow["connectionstyle"] = f"arc3,rad={bend}"
                axes.annotate("", at[variable], place, arrowprops=arrow)
            axes.plot(*place, "s", markersize=9, color=color, zorder=3, markeredgecolor="black" if on else "0.6")
        for variable, place in at.items():
            letter, _, number = variable.partition("_")
            face = TRUTH if variable == name else "0.85" if letter == "x" else "white"
            axes.plot(*place, "o", markersize=21, markerfacecolor=face, markeredgecolor="0.2", zorder=4)
            label = r"$\beta$" if letter == "beta" else f"${letter}_{number}$"
            ink = "white" if variable == name else "black"
            axes.text(*place, label, ha="center", va="center", color=ink, zorder=5, fontsize=10)
        shown = r"$\beta$" if name == "beta" else f"${name}$"
        axes.set(title=f"factors with {shown}: {lit} of {len(factors)}", xlim=(0.3, n + 0.7), ylim=(-0.5, 4.3))
        axes.set_axis_off()
    return list(axes_of[0])


def variances_by_size(n, variances: dict, axes=None):
    """The variance of gradient samples against the number of data, both on log scales.

    Args:
        n: numbers of data, [k].
        variances: name -> a variance for each, [k]. Up to four are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.2, 3.6))[1]
    looks = ((TRUTH, "-", "o"), (YOURS, "--", "x"), (THIRD, ":", "^"), ("0.35", "-.", "v"))
    for (name, values), (color, dash, marker) in zip(variances.items(), looks, strict=False):
        axes.plot(np.asarray(n), np.asarray(values), dash, color=color, marker=marker, markersize=6, label=name)
    axes.set(xscale="log", yscale="log", xlabel="number of data (log scale)", ylabel="variance of a sample")
    axes.legend(fontsize=9.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes
