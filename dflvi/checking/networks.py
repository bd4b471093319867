"""Belief networks over a few discrete variables, for the judge: tables, the joint by enumeration, separation.

A network is name -> names of parents. A table has the axes (parents in that order, then the child).
"""

import itertools
from collections.abc import Mapping

import numpy as np

Network = Mapping[str, tuple[str, ...]]


def random_tables(rng: np.random.Generator, network: Network, card: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Dirichlet rows, so drawn that each parent matters and no two parents could change places.

    All entries are above .07. As float32 numbers.
    """
    return {name: _random_table(rng, [card[one] for one in parents], card[name]) for name, parents in network.items()}


def _random_table(rng: np.random.Generator, parents: list[int], states: int) -> np.ndarray:
    while True:
        rows = 0.08 + (1 - 0.08 * states) * rng.dirichlet(np.ones(states), size=tuple(parents))
        swaps = itertools.combinations(range(len(parents)), 2)
        apart = [np.abs(rows - rows.swapaxes(a, b)).max() for a, b in swaps if parents[a] == parents[b]]
        moved = [np.abs(np.diff(rows, axis=a)).max() for a in range(len(parents))]
        if min([*apart, *moved], default=1.0) > 0.25:
            return rows.astype(np.float32)


def with_axes(table: np.ndarray, parents: tuple[str, ...], wanted: tuple[str, ...]) -> np.ndarray:
    """A table whose parents come in another order."""
    return np.ascontiguousarray(np.transpose(table, [*(parents.index(one) for one in wanted), len(parents)]))


def joint(network: Network, tables: Mapping[str, np.ndarray], order: tuple[str, ...]) -> np.ndarray:
    """The probability of every joint state, in float64, cell by cell; axes in the given order."""
    shape = [tables[name].shape[-1] for name in order]
    cells = np.ones(shape)
    for states in np.ndindex(*shape):
        at = dict(zip(order, states, strict=True))
        for name, parents in network.items():
            cells[states] *= float(tables[name][tuple(at[one] for one in (*parents, name))])
    return cells


def ancestors(network: Network, names: set[str]) -> set[str]:
    """These names and all that lies upstream of them."""
    found, queue = set(), list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += network[name]
    return found


def separated(network: Network, a: str, b: str, given: tuple[str, ...]) -> bool:
    """Whether a and b are independent given the rest, for every choice of the tables.

    In the graph of the ancestors, with parents of one child married, no way leads around the given ones.
    """
    kept = ancestors(network, {a, b, *given})
    links = {name: set() for name in kept}
    for child in kept:
        for one, other in itertools.combinations((child, *network[child]), 2):
            links[one].add(other)
            links[other].add(one)
    seen, queue = set(given), [a]
    while queue:
        name = queue.pop()
        if name == b:
            return False
        if name not in seen:
            seen.add(name)
            queue += links[name]
    return True


def statements(names: tuple[str, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    """All (a, b, given): two names, and a set of others."""
    found = []
    for a, b in itertools.combinations(names, 2):
        rest = [name for name in names if name not in (a, b)]
        found += [(a, b, given) for n in range(len(rest) + 1) for given in itertools.combinations(rest, n)]
    return found
