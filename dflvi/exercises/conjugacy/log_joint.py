"""1.2  The log of one cell of the joint."""

# Built from solutions/conjugacy/log_joint.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float, Int
from dflvi.checking import networks
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import Record, Tolerance, array, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def log_joint(assign: dict[str, Int[Array, "..."]], cpts: dict[str, Float[Array, "..."]]) -> Float[Array, "..."]:
    """The log probability, in nats, log p(eh, oil, inf, bp, rt) at given states, without building the joint.

    Args:
        assign: name -> state, for all five names: an integer, or an integer array; then all have one shape.
            0 is low, the last state high, and for bp 1 is normal.
        cpts: name -> table, as for `joint`: parents in the order of your own `PARENTS`, then the child.

    Returns:
        the log probability, a number, or an array of the shape of the states. A state of probability zero has
        -inf, and a very small probability has its finite log: in float32, a product of five numbers of 1e-12 is
        zero, and its log is about -138 all the same.
    """
    raise NotImplementedError("yours to write")

_ORDER = ("eh", "oil", "inf", "bp", "rt")

_NETWORK = {"eh": (), "oil": ("eh",), "inf": ("eh", "oil"), "bp": ("oil",), "rt": ("eh", "inf")}

_CARD = {"eh": 2, "oil": 2, "inf": 2, "bp": 3, "rt": 2}

_CELLS = np.indices([_CARD[name] for name in _ORDER]).reshape(5, -1).astype(np.int32)

_ASSIGN = dict(zip(_ORDER, _CELLS, strict=True))

_WHERE = "random tables, all 48 cells, mapped over"


def _parents(attempt):
    parents = attempt.companion("PARENTS").value
    good = isinstance(parents, Record) and all(
        isinstance(parents.get(name), (tuple, list)) and sorted(map(str, parents[name])) == sorted(known)
        for name, known in _NETWORK.items()
    )
    if not good:
        raise LearnerError("stub", "This needs your `PARENTS`, which are not right yet. Check them first.")
    return {name: tuple(parents[name]) for name in _NETWORK}


def _log_p(attempt, tables, where=_WHERE):
    """Of all cells, for tables whose axes are those of the judge."""
    parents = _parents(attempt)
    given = {name: networks.with_axes(tables[name], _NETWORK[name], parents[name]) for name in _NETWORK}
    return has_shape(attempt.vmap(0, None)(_ASSIGN, given), (48,), where=where).astype(np.float64)


def probabilities_of_all_cells_sum_to_one(attempt):
    tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    log_p = finite(_log_p(attempt, tables), where=_WHERE)
    close(np.exp(np.minimum(log_p, 50.0)).sum(), 1.0, Tolerance(1e-5, 0), where=_WHERE,
          says="exp of it, summed over all cells", what="the sum")  # fmt: skip


def agrees_with_the_product_cell_by_cell(attempt):
    tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    want = np.log(networks.joint(_NETWORK, tables, _ORDER)).ravel()
    close(_log_p(attempt, tables), want, Tolerance(2e-5, 1e-5), where=_WHERE, says="log p of each cell")


def an_impossible_state_has_minus_infinity(attempt):
    tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    tables["bp"][1] = [0.0, 0.25, 0.75]  # with oil high, bp is never low
    impossible = (_ASSIGN["oil"] == 1) & (_ASSIGN["bp"] == 0)
    where = "p(bp = low | oil = high) set to 0, all 48 cells"
    log_p = array(_log_p(attempt, tables, where))
    kinds = np.where(np.isnan(log_p), 2.0, np.where(log_p == -np.inf, 1.0, 0.0))
    holds(np.array_equal(kinds == 1, impossible) and not (kinds == 2).any(),
          "The 8 cells that cannot occur have probability zero, the other 40 have not.", value=kinds, where=where,
          expected="-inf in 8 cells, a number in 40",
          got=f"{int((kinds == 1).sum())} times -inf, {int((kinds == 2).sum())} times nan")  # fmt: skip


def five_tiny_factors_have_a_finite_log(attempt):
    tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    for table in tables.values():
        table[..., 0], table[..., -1] = 1e-12, table[..., -1] + table[..., 0]
    where = "every table with 1e-12 for state low; the cell in which all five are low"
    low = finite(_log_p(attempt, tables, where)[0], where=where)
    close(low, 5 * np.log(1e-12), Tolerance(1e-3, 1e-4), where=where, says="log p of the cell")


exercise = Exercise(
    log_joint,
    question="1.2",
    minutes=6,
    difficulty=1,
    needs=("PARENTS",),
    hints=(
        "The log of a product is a sum. How many terms does it have, and which entry of which table is each of "
        "them the log of?",
        "Index each table with the states of its parents, in the order of your `PARENTS`, and then with the "
        "state of the child. An index may be an array.",
        "Five lookups, one a table: take the log of each entry and add the five logs. A loop over "
        "`PARENTS.items()` does it: the index is a tuple of states, parents first.",
    ),
    checks=(
        probabilities_of_all_cells_sum_to_one,
        agrees_with_the_product_cell_by_cell,
        an_impossible_state_has_minus_infinity,
        five_tiny_factors_have_a_finite_log,
    ),
)
