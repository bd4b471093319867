"""1.2  Counting the free numbers of a network."""

# Built from solutions/conjugacy/n_free.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close
from dflvi.checking.exercise import Exercise


def n_free(parents: dict[str, tuple[str, ...]], card: dict[str, int]) -> int:
    """How many numbers have to be given to fill the tables of a belief network.

    Args:
        parents: name -> names of its parents, like `PARENTS`, of any network.
        card: name -> number of its states, at least 1.

    Returns:
        the number of free entries, an integer. The probabilities of a distribution sum to one, so the last of
        them is not free.
    """
    raise NotImplementedError("yours to write")

_EXACT = Tolerance(1e-6, 0)

_ECONOMY = {"eh": (), "oil": ("eh",), "inf": ("oil", "eh"), "bp": ("oil",), "rt": ("inf", "eh")}


def unrelated_variables_cost_one_less_than_they_have_states(attempt):
    got = attempt({"a": (), "b": (), "c": ()}, {"a": 2, "b": 3, "c": 5})
    close(got, 7, _EXACT, where="three variables without arrows, with 2, 3 and 5 states")


def the_economy_needs_few(attempt):
    got = attempt(_ECONOMY, {"eh": 2, "oil": 2, "inf": 2, "bp": 3, "rt": 2})
    close(got, sum((1, 2, 4, 4, 4)), _EXACT, where="the network of this question, bp with three states")


def parents_with_different_numbers_of_states_count_rightly(attempt):
    close(attempt({"a": (), "b": (), "c": ("a", "b")}, {"a": 2, "b": 3, "c": 4}), 1 + 2 + 18, _EXACT,
          where="c with parents a and b, of 4, 2 and 3 states")  # fmt: skip
    n = int(attempt.rng.integers(5, 9))
    card = {f"v{i}": int(attempt.rng.integers(2, 5)) for i in range(n)}
    parents = {name: tuple(other for other in list(card)[:i] if attempt.rng.random() < 0.4)
               for i, name in enumerate(card)}  # fmt: skip
    tables = {name: np.zeros([card[one] for one in (*parents[name], name)]) for name in card}
    want = sum(table.size - table[..., 0].size for table in tables.values())
    close(attempt(parents, card), want, _EXACT, where=f"a random network of {n} variables")


exercise = Exercise(
    n_free,
    question="1.2",
    minutes=4,
    difficulty=1,
    hints=(
        "Take one table. It has a row for each combination of the parents' states. How many numbers of a row can "
        "you choose?",
        "Count rows times free numbers of a row, for each child, and add up. How many rows does a child without "
        "parents have?",
        "`math.prod` multiplies numbers, and gives 1 when there are none. The rows are the product of the numbers of "
        "states of the parents; a row of k numbers has k - 1 free ones.",
    ),
    checks=(
        unrelated_variables_cost_one_less_than_they_have_states,
        the_economy_needs_few,
        parents_with_different_numbers_of_states_count_rightly,
    ),
)
