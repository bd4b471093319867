"""Figures of section 2: mixtures, bounds that touch, coordinate ascent."""

import base64
import io

import jax
import matplotlib as mpl
import numpy as np
from matplotlib.patheffects import withStroke

from dflvi.plots.style import DASHES, THIRD, TRUTH, YOURS, named, require


def q_and_joint(z, q, joint, axes=None):
    """A density q(z) and, as a function of z, the joint p(z, x) at the observed x, with the areas under both.

    Args:
        z: a fine grid, [n].
        q: its density there, [n].
        joint: p(z, x), [n].
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    z, q, joint = (np.asarray(values, np.float64) for values in (z, q, joint))
    axes.fill_between(z, joint, color=TRUTH, alpha=0.15)
    for values, color, name in ((joint, TRUTH, "p(z, x)"), (q, YOURS, "q(z)")):
        label = f"{name}, area {np.trapezoid(values, z):.3g}"
        axes.plot(z, values, color=color, linestyle=DASHES[color], label=label)
    axes.set(xlabel="z", ylabel="density", ylim=(0, None), xlim=(z[0], z[-1]))
    axes.legend()
    return axes


def sliding_below_zero(scale, values: dict, axes=None):
    """Quantities in nats as a scale shrinks, from left to right; where no KL divergence can be is shaded.

    Args:
        scale: standard deviations, [n].
        values: name -> a quantity for each of them, [n]. Up to three are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    for (name, one), color, mark in zip(values.items(), (YOURS, TRUTH, THIRD), "os^", strict=False):
        axes.plot(scale, one, color=color, linestyle=DASHES[color], marker=mark, markersize=4, label=name)
    low = min(-0.5, 1.2 * min(float(np.min(one)) for one in values.values()))
    axes.axhspan(low, 0, color="0.92", zorder=0)
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.text(0.02, 0.05, "no KL divergence is ever here", transform=axes.transAxes, color="0.3")
    axes.set(xscale="log", xlabel="standard deviation of prior and noise (log scale, shrinking)")
    axes.set(xlim=(np.max(scale) * 1.1, np.min(scale) / 1.1), ylim=(low, -1.5 * low), ylabel="nats")
    axes.legend(loc="upper left")
    return axes


def mixture(x, result, log_density=None, *, centre=0.0, unit="", axes=None):
    """Data and what coordinate ascent makes of them: component densities, and what q says of their means.

    Each component is a numbered curve, N(m_k, 1) times its share of the data; together they smooth the
    histogram. The strip of its colour is m_k plus and minus two posterior standard deviations. Each datum
    is a tick below the axis, in a mixture of the colours that follows its responsibilities.

    Args:
        x: data, [N].
        result: a CaviResult, or anything whose first three parts are m, s2 and phi.
        log_density: x_new [M] -> log predictive density, drawn if given.
        centre: what was subtracted from the data, added again for the axis.
        unit: of x, for the axis.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    require(len(x), "There are no data to draw. Without data q is the prior: each mean at 0, with variance sigma2.")
    axes = axes or plt.subplots(figsize=(7.6, 3.6))[1]
    parts = tuple(result.values()) if isinstance(result, dict) else tuple(result)
    x, m, s2, phi = (np.asarray(part, np.float64) for part in (x, *parts[:3]))
    grid = np.linspace(x.min() - 3, x.max() + 3, 600)
    colors = plt.get_cmap("tab10").colors
    bins = np.arange(np.floor(grid[0]), np.ceil(grid[-1]) + 0.5, 0.5)
    axes.hist(x + centre, bins + centre, density=True, color="0.87", label="data")
    heights = phi.mean(axis=0) / np.sqrt(2 * np.pi)
    shown = np.array([colors[k % 10] for k in range(len(m))])
    spreads = 2 * np.sqrt(s2)
    for k, (place, height, spread, color) in enumerate(zip(m, heights, spreads, shown, strict=True)):
        curve = height * np.exp(-0.5 * (grid - place) ** 2)
        axes.axvspan(place + centre - spread, place + centre + spread, color=color, alpha=0.3)
        axes.plot(grid + centre, curve, color=color, linewidth=1.4)
        text = axes.text(place + centre, height, k + 1, ha="center", va="bottom", weight="bold")
        text.set_path_effects([withStroke(linewidth=3, foreground="white")])
    if log_density is not None:
        density = np.exp(np.asarray(log_density(grid.astype(np.float32)), np.float64))
        axes.plot(grid + centre, density, color="black", linestyle="--", label="predictive density")
    top = axes.get_ylim()[1]
    mixed = np.clip(phi @ shown, 0, 1)
    axes.vlines(x + centre, -0.05 * top, -0.01 * top, color=mixed, linewidth=1)
    axes.axhline(0, color="0.4", linewidth=0.8)
    per = f"density, per {unit}" if unit else "density, per unit of x"
    axes.set(xlabel=f"x ({unit})" if unit else "x", ylabel=per, ylim=(-0.06 * top, 1.08 * top))
    axes.set(xlim=(grid[0] + centre, grid[-1] + centre))
    axes.legend(loc="upper right")
    return axes


def elbo_traces(traces: dict, *, best=None, samples=0, axes=None):
    """The ELBO against the number of sweeps or steps, or of samples (log scale), one line for each trace.

    Args:
        traces: name -> ELBO after each iteration, [n]. Up to five are told apart.
        best: a level to mark, in nats.
        samples: how many an iteration uses; 0: iterations are counted.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    colors, dashes = (YOURS, TRUTH, THIRD, "0.3", "0.5"), ("--", "-", ":", "-.", "-")
    for (name, trace), color, dash, marker in zip(traces.items(), colors, dashes, "os^vd", strict=False):
        at = np.arange(1, len(trace) + 1)
        every = list(np.unique(np.geomspace(1, len(at), 12).astype(int)) - 1)
        at = at * max(samples, 1)
        look = {"color": color, "marker": marker, "markersize": 4.5, "markevery": every}
        axes.plot(at, trace, dash, label=named(name, trace), **look)
    if best is not None:
        axes.axhline(best, color="0.4", linewidth=0.8)
        at, side = (axes.get_xlim()[1], "right") if samples else (1, "left")
        axes.text(at, best, f"{best:.1f}", va="bottom", ha=side, color="0.3")
    label = "samples used (log scale)" if samples else "sweeps or steps (log scale)"
    axes.set(xscale="log", xlabel=label, ylabel="ELBO (nats)")
    axes.legend(loc="best" if len(traces) > 1 else "lower right")
    return axes


def optima(elbos, axes=None):
    """The ELBO that each of several starts ends at, in order, with a line for each distinct value.

    Args:
        elbos: final ELBO of each start, [n].
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.0, 2.8))[1]
    values = np.sort(np.asarray(elbos, np.float64))[::-1]
    new = np.concatenate([[True], np.abs(np.diff(values)) > 0.1])
    for level, count in zip(values[new], np.diff(np.append(np.flatnonzero(new), len(values))), strict=True):
        axes.plot([0, len(values) + 0.4], [level, level], color="0.8", linewidth=0.8, zorder=0)
        times = f"{count} of {len(values)} starts"
        axes.text(1.03 * len(values) + 0.4, level, f"{level:.1f}: {times}", va="center", fontsize=9.5)
    axes.plot(np.arange(1, len(values) + 1), values, "o", color=YOURS, markersize=5)
    axes.set(xlabel="start, best first", ylabel="final ELBO (nats)", xlim=(0, len(values) * 1.36))
    return axes


def lifted_parabolas(x, phi, m, s2, expected_loglik):
    """What one datum pays to each component as a function of where its mean lies: parabolas, lifted by s2.

    Args:
        x: the datum, a number.
        phi: its responsibilities, [K].
        m: means, [K]; a dot marks each.
        s2: variances of the means, [K].
        expected_loglik: (x [N], phi [N, K], m, s2) -> average log likelihood of each datum, [N].

    Returns:
        two Axes, for s2 = 0 and for s2 as given. Titles give minus the average log likelihood of the datum.
    """
    import matplotlib.pyplot as plt

    phi, m, s2 = (np.asarray(part, np.float32) for part in (phi, m, s2))
    n_components = len(m)
    reach = 1.15 * np.abs(m - x).max() + 0.3
    places = np.linspace(x - reach, x + reach, 201).astype(np.float32)
    constant = 0.5 * np.log(2 * np.pi)

    def pays(at, spread):
        """To component k alone, its mean at each of the places, less the constant."""
        where = (x + m[:, None] - at).astype(np.float32)  # only the distance of datum and mean counts
        alone = np.repeat(np.eye(n_components, dtype=np.float32), at.shape[1], axis=0)
        cost = -np.asarray(expected_loglik(where.ravel(), alone, m, spread), np.float64) - constant
        return phi[:, None] * cost.reshape(n_components, -1)

    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.7), sharey=True)
    looks = ((TRUTH, "-"), (YOURS, "--"), (THIRD, ":"), ("0.35", "-."))
    low = pays(m[:, None], 0 * s2)[:, 0]
    for axes, spread in zip(panels, (0 * s2, s2), strict=True):
        curves = pays(np.tile(places, (n_components, 1)), spread)
        dots = pays(m[:, None], spread)[:, 0]
        for k, (color, dash) in enumerate(looks[:n_components]):
            label = f"component {k + 1}, phi = {phi[k]:.2g}" if axes is panels[0] else None
            axes.plot(places, curves[k], dash, color=color, label=label)
            if dots[k] > low[k]:
                axes.plot(m[k], low[k], "o", color="white", markeredgecolor=color, zorder=3)
                arrow = {"arrowstyle": "->", "color": color, "linewidth": 1.6}
                axes.annotate("", (m[k], dots[k]), (m[k], low[k]), arrowprops=arrow)
            axes.plot(m[k], dots[k], "o", color=color, markeredgecolor="black", zorder=3)
        axes.axvline(x, color="0.6", linewidth=0.8, zorder=0)
        whole = -float(np.asarray(expected_loglik(np.full(1, x, np.float32), phi[None], m, spread))[0])
        name = "s2 = 0" if not spread.any() else f"s2 = ({', '.join(f'{v:.2g}' for v in spread)})"
        axes.set(title=f"{name}: the datum pays {whole:.2f} nats", xlabel="where the mean of the component lies")
    top = 1.3 * max(dots.max(), 0.3)
    panels[0].set(ylabel="phi times half a mean square (nats)", ylim=(-0.04 * top, top))
    panels[0].text(x, 0.97 * top, " datum", va="top", color="0.35")
    figure.legend(loc="outside lower center", ncols=n_components, fontsize=9.5)
    return list(panels)


def elbo_stack(terms, *, evidence=None, axes=None):
    """The five terms of an ELBO after each of several sweeps, stacked up and down from zero, and their sum.

    Args:
        terms: one dict of terms (name -> nats) a sweep, or one tuple in the order prior_mu, prior_c, lik,
            ent_c, ent_mu.
        evidence: a level to mark, log p(x).
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.6, 3.8))[1]
    names = ("prior_mu", "prior_c", "lik", "ent_c", "ent_mu")
    rows = [one._asdict() if hasattr(one, "_asdict") else one for one in terms]
    rows = [one if isinstance(one, dict) else dict(zip(names, one, strict=True)) for one in rows]
    values = np.array([[float(one[name]) for name in names] for one in rows])  # [sweep, term]
    at = np.arange(1, len(values) + 1)
    looks = (("#9ecae1", "//"), ("0.8", ""), (TRUTH, ""), (YOURS, "\\\\"), (THIRD, ".."))
    below, above = np.zeros(len(at)), np.zeros(len(at))
    for (color, hatch), name, heights in zip(looks, names, values.T, strict=True):
        base = np.where(heights < 0, below, above)
        style = {"color": color, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5}
        axes.bar(at, heights, 0.72, bottom=base, label=name, **style)
        below, above = below + np.minimum(heights, 0), above + np.maximum(heights, 0)
    axes.plot(at, values.sum(axis=1), "o-", color="black", linewidth=1.2, markersize=4.5, label="ELBO, their sum")
    if evidence is not None:
        axes.axhline(evidence, color="black", linestyle=":", linewidth=1.2, label="log p(x)")
    axes.axhline(0, color="0.3", linewidth=0.8)
    axes.set(xlabel="sweep", ylabel="nats", xticks=at)
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes


class Animation:
    """Frames that a notebook shows as one moving picture without any script, and its description in words."""

    def __init__(self, gif: bytes, says: str, n_frames: int):
        self.gif, self.says, self.n_frames = gif, says, n_frames

    def _repr_mimebundle_(self, include=None, exclude=None):  # asked for by IPython
        return {"image/gif": base64.b64encode(self.gif).decode(), "text/plain": self.says}

    def __repr__(self) -> str:
        return f"{self.says} ({self.n_frames} frames, {len(self.gif) // 1000} kB)"


def mixture_animation(x, states, elbos, *, says="", seconds=0.4):
    """Coordinate ascent as a moving picture: data, components and their strips above, the ELBO below.

    Args:
        x: data, [N].
        states: what is drawn in each frame, (m, s2, phi) each, one a sweep.
        elbos: the ELBO of each of them in nats, [frames].
        says: what is seen, for those who do not see it.
        seconds: how long a frame stays. The picture plays three times and stops at the last frame.

    Returns:
        an Animation; a notebook shows it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(6.2, 4.3), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1.2))
    draw = _moving_mixture(upper, x, states)
    at = np.arange(1, len(elbos) + 1)
    lower.plot(at, elbos, color="0.75", linewidth=1.2)
    (trace,) = lower.plot([], [], "o-", color=YOURS, markersize=4)
    lower.set(xlabel="sweep", ylabel="ELBO (nats)", xlim=(0.5, len(elbos) + 0.5))
    lower.locator_params(axis="x", integer=True)
    upper.set_title("sweep 1")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    frames = []
    for n, state in enumerate(states):
        draw(state)
        upper.set_title(f"sweep {n + 1}")
        trace.set_data(at[: n + 1], elbos[: n + 1])
        canvas.draw()
        frame = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
        frames.append(frame.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    buffer = io.BytesIO()
    stays = [int(1000 * seconds)] * (len(frames) - 1) + [int(4000 * seconds)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=stays, loop=2, optimize=True)
    says = says or f"{len(frames)} sweeps of coordinate ascent, as an animation."
    return Animation(buffer.getvalue(), says, len(frames))


def mixture_panels(x, states: dict):
    """Still pictures of a run: data, components and their strips, one panel a state.

    Args:
        x: data, [N].
        states: title -> (m, s2, phi).

    Returns:
        the Axes of the panels, in a list.
    """
    import matplotlib.pyplot as plt

    rows = (len(states) + 1) // 2
    figure, panels = plt.subplots(rows, 2, figsize=(8.4, 2.3 * rows), sharex=True, sharey=True, squeeze=False)
    for axes, (title, state) in zip(panels.flat, states.items()):
        _moving_mixture(axes, x, list(states.values()))(state)
        axes.set_title(title)
        axes.label_outer()
    return list(panels.flat)


def _moving_mixture(axes, x, states):
    """Draw what stays, and return a function that moves what changes to a state (m, s2, phi)."""
    x = np.asarray(x, np.float64)
    states = [tuple(np.asarray(part, np.float64) for part in state[:3]) for state in states]
    grid = np.linspace(x.min() - 2.5, x.max() + 2.5, 400)
    bins = np.arange(np.floor(grid[0]), np.ceil(grid[-1]) + 0.5, 0.5)
    bars = axes.hist(x, bins, density=True, color="0.87")[0]
    heights = [phi.mean(axis=0) / np.sqrt(2 * np.pi) for _, _, phi in states]
    top = 1.18 * max(bars.max(), max(height.max() for height in heights))
    colors = np.array(_colors(len(states[0][0])))
    strips = [axes.axvspan(0, 0, color=color, alpha=0.3) for color in colors]
    curves = [axes.plot(grid, 0 * grid, color=color, linewidth=1.5)[0] for color in colors]
    numbers = [axes.text(0, 0, k + 1, ha="center", va="bottom", weight="bold") for k in range(len(colors))]
    for number in numbers:
        number.set_path_effects([withStroke(linewidth=3, foreground="white")])
    ticks = axes.vlines(x, -0.06 * top, -0.01 * top, linewidth=1)
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.set(xlabel="x", ylabel="density, per unit of x", ylim=(-0.07 * top, top), xlim=(grid[0], grid[-1]))

    def draw(state):
        m, s2, phi = (np.asarray(part, np.float64) for part in state[:3])
        share = phi.mean(axis=0) / np.sqrt(2 * np.pi)
        for k, (strip, curve, number) in enumerate(zip(strips, curves, numbers, strict=True)):
            strip.set_bounds(m[k] - 2 * np.sqrt(s2[k]), 0, 4 * np.sqrt(s2[k]), 1)
            curve.set_ydata(share[k] * np.exp(-0.5 * (grid - m[k]) ** 2))
            number.set_position((m[k], share[k]))
        ticks.set_color(np.clip(phi @ colors, 0, 1))

    return draw


def _colors(n):
    """So many colours for components, red, green and blue from 0 to 1."""
    return [mpl.colormaps["tab10"].colors[k % 10] for k in range(n)]


def gaussians_over(log_p, thetas: dict, axes=None):
    """A target density, shaded, and Gaussians over it.

    Args:
        log_p: z -> log density of the target at one point.
        thetas: name -> [m, log s] of a Gaussian. Up to three are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    z = np.linspace(-13, 13, 801)
    target = np.exp(np.asarray(jax.vmap(log_p)(z.astype(np.float32)), np.float64))
    axes.fill_between(z, target, color=TRUTH, alpha=0.15)
    axes.plot(z, target, color=TRUTH, linestyle=DASHES[TRUTH], label="P")
    for (name, theta), color, dash in zip(thetas.items(), (YOURS, THIRD, "0.3"), ("--", ":", "-."), strict=False):
        m, s = float(theta[0]), float(np.exp(np.asarray(theta[1])))
        curve = np.exp(-0.5 * ((z - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))
        axes.plot(z, curve, dash, color=color, label=f"{name}: m = {round(m, 2) + 0:g}, s = {s:.2f}")
    axes.set(xlabel="z", ylabel="density, per unit of z", xlim=(z[0], z[-1]), ylim=(0, None))
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend(loc="upper center", ncols=2, fontsize=9.5)
    return axes


def loss_maps(losses: dict, runs: dict):
    """Level lines of losses of (m, log s), and where an optimiser started (circle) and ended (cross).

    Args:
        losses: title -> a loss of theta = [m, log s], in nats, one panel each.
        runs: title -> a list of (start, end), two thetas each.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    m, s = np.linspace(-8, 8, 49), np.geomspace(0.5, 9, 33)
    grid = np.stack(np.meshgrid(m, np.log(s)), axis=-1).astype(np.float32)
    levels = np.array([0.75, 1, 1.5, 2, 3, 3.5, 4, 6, 10, 20, 50, 100, 300])
    figure, panels = plt.subplots(1, len(losses), figsize=(4.6 * len(losses), 4.0), sharey=True, squeeze=False)
    for axes, (title, loss) in zip(panels[0], losses.items(), strict=True):
        values = np.asarray(jax.vmap(loss)(grid.reshape(-1, 2)), np.float64).reshape(grid.shape[:2])
        lines = axes.contour(m, s, values, levels=levels, cmap="viridis_r", norm=mpl.colors.LogNorm(0.6, 300))
        axes.clabel(lines, fontsize=7.5, fmt="%g")
        for start, end in runs.get(title, []):
            (m0, s0), (m1, s1) = ((float(one[0]), float(np.exp(np.asarray(one[1])))) for one in (start, end))
            axes.plot([m0, m1], [s0, s1], linestyle=":", color=YOURS, linewidth=1.2)
            axes.plot(m0, s0, "o", color=YOURS, markersize=6, markerfacecolor="white", markeredgewidth=1.8)
            axes.plot(m1, s1, "x", color="black", markersize=9, markeredgewidth=2.4)
        axes.set(title=title, xlabel="m", yscale="log", ylim=(s[0], s[-1]), xlim=(m[0], m[-1]))
        axes.set_yticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
        axes.minorticks_off()
    panels[0, 0].set_ylabel("s (log scale)")
    return list(panels[0])


def bounds_that_touch(x, em_step, start=0.4, steps=3, axes=None):
    """The log likelihood of a mixture with means -t and t, and the lower bounds on it that EM climbs.

    Args:
        x: data, [N]; their mirror image is added, so that EM keeps to means -t and t.
        em_step: (x, mu) -> (responsibilities, new mu), for components of variance one and equal weight.
        start: the first t.
        steps: number of EM steps to draw.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.2, 4.0))[1]
    both = np.concatenate([np.asarray(x, np.float32), -np.asarray(x, np.float32)])
    t = np.linspace(0.0, 3.2, 161)

    def log_joint(t):
        means = np.stack([-t, t], axis=-1)[..., None, :]
        return -0.5 * (both[:, None] - means) ** 2 - 0.5 * np.log(2 * np.pi) - np.log(2)

    def log_likelihood(t):
        return np.sum(np.logaddexp.reduce(log_joint(t), axis=-1), axis=-1)

    def bound(resp, t):
        entropy = -np.sum(resp * np.log(np.maximum(resp, 1e-30)))
        return np.sum(resp * log_joint(t), axis=(-2, -1)) + entropy

    axes.plot(t, log_likelihood(t), color=TRUTH, linestyle=DASHES[TRUTH], label="log p(x; t)")
    at, resp = start, None
    for number in range(steps):
        parts = em_step(both, np.array([-at, at], np.float32))
        resp, mu = (np.asarray(part, np.float64) for part in (parts.values() if isinstance(parts, dict) else parts))
        label = "F(q, t), q from an E-step" if number == 0 else None
        axes.plot(t, bound(resp, t), "--", color=YOURS, linewidth=1.3, label=label)
        axes.plot(at, log_likelihood(np.array(at)), "o", color=YOURS, markersize=6)
        new = float(mu[1] - mu[0]) / 2
        axes.plot(new, bound(resp, np.array(new)), "^", color=YOURS, markersize=6)
        if number == 0:
            hard = (resp == resp.max(axis=1, keepdims=True)).astype(float)
            axes.plot(t, bound(hard, t), ":", color=THIRD, label="F(q, t), q of zeros and ones")
        at = new
    top = float(log_likelihood(t).max())
    low = float(bound(resp, np.array(0.0)))
    axes.set(xlabel="t: the means are -t and t", ylabel="nats", xlim=(t[0], t[-1]))
    axes.set(ylim=(low - 0.5 * (top - low), top + 0.12 * (top - low)))
    axes.legend(loc="lower center")
    return axes


def progress(runs: dict, level=None, axes=None):
    """How far an algorithm still has to go, against the number of data that it has looked at (log scale).

    Args:
        runs: name -> (data looked at [n], distance that remains [n]). Up to five are told apart.
        level: a distance to mark.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.4, 3.6))[1]
    looks = ((THIRD, ":", "s"), ("0.35", "-.", "v"), (TRUTH, "-", "o"), (YOURS, "--", None), ("black", "-", "^"))
    for (name, (seen, distance)), (color, dash, marker) in zip(runs.items(), looks, strict=False):
        seen, distance = np.asarray(seen, np.float64), np.asarray(distance, np.float64)
        axes.plot(seen[1:], distance[1:], dash, color=color, marker=marker, markersize=4.5, label=name)
    if level is not None:
        axes.axhline(level, color="0.4", linewidth=0.8)
        axes.text(1.0, level, f" {level:g}", transform=axes.get_yaxis_transform(), va="center", color="0.3")
    axes.set(xscale="log", yscale="log", xlabel="data looked at (log scale)")
    axes.set(ylabel="largest distance of a mean\nfrom its end (units of x)")
    axes.legend(loc="lower left", fontsize=9.5)
    return axes


def averages_of_logs(panels: dict):
    """Log densities for several values of what they depend on, their average, and the parabola nearest to that.

    Args:
        panels: title -> (name of the unknown, its grid [n], log densities [S, n]), one panel each. Each curve is
            moved so that its top is at zero; constants do not matter.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    figure, axes_of = plt.subplots(1, len(panels), figsize=(4.5 * len(panels), 3.6), squeeze=False)
    for axes, (title, (name, grid, curves)) in zip(axes_of[0], panels.items(), strict=True):
        grid, curves = np.asarray(grid, np.float64), np.asarray(curves, np.float64)
        curves = curves - curves.max(axis=1, keepdims=True)
        average = curves.mean(axis=0)
        parabola = np.polynomial.Polynomial.fit(grid, average, 2)(grid)
        for number, curve in enumerate(curves):
            axes.plot(grid, curve, color="0.6", linewidth=0.9, label="single ones" if number == 0 else None)
        axes.plot(grid, average, color=TRUTH, linewidth=2.4, label="their average")
        axes.plot(grid, parabola, "--", color=YOURS, label="nearest parabola")
        gap = np.abs(average - parabola).max()
        axes.set(title=f"{title}\nlargest gap {gap:.2f} nats", xlabel=name, xlim=(grid[0], grid[-1]))
        axes.set_ylim(1.15 * min(average.min(), parabola.min()), None)
        axes.legend(loc="lower center", fontsize=9)
    axes_of[0, 0].set_ylabel("log conditional, top at zero (nats)")
    return list(axes_of[0])
