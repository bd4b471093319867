"""1.2  Counting the free numbers of a network."""

import math

import numpy as np

from dflvi.checking.compare import Tolerance, close
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def n_free(parents: dict[str, tuple[str, ...]], card: dict[str, int]) -> int:
    """How many numbers have to be given to fill the tables of a belief network.

    Args:
        parents: name -> names of its parents, like `PARENTS`, of any network.
        card: name -> number of its states, at least 1.

    Returns:
        the number of free entries, an integer. The probabilities of a distribution sum to one, so the last of
        them is not free.
    """
    return sum((card[child] - 1) * math.prod(card[one] for one in above) for child, above in parents.items())


# ---- other right answers ----------------------------------------------------------------------


def by_tables(parents, card):
    """The entries of every table, less one for each of its rows."""
    total = 0
    for child in parents:
        rows = 1
        for one in parents[child]:
            rows *= card[one]
        total += rows * card[child] - rows
    return total


def by_shapes(parents, card):
    """From arrays of the tables' shapes, as a NumPy integer."""
    return np.sum([np.zeros([card[one] for one in (*above, child)])[..., 1:].size for child, above in parents.items()])


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_tables, by_shapes),
    mistakes=(
        Mistake(
            "all-entries",
            one_edit("(card[child] - 1)", "card[child]"),
            "For three unrelated variables with 2, 3 and 5 states you count 10. The last number of each row is "
            "fixed by the others.",
            caught_by=unrelated_variables_cost_one_less_than_they_have_states,
        ),
        Mistake(
            "the-whole-joint",
            lambda parents, card: math.prod(card.values()) - 1,
            "That is what a joint without any structure costs: 47 for the economy. The arrows that are missing "
            "make it cheaper.",
            caught_by=unrelated_variables_cost_one_less_than_they_have_states,
        ),
        Mistake(
            "parents-ignored",
            lambda parents, card: sum(card[one] - 1 for one in parents),
            "You count one row for each table. Oil has a row for a weak economy and one for a strong one.",
            caught_by=the_economy_needs_few,
        ),
        Mistake(
            "everything-has-two-states",
            lambda parents, card: sum((min(card[child], 2) - 1 if above else card[child] - 1)
                                      * math.prod(card[one] for one in above) for child, above in parents.items()),
            "You find 13 for the economy: bp has three states, and two of the three numbers in each of its rows are "
            "free.",
            caught_by=the_economy_needs_few,
        ),
        Mistake(
            "rows-added",
            one_edit("math.prod(card[one] for one in above)", "max(1, sum(card[one] for one in above))"),
            "Right for the economy, since 2 + 2 is 2 times 2. Parents with 2 and 3 states have how many "
            "combinations?",
            also=lambda parents, card: sum(
                (card[child] - 1) * (sum(map(card.get, above)) or 1) for child, above in parents.items()
            ),
            caught_by=parents_with_different_numbers_of_states_count_rightly,
        ),
        Mistake(
            "two-to-the-number-of-parents",
            one_edit("math.prod(card[one] for one in above)", "2 ** len(above)"),
            "That holds as long as all parents have two states. With a parent of three states there are more rows "
            "than you think.",
            caught_by=parents_with_different_numbers_of_states_count_rightly,
        ),
    ),
    answer="""
A table has a row for each combination of its parents' states, and of the k numbers in a row k - 1 are free. For
the economy that is 1 + 2 + 4 + 4 + 4 = 15 (bp: two rows of two), where a joint of 2 x 2 x 2 x 3 x 2 cells without
any structure would need 47.
""",
    afterword="15 instead of 47. With thirty variables of two states the joint has a thousand million cells.",
)
