"""1.2  The joint as a product of tables."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import networks
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import Record, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def joint(cpts: dict[str, Float[Array, "..."]]) -> Float[Array, "eh oil inf bp rt"]:
    """The probability of every joint state of the network of `PARENTS`.

    Args:
        cpts: name -> conditional probability table. Its axes are the parents in the order of your own `PARENTS`,
            then the child: `cpts["oil"][i, j]` is the probability of oil = j given eh = i. State 0 is low, the
            last state high; bp has a state 1, normal, in between. The tables can be any, not only the printed ones.

    Returns:
        p(eh, oil, inf, bp, rt) as an array [2, 2, 2, 3, 2] with its axes in this order, whatever the order of
        parents in your `PARENTS`.
    """
    eh, oil, inf, bp, rt = (cpts[name] for name in ("eh", "oil", "inf", "bp", "rt"))
    return jnp.einsum("e,eo,oei,ob,ier->eoibr", eh, oil, inf, bp, rt)


# ---- other right answers ----------------------------------------------------------------------

_PARENTS = {"eh": (), "oil": ("eh",), "inf": ("oil", "eh"), "bp": ("oil",), "rt": ("inf", "eh")}


def by_broadcasting(cpts):
    """Each table is given all five axes, and the five arrays are multiplied."""
    names = ["eh", "oil", "inf", "bp", "rt"]
    product = 1.0
    for child, parents in _PARENTS.items():
        axes = [*parents, child]
        order = sorted(range(len(axes)), key=lambda i: names.index(axes[i]))
        shape = [cpts[name].shape[-1] if name in axes else 1 for name in names]
        product = product * jnp.transpose(cpts[child], order).reshape(shape)
    return product


def cell_by_cell(cpts):
    """Five numbers are looked up for each of the 48 cells."""
    names = ["eh", "oil", "inf", "bp", "rt"]
    grid = jnp.indices([cpts[name].shape[-1] for name in names])
    at = dict(zip(names, grid, strict=True))
    factors = [cpts[child][tuple(at[one] for one in (*parents, child))] for child, parents in _PARENTS.items()]
    return jnp.prod(jnp.stack(factors), axis=0)


# ---- checks: cheap to deep --------------------------------------------------------------------
# Random tables, never the printed ones: those of inf and rt look the same with their parents exchanged.

_ORDER = ("eh", "oil", "inf", "bp", "rt")
_NETWORK = {"eh": (), "oil": ("eh",), "inf": ("eh", "oil"), "bp": ("oil",), "rt": ("eh", "inf")}
_CARD = {"eh": 2, "oil": 2, "inf": 2, "bp": 3, "rt": 2}
_WHERE = "random tables"
_CLOSE = Tolerance(1e-6, 1e-5)


def _tables(attempt):
    """Random tables with known axes, and the same with the axes of the learner's own PARENTS."""
    parents = attempt.companion("PARENTS").value
    good = isinstance(parents, Record) and all(
        isinstance(parents.get(name), (tuple, list)) and sorted(map(str, parents[name])) == sorted(known)
        for name, known in _NETWORK.items()
    )
    if not good:
        raise LearnerError("stub", "This needs your `PARENTS`, which are not right yet. Check them first.")
    tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    given = {n: networks.with_axes(tables[n], _NETWORK[n], tuple(parents[n])) for n in _NETWORK}
    return tables, given


def _joint(attempt):
    tables, given = _tables(attempt)
    cells = finite(has_shape(attempt(given), (2, 2, 2, 3, 2), where=_WHERE), where=_WHERE).astype(np.float64)
    return tables, cells


def has_an_axis_for_each_variable(attempt):
    _joint(attempt)


def sums_to_one(attempt):
    _, cells = _joint(attempt)
    close(cells.sum(), 1.0, Tolerance(1e-5, 0), where=_WHERE, says="the sum over all 48 cells", what="the sum")


def once_oil_is_known_bp_tells_nothing_more(attempt):
    # p(eh, inf, rt, bp | oil) against the product of its two parts: zero for the right network.
    _, cells = _joint(attempt)
    by_oil = np.moveaxis(cells, 1, 0)
    by_oil = by_oil / by_oil.sum(axis=(1, 2, 3, 4), keepdims=True)
    rest, bp = by_oil.sum(axis=3, keepdims=True), by_oil.sum(axis=(1, 2, 4), keepdims=True)
    close(by_oil - rest * bp, np.zeros(by_oil.shape), _CLOSE, where=f"{_WHERE}, given oil", what="the joint of bp and "
          "the others, less the product of the two", says="bp and the rest are independent given oil")  # fmt: skip


def inflation_listens_to_both_its_parents(attempt):
    _, cells = _joint(attempt)
    inf = cells.sum(axis=(3, 4))
    inf = inf[..., 0] / inf.sum(axis=-1)  # p(inf = low | eh, oil)
    moves = np.array([np.abs(np.diff(inf, axis=axis)).max() for axis in (0, 1)])
    deaf = [name for name, move in zip(("eh", "oil"), moves, strict=True) if move < 1e-3]
    holds(not deaf, f"p(inf | eh, oil) does not change with {' or '.join(deaf)}, and its table does.", value=moves,
          where=_WHERE)  # fmt: skip


def is_the_product_of_the_five_tables(attempt):
    tables, cells = _joint(attempt)
    want = networks.joint(_NETWORK, tables, _ORDER)
    close(cells, want, _CLOSE, where=f"{_WHERE}, all 48 cells", says="each cell")


exercise = Exercise(
    joint,
    question="1.2",
    minutes=8,
    difficulty=2,
    needs=("PARENTS",),
    hints=(
        "A cell of the joint is a product of five numbers, one from each table. Which entry of each table "
        "belongs to the cell (eh, oil, inf, bp, rt)?",
        "Give each of the five names a letter. A table is then a word, its axes in order, and so is the "
        "result. `jnp.einsum` multiplies arrays whose axes are named by such words.",
        "The pattern is `'_,__,___,__,___->eoibr'` with e, o, i, b, r for the five names in the order of the "
        "result: fill the blanks by reading your `PARENTS`, for each child its parents and then itself.",
    ),
    checks=(
        has_an_axis_for_each_variable,
        sums_to_one,
        once_oil_is_known_bp_tells_nothing_more,
        inflation_listens_to_both_its_parents,
        is_the_product_of_the_five_tables,
    ),
    variants=(by_broadcasting, cell_by_cell),
    mistakes=(
        Mistake(
            "axes-in-the-order-of-the-story",
            one_edit("->eoibr", "->eobir"),
            "The axes of your result are in the order in which the tables are printed, with bp in third place. "
            "The statement fixes another one.",
            caught_by=has_an_axis_for_each_variable,
        ),
        Mistake(
            "bp-with-two-states",
            one_edit("bp, rt = (cpts[name]", "bp, rt = (cpts[name][..., :2]"),
            "bp has three states. One column of its table is implied by the others, and yet it is a column: all "
            "are handed to you.",
            caught_by=has_an_axis_for_each_variable,
        ),
        Mistake(
            "the-root-left-out",
            one_edit('"e,eo,oei,ob,ier->eoibr", eh, oil', '"eo,oei,ob,ier->eoibr", oil'),
            "The sum over all cells is two: you start with an economy that is certainly both low and high. Which "
            "table has not been used?",
            caught_by=sums_to_one,
        ),
        Mistake(
            "normalised-over-the-parent",
            one_edit('"e,eo,oei,ob,ier->eoibr"', '"e,eo,oei,ob,rei->eoibr"'),
            "A table p(u | v) normalises over u. Sum yours over the child: what do you get? Somewhere a child and "
            "its parent have changed places.",
            caught_by=sums_to_one,
        ),
        Mistake(
            "bp-hangs-on-the-economy",
            one_edit("ob,ier", "eb,ier"),
            "Once the price of oil is known, your bp still follows the health of the economy. Which letter names "
            "the rows of its table?",
            caught_by=once_oil_is_known_bp_tells_nothing_more,
        ),
        Mistake(
            "oil-does-not-reach-inflation",
            one_edit('"e,eo,oei,ob,ier->eoibr", eh, oil, inf,', '"e,eo,ei,ob,ier->eoibr", eh, oil, inf.mean(axis=0),'),
            "One given table conditions on two things, and in yours inflation has one parent left: what you make "
            "of p(inf | oil, eh) does not depend on oil.",
            caught_by=inflation_listens_to_both_its_parents,
        ),
        Mistake(
            "health-does-not-reach-inflation",
            one_edit('"e,eo,oei,ob,ier->eoibr", eh, oil, inf,', '"e,eo,oi,ob,ier->eoibr", eh, oil, inf.mean(axis=1),'),
            "With oil held fixed, inflation in your joint is the same in good times and in bad. Its table has two "
            "parents.",
            caught_by=inflation_listens_to_both_its_parents,
        ),
        Mistake(
            "parents-of-inflation-swapped",
            one_edit("oei,ob", "eoi,ob"),
            "Fine on the printed numbers, wrong on random ones: the printed table of inf looks the same when its "
            "two parents change places. Which of its axes is which parent in your `PARENTS`?",
            also=lambda cpts: cell_by_cell({**cpts, "inf": jnp.swapaxes(cpts["inf"], 0, 1)}),
            caught_by=is_the_product_of_the_five_tables,
        ),
        Mistake(
            "parents-of-the-retailer-swapped",
            one_edit("ob,ier", "ob,eir"),
            "Four tables are in place, and rt has its two parents exchanged. That cannot be seen with the printed "
            "table, which is symmetric in them.",
            caught_by=is_the_product_of_the_five_tables,
        ),
    ),
    answer="""
The arrows say

$$p(eh, oil, inf, bp, rt) = p(eh)\\, p(oil \\mid eh)\\, p(inf \\mid oil, eh)\\, p(bp \\mid oil)\\,
  p(rt \\mid inf, eh).$$

With a letter for each name, every factor is a word, and `einsum` multiplies along equal letters. The words
follow the order in `PARENTS`; ours has inf with parents oil, eh and rt with parents inf, eh.
""",
    afterword="Five small tables, 15 free numbers, and 48 cells: that is what the missing arrows are worth.",
)
