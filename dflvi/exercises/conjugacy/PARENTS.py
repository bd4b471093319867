"""1.2  From tables to arrows.

Five quantities of an economy: `eh` its health, `oil` the price of oil, `inf` inflation and `rt` the stock of a
retailer, each low or high, and `bp` the stock of an oil company: low, normal or high. Five tables say how they
hang together:

| table | its numbers |
|---|---|
| p(eh = low) | 0.2 |
| p(oil = low given eh) | eh low: 0.9, eh high: 0.05 |
| p(bp = low given oil), p(bp = normal given oil) | oil low: 0.9, 0.1; oil high: 0.1, 0.4 |
| p(inf = low given oil, eh) | (low, low): 0.9, (low, high): 0.1, (high, low): 0.1, (high, high): 0.01 |
| p(rt = low given inf, eh) | (low, low): 0.9, (low, high): 0.1, (high, low): 0.1, (high, high): 0.01 |

Draw the network on paper: a circle for each quantity, an arrow for each dependence that a table speaks of. Then
write it down as a dict: each name with the tuple of its parents, `()` where there are none. A tuple of one has a
comma, `("eh",)`. The order inside a tuple is yours, and it counts from here on: the table of a child has its
parents' axes in that order, and then its own.
"""

# Built from solutions/conjugacy/PARENTS.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from dflvi.checking import networks
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import Record, holds
from dflvi.checking.exercise import Exercise

PARENTS = ...

_NAMES = ("eh", "oil", "inf", "bp", "rt")

_TABLES = ("p(eh)", "p(oil | eh)", "p(inf | oil, eh)", "p(bp | oil)", "p(rt | inf, eh)")  # as they are printed


def _read(attempt) -> dict[str, tuple[str, ...]]:
    """The learner's dict, if it is one of names and tuples of names."""
    given: Any = attempt.value
    if given is None:
        raise LearnerError("stub", "There are no arrows yet: write the dict.")
    is_dict = isinstance(given, Record)
    holds(is_dict, "A dict is asked for: each name with the tuple of its parents.", value=float(is_dict),
          got=type(given).__name__)  # fmt: skip
    lacking = [name for name in _NAMES if name not in given]
    extra = [name for name in given if name not in _NAMES]
    holds(not lacking and not extra, "The five names are eh, oil, inf, bp and rt, each with its parents.",
          value=[len(lacking), len(extra)], expected=", ".join(_NAMES), got=", ".join(given))  # fmt: skip
    kinds = [_kind(given[name]) for name in _NAMES]
    bad = [name for name, kind in zip(_NAMES, kinds, strict=True) if kind]
    holds(not bad, f"The parents of {bad[0] if bad else ''} are no tuple of different names out of the five.",
          value=max(kinds), got=str(given[bad[0]])[:60] if bad else "")  # fmt: skip
    return {name: tuple(given[name]) for name in _NAMES}


def _kind(parents: Any) -> int:
    """0 for a tuple of names; else the number of what is wrong with it."""
    if isinstance(parents, str):
        return 3
    if not isinstance(parents, (tuple, list)):
        return 4
    if not all(isinstance(one, str) and one in _NAMES for one in parents):
        return 2
    return int(len(set(parents)) < len(parents))


def _printed() -> dict[str, tuple[str, ...]]:
    """What stands to the right of each bar."""
    network = {}
    for table in _TABLES:
        child, _, right = table[2:-1].partition(" | ")
        network[child] = tuple(right.split(", ")) if right else ()
    return network


def names_each_variable_with_a_tuple_of_parents(attempt):
    _read(attempt)


def nobody_is_upstream_of_itself(attempt):
    network = _read(attempt)
    loops = [name for name in _NAMES if name in networks.ancestors(network, set(network[name]))]
    mutual = any(name in network[parent] for name in _NAMES for parent in network[name])
    kind = 2 if any(name in network[name] for name in _NAMES) else 1 if mutual else 0
    holds(not loops, "Following your arrows backwards one comes home again, so there is no variable to start with.",
          value=kind, where=f"the arrows that lead to {', '.join(loops)}",
          )  # fmt: skip


def says_who_is_independent_of_whom(attempt):
    network, truth = _read(attempt), _printed()
    asked = networks.statements(_NAMES)
    mine = [networks.separated(network, *one) for one in asked]
    theirs = [networks.separated(truth, *one) for one in asked]
    differ = [i for i, (m, t) in enumerate(zip(mine, theirs, strict=True)) if m != t]
    a, b, given = asked[differ[0]] if differ else ("", "", ())
    words = ("the two may depend on each other", "the two are independent")
    holds(not differ, "Your arrows and the tables say different things about who knows something of whom.",
          value=np.array(mine, float), where=f"{a} and {b}, given {', '.join(given) or 'nothing'}",
          expected=words[theirs[differ[0]]] if differ else "", got=words[mine[differ[0]]] if differ else "",
          )  # fmt: skip


def arrows_run_from_the_right_of_a_bar_to_its_left(attempt):
    network, truth = _read(attempt), _printed()
    wrong = [name for name in _NAMES if set(network[name]) != set(truth[name])]
    holds(not wrong, "The independences are right, and an arrow points the other way than its table.",
          value=[float(one in network[name]) for name in _NAMES for one in _NAMES],
          where=f"the parents of {' and '.join(wrong)}")  # fmt: skip


exercise = Exercise(
    PARENTS,
    question="1.2",
    minutes=6,
    difficulty=1,
    name="PARENTS",
    module=__name__,
    stub='PARENTS = ...  # a dict: each name with the tuple of its parents, like {"eh": (), "oil": ...}',
    hints=(
        "Each table is one circle: the thing to the left of the bar. What do the things to the right of the bar "
        "become?",
        "Go through the five tables and list child and parents. Two children have two parents, two have one, and "
        "one has none.",
        "The table of bp has a single thing to its right, the price of oil. The tables of inf and rt both have "
        "eh and one more. Every name needs an entry, the one without parents too.",
    ),
    checks=(
        names_each_variable_with_a_tuple_of_parents,
        nobody_is_upstream_of_itself,
        says_who_is_independent_of_whom,
        arrows_run_from_the_right_of_a_bar_to_its_left,
    ),
)
