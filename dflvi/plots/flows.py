"""Figures of section 5: maps of the plane."""

import io

import jax
import numpy as np

from dflvi.plots.cavi import Animation
from dflvi.plots.style import THIRD, TRUTH, YOURS, signed_area
from dflvi.targets import on_grid, pushed
from dflvi.train import mapped


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


def planar_fits(targets: dict, fits: dict, push):
    """Densities of the plane and flows fitted to them, in the manner of Rezende and Mohamed's figure 3.

    A flow that cannot be inverted is drawn all the same: a fine grid of noise is pushed forward, and the cells of the
    bent grid are coloured by the density that comes with each of its points.

    Args:
        targets: name -> energy U of one point, one row each.
        fits: K -> name -> (params, words to stand beneath), one column each.
        push: (params, eps) -> (z, log q), of one eps [2].

    Returns:
        the Axes, an array with a row for each target.
    """
    import matplotlib.pyplot as plt

    rows, columns = len(targets), 1 + len(fits)
    figure, panels = plt.subplots(rows, columns, figsize=(1.65 * columns, 1.75 * rows), squeeze=False)
    ticks = np.linspace(-4.2, 4.2, 121)
    eps = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
    for line, (name, U) in zip(panels, targets.items(), strict=True):
        z1, z2, energies = on_grid(U, 4.6, 231)
        density = np.exp(energies.min() - energies)
        density /= density.sum() * (z1[1] - z1[0]) ** 2
        look = {"vmin": 0, "vmax": density.max(), "shading": "gouraud", "rasterized": True}
        line[0].pcolormesh(z1, z2, density, **look)
        line[0].set(ylabel=f"{name}\n$z_2$", xlabel="$z_1$")
        for axes, (K, by_name) in zip(line[1:], fits.items(), strict=True):
            params, words = by_name[name]
            z, log_q = pushed(push, params, eps)
            q = np.exp(np.asarray(log_q, np.float64))
            shape = len(ticks), len(ticks)
            axes.set_facecolor(plt.get_cmap("viridis")(0.0))
            axes.pcolormesh(*(part.reshape(shape) for part in z.T), q.reshape(shape), **look)
            axes.set_xlabel(words, fontsize=8.5)
            axes.set_title(f"K = {K}" if line[0] is panels[0, 0] else "")
        for axes in line:
            axes.set(xlim=(-4.6, 4.6), ylim=(-4.6, 4.6), xticks=[-4, 0, 4], yticks=[-4, 0, 4], aspect="equal")
            axes.tick_params(labelsize=8)
            axes.spines[:].set_visible(True)
    panels[0, 0].set_title("target")
    return panels


def restarts(values: dict, unit="nats", axes=None):
    """What each restart reached, against the number of layers, and the best of them joined by a line.

    Args:
        values: name -> K -> values of the restarts.
        unit: of the values.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.0, 3.6))[1]
    looks = zip((TRUTH, YOURS, THIRD, "0.35"), ("-", "--", ":", "-."), "os^D", strict=True)
    for shift, ((name, by_K), (color, dash, mark)) in enumerate(zip(values.items(), looks, strict=False)):
        at = np.arange(len(by_K)) + 0.08 * (shift - 1.5)
        for x, several in zip(at, by_K.values(), strict=True):
            axes.plot(np.full(len(several), x), several, mark, color=color, markersize=5, markerfacecolor="none")
        least = [min(several) for several in by_K.values()]
        axes.plot(at, least, dash, color=color, marker=mark, markersize=5, label=name)
    axes.set(yscale="log", xlabel="layers K", ylabel=f"KL(q || p), {unit} (log scale)")
    axes.set_xticks(np.arange(len(by_K)), list(by_K))
    axes.axhline(np.log(2), color="0.7", linewidth=0.8)
    axes.text(1.0, np.log(2), " log 2", transform=axes.get_yaxis_transform(), va="center", color="0.4")
    axes.legend(loc="lower left", ncols=2)
    return axes


def cloud_animation(U, clouds, titles, grids=None, seconds=0.3, says=""):
    """A cloud of points on its way to a target density, as a moving picture.

    Args:
        U: energy of the target, of one point; its level lines are drawn.
        clouds: a list of points [n, 2], the same points each time.
        titles: one for each.
        grids: a list of lines [lines, m, 2] to be drawn with the points, `square_grid` carried along for example.
        seconds: for which a picture stays; the last one stays eight times as long.
        says: what is seen, for who cannot see it.

    Returns:
        an Animation, shown by a notebook.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.4, 3.4), dpi=70, layout="constrained")
    canvas, axes = FigureCanvasAgg(figure), figure.subplots()
    dots, lines = _cloud_over(axes, U, clouds[0])
    axes.set_title(titles[0])
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    frames = []
    for cloud, title, grid in zip(clouds, titles, grids or [()] * len(clouds), strict=True):
        dots.set_data(*np.asarray(cloud).T)
        lines.set_segments(list(np.asarray(grid)))
        axes.set_title(title)
        canvas.draw()
        frames.append((canvas.get_width_height(), bytes(canvas.buffer_rgba())))
    stays = [int(1000 * seconds)] * (len(frames) - 1) + [int(8000 * seconds)]
    return _animation(frames, stays, 12, says or f"{len(frames)} pictures of a cloud of points.")


def _animation(frames, stays, colours, says):
    """Frames, (size, RGBA bytes) each, as a GIF. One palette for all of them keeps it small."""
    from PIL import Image

    images = [Image.frombuffer("RGBA", *frame).convert("RGB") for frame in frames]
    width, height = images[0].size
    some = Image.new("RGB", (width, 3 * height))
    for row, number in enumerate((0, len(images) // 2, -1)):
        some.paste(images[number], (0, row * height))
    palette = some.quantize(colours - 3, method=Image.Quantize.MAXCOVERAGE)
    palette.putpalette(palette.getpalette()[: 3 * (colours - 3)] + [120] * 3 + [178] * 3 + [215] * 3)  # and greys
    first, *others = (one.quantize(palette=palette, dither=Image.Dither.NONE) for one in images)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=stays, loop=2, optimize=True)
    return Animation(buffer.getvalue(), says, len(frames))


def cloud_panels(U, clouds, titles, grids=None):
    """The same as still pictures, one panel a cloud."""
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(clouds), figsize=(2.3 * len(clouds), 2.7), sharey=True, squeeze=False)
    for axes, cloud, title, grid in zip(panels[0], clouds, titles, grids or [()] * len(clouds), strict=True):
        _cloud_over(axes, U, cloud)[1].set_segments(list(np.asarray(grid)))
        axes.set_title(title)
        axes.label_outer()
    return list(panels[0])


def _cloud_over(axes, U, cloud):
    from matplotlib.collections import LineCollection

    z1, z2, energies = on_grid(U, 4.6, 161)
    axes.contour(z1, z2, np.exp(energies.min() - energies), levels=[0.05, 0.3, 0.7], colors="0.6", linewidths=0.9)
    (dots,) = axes.plot(*np.asarray(cloud).T, ".", color=YOURS, markersize=3)
    axes.set(xlim=(-4.6, 4.6), ylim=(-4.6, 4.6), xticks=[-4, 0, 4], yticks=[-4, 0, 4], aspect="equal")
    axes.set(xlabel="$z_1$", ylabel="$z_2$")
    return dots, axes.add_collection(LineCollection([], colors=TRUTH, linewidths=0.5, alpha=0.6, zorder=1.5))


def densities_by_depth(rows: dict, words: dict, reach=3.2):
    """Densities of the plane, a row for each data set and a column for each number of layers.

    Args:
        rows: name -> (points [n, 2], {layers: log density of points [m, 2]}).
        words: (name, layers) -> what stands beneath a panel.
        reach: of both axes.

    Returns:
        the Axes, an array with a row for each data set.
    """
    import matplotlib.pyplot as plt

    columns = 1 + max(len(by_depth) for _, by_depth in rows.values())
    figure, panels = plt.subplots(len(rows), columns, figsize=(1.65 * columns, 1.9 * len(rows)), squeeze=False)
    ticks = np.linspace(-reach, reach, 161)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
    for line, (name, (points, by_depth)) in zip(panels, rows.items(), strict=True):
        line[0].plot(*np.asarray(points)[:1500].T, ".", color=TRUTH, markersize=1.5)
        line[0].set(ylabel=f"{name}\n$x_2$", xlabel="$x_1$")
        for axes, (depth, log_density) in zip(line[1:], by_depth.items(), strict=False):
            density = np.exp(np.asarray(log_density(grid), np.float64)).reshape(len(ticks), -1)
            axes.pcolormesh(ticks, ticks, density, vmin=0, vmax=np.quantile(density, 0.995), shading="gouraud",
                            rasterized=True)  # fmt: skip
            axes.set_xlabel(words[name, depth], fontsize=8.5)
            axes.set_title(f"{depth} layer{'s' if depth > 1 else ''}" if line[0] is panels[0, 0] else "")
        for axes in line:
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[-2, 0, 2], yticks=[-2, 0, 2], aspect="equal")
            axes.tick_params(labelsize=8)
    panels[0, 0].set_title("data")
    return panels


def bridge(log_density, points, inside, reach=2.3):
    """The log density of a flow, and the bridge over which one part of the data is joined to the other.

    Args:
        log_density: of points [m, 2].
        points: data [n, 2].
        inside: two points [2], one in each part.
        reach: of both axes.

    Returns:
        two Axes. The second shows how high the lowest point is of the highest way from one part to the other.
    """
    import matplotlib.pyplot as plt

    ticks = np.linspace(-reach, reach, 401)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype(np.float32)
    logs = np.asarray(log_density(grid), np.float64).reshape(len(ticks), -1)
    level = bridge_level(logs, ticks, inside)
    on_data = np.asarray(log_density(np.asarray(points, np.float32)), np.float64)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.1), width_ratios=(1.2, 1))
    ten = logs / np.log(10)
    image = left.pcolormesh(ticks, ticks, ten, vmin=-6, vmax=ten.max(), shading="gouraud", rasterized=True)
    left.contour(ticks, ticks, logs, levels=[level - 1e-3], colors="white", linewidths=1.2, linestyles="--")
    left.plot(*np.transpose(inside), "o", color="white", markersize=5, markerfacecolor="none")
    left.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="dashed: where the parts meet")
    figure.colorbar(image, ax=left, label="log10 of the density")
    right.hist(on_data / np.log(10), bins=40, color=TRUTH, alpha=0.5, label="at the data")
    right.axvline(level / np.log(10), color=YOURS, linestyle="--", label=f"bridge: {np.exp(level):.2g}")
    right.set(xlabel="log10 of the density", ylabel="number of data")
    right.legend(loc="upper left")
    return [left, right]


def bridge_level(logs, ticks, inside):
    """The largest level above which one connected piece of the plane holds both points, by bisection.

    Args:
        logs: log density on a grid [n, n], the first coordinate along the second axis.
        ticks: of both coordinates, [n].
        inside: two points [2].
    """
    from scipy.ndimage import label

    (j, i), (m, k) = (np.abs(ticks - np.asarray(point, np.float64)[:, None]).argmin(axis=1) for point in inside)
    low, high = float(logs.min()), float(min(logs[i, j], logs[k, m]))
    for _ in range(40):
        middle = 0.5 * (low + high)
        pieces, _ = label(logs >= middle, structure=np.ones((3, 3)))
        joined = pieces[i, j] == pieces[k, m] and pieces[i, j] > 0
        low, high = (middle, high) if joined else (low, middle)
    return low


def block_patterns(jacobians: dict):
    """Which input reaches which output: the entries of Jacobians that are not zero, one panel each.

    Args:
        jacobians: title -> Jacobian [D, D], outputs in rows, D even.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(jacobians), figsize=(2.9 * len(jacobians), 3.6), squeeze=False)
    for axes, (title, jacobian) in zip(panels[0], jacobians.items(), strict=True):
        jacobian = np.asarray(jacobian, np.float64)
        d = len(jacobian)
        for i in range(d):
            for j in range(d):
                value = jacobian[i, j]
                kind = 0 if abs(value) < 1e-7 else 1 if abs(value - 1) < 1e-7 else 2
                color, hatch, text = (("white", "", "0"), ("0.8", "", "1"), (YOURS, "//", ""))[kind]
                axes.fill([j, j + 1, j + 1, j], [i, i, i + 1, i + 1], facecolor=color, hatch=hatch, edgecolor="0.4",
                          linewidth=0.6)  # fmt: skip
                axes.text(j + 0.5, i + 0.5, text, ha="center", va="center")
        axes.axhline(d / 2, color="black", linewidth=2)
        axes.axvline(d / 2, color="black", linewidth=2)
        ticks = np.arange(d) + 0.5
        axes.set(title=title, xlabel="input coordinate", aspect="equal", xlim=(0, d), ylim=(d, 0))
        axes.set_xticks(ticks, range(1, d + 1))
        axes.set_yticks(ticks, range(1, d + 1))
    panels[0, 0].set_ylabel("output coordinate")
    return list(panels[0])


def grids_carried(stages: dict, points=None, reach=2.5, lim=None):
    """A square grid, and a cloud of points, at several stages on its way through a chain of maps of the plane.

    Args:
        stages: title -> the map of one point [2] that leads there from the beginning, one panel each.
        points: a cloud in the first space, [n, 2].
        reach: the grid covers [-reach, reach] squared in the first space.
        lim: half width of every panel; left out, what is needed.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    columns = min(len(stages), 4)
    rows = -(-len(stages) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(2.4 * columns, 2.5 * rows), sharex=True, sharey=True,
                                  squeeze=False)  # fmt: skip
    lines = square_grid(reach)
    carried = [_everywhere(f, lines) for f in stages.values()]
    lim = lim or 1.05 * max(np.quantile(np.abs(one), 0.98) for one in carried)
    for axes, (title, f), grid in zip(panels.flat, stages.items(), carried, strict=False):
        for line in grid:
            axes.plot(*line.T, color="0.6", linewidth=0.6)
        if points is not None:
            _cloud(axes, _everywhere(f, np.asarray(points, np.float32)), points)
        axes.set(title=title, aspect="equal", xlim=(-lim, lim), ylim=(-lim, lim), xlabel="first coordinate")
        axes.label_outer()
    for axes in panels.flat[len(stages) :]:
        axes.set_axis_off()
    for row in panels:
        row[0].set_ylabel("second coordinate")
    return list(panels.flat[: len(stages)])


def flow_animation(layers, points, *, reach=2.5, lim=3.2, per_layer=2, says="", seconds=0.25):
    """A grid and a cloud of points carried through the layers of a flow, as a moving picture.

    Args:
        layers: the layers in their order, each a map of one point [2].
        points: the cloud, [n, 2]; each point keeps its colour.
        reach: the grid covers [-reach, reach] squared at the start.
        lim: half width of the picture.
        per_layer: frames from one layer to the next; between them everything moves on straight lines.
        says: what is seen, for those who do not see it.
        seconds: how long a frame stays. The picture plays three times and stops at the last frame.

    Returns:
        an Animation; a notebook shows it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    points = np.asarray(points, np.float32)
    states = [(square_grid(reach, 9), points)]
    for layer in layers:
        states.append(tuple(_everywhere(layer, one) for one in states[-1]))
    figure = Figure(figsize=(3.6, 3.6), dpi=66, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set(xlim=(-lim, lim), ylim=(-lim, lim), aspect="equal", title="data", xlabel="first coordinate",
             ylabel="second coordinate")  # fmt: skip
    grid = axes.add_collection(LineCollection(states[0][0], colors="0.55", linewidths=0.7))
    cloud = _cloud(axes, points, points)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    frames, stays = [], []
    for number, (before, after) in enumerate(zip([states[0], *states[:-1]], states, strict=True)):
        for share in (1.0,) if number == 0 else np.linspace(0, 1, per_layer + 1)[1:]:
            lines, dots = ((1 - share) * a + share * b for a, b in zip(before, after, strict=True))
            grid.set_segments(lines)
            cloud.set_offsets(dots)
            moved = f"after layer {number} of {len(layers)}" if share == 1 else f"layer {number} of {len(layers)}"
            axes.set_title(moved if number else "data")
            canvas.draw()
            frames.append((canvas.get_width_height(), bytes(canvas.buffer_rgba())))
            stays.append(int(1000 * seconds * (2 if share == 1 else 1)))
    stays[0], stays[-1] = int(4000 * seconds), int(8000 * seconds)
    return _animation(frames, stays, 20, says or f"A grid and a cloud carried through {len(layers)} layers.")


def codes(models: dict):
    """Points, their codes, and what is made of the codes again: a row for each model.

    Args:
        models: name -> (points [n, 2], codes [n, 1] or [n, 2], points again [n, 2]).

    Returns:
        the Axes, a list of three for each model.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(len(models), 3, figsize=(7.4, 2.3 * len(models)), squeeze=False)
    for row, (name, (x, code, back)) in zip(panels, models.items(), strict=True):
        x, code, back = (np.asarray(one, np.float64) for one in (x, code, back))
        _cloud(row[0], x, x)
        if code.shape[1] == 1:  # a line: spread out in the other direction, so that dots do not hide each other
            height = np.random.default_rng(0).uniform(-0.5, 0.5, len(code))
            _cloud(row[1], np.stack([code[:, 0], height], axis=1), x)
            row[1].set(ylim=(-2.5, 2.5), yticks=[], xlabel="code", title="one number each")
        else:
            _cloud(row[1], code, x)
            row[1].set(xlabel="code 1", ylabel="code 2", title="two numbers each")
        row[1].set_xlim(-3.3, 3.3) if np.abs(code).max() < 6 else None
        _cloud(row[2], back, x)
        row[2].set_title(f"mean squared error {np.mean(np.sum((back - x) ** 2, axis=1)):.2g}")
        row[0].set(title=name, ylabel="$x_2$")
        for axes in (row[0], row[2]):
            axes.set(xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), xlabel="$x_1$")
    return list(panels.flat)


def square_grid(reach, n=13):
    """Lines of a square grid over [-reach, reach] squared, n each way, as points along them: [2 n, 121, 2]."""
    ticks, fine = np.linspace(-reach, reach, n), np.linspace(-reach, reach, 121)
    lines = np.stack([np.stack([np.full_like(fine, t), fine], axis=-1) for t in ticks])
    return np.concatenate([lines, lines[:, :, ::-1]]).astype(np.float32)


def _everywhere(f, points):
    """A map of one point at each of points [..., 2]."""
    flat = np.asarray(points, np.float32).reshape(-1, 2)
    carried = np.asarray(mapped(f, flat), np.float64)
    if not np.isfinite(carried).all():
        at = flat[np.flatnonzero(~np.isfinite(carried).all(axis=1))[0]]
        raise ValueError(
            f"The map gives nan or infinite numbers, first at ({at[0]:.3g}, {at[1]:.3g}). Did a scale overflow? "
            "exp(89) is infinite in float32: bound the log-scale evenly on both sides, by a tanh for example."
        )
    return carried.reshape(np.shape(points))


def _cloud(axes, points, origin):
    """Dots, coloured by where they were at the start."""
    return axes.scatter(*np.asarray(points).T, c=np.asarray(origin)[:, 0], s=7, cmap="viridis", linewidths=0)
