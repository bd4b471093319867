"""6.4  Which flow is quick in which direction."""

from dflvi.checking import seals
from dflvi.checking.compare import Record, Wrong, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def flow_table() -> dict:
    """A table of six flows z -> y, from a base to the thing modelled: what is quick in them, and what they are for.

    Returns:
        a dict from each flow's name to a tuple of five words: ("sample", "own", "outside", "VI", "density").

    | column | question | words |
    |---|---|---|
    | sample | drawing a point: from z to y | "fast", "slow" |
    | own | the density at a point that one has just drawn, with its z in hand | "fast", "slow" |
    | outside | the density at a point that somebody else hands over | "fast", "slow" |
    | VI | for amortised variational inference, as it stands | "yes", "no" |
    | density | for density estimation by maximum likelihood, as it stands | "yes", "no" |

    Fast is what takes a fixed number of evaluations. Slow is what takes a search for a root, or one evaluation for
    each coordinate, one after the other. A determinant costs little in all six.

    | name | a layer |
    |---|---|
    | "planar" | 6.3 |
    | "radial" | 6.3; whatever you answer under "density" is right, since it can be done and is weak |
    | "Sylvester" | a planar layer with M hidden units (6.6) |
    | "NICE" | a coupling layer (5.1) |
    | "IAF" | y_i = s(z_1 .. z_{i-1}) z_i + m(z_1 .. z_{i-1}), s and m networks that give all i at once |
    | "MAF" | y_i = s(y_1 .. y_{i-1}) z_i + m(y_1 .. y_{i-1}), the same networks, fed with y |
    """
    return {
        "planar": ("fast", "fast", "slow", "yes", "no"),
        "radial": ("fast", "fast", "fast", "yes", "yes"),
        "Sylvester": ("fast", "fast", "slow", "yes", "no"),
        "NICE": ("fast", "fast", "fast", "yes", "yes"),
        "IAF": ("fast", "fast", "slow", "yes", "no"),
        "MAF": ("slow", "fast", "fast", "no", "yes"),
    }


# ---- other right answers ----------------------------------------------------------------------


def by_column():
    """A column a question, turned."""
    names = ["planar", "radial", "Sylvester", "NICE", "IAF", "MAF"]
    sample, own = ["Fast"] * 5 + ["Slow"], ["Fast"] * 6
    outside = ["Slow", "Fast", "Slow", "Fast", "Slow", "Fast"]
    inference, density = ["Yes"] * 5 + ["No"], ["No", "No", "No", "Yes", "No", "Yes"]
    return {name: list(row) for name, *row in zip(names, sample, own, outside, inference, density, strict=True)}


# ---- checks: cheap to deep --------------------------------------------------------------------

_COLUMNS = ("sample", "own", "outside", "VI", "density")
_SEALED = {
    "planar": ("1198b48c02ec0e02", "9b4da0af742c986d", "ea5f1a69c54ba868", "4e9fcc9adaa652ff", "17e6def984ee1339"),
    "radial": ("1671a20e9ee14ae6", "30a69bd505f34ab5", "1c89b1e2fa1a4273", "6b11bda61f6022ad", "0b2faf8e2d583a6b"),
    "Sylvester": ("3d143db6ec73e9ce", "4500fe217413c06a", "b76725061b328506", "29b2e09338091ecc", "658284c42d470820"),
    "NICE": ("47421fdfa7199475", "f15e72e7b8dcd241", "19ae2de1fcf5bebe", "7ca1b6ea4a9524a4", "7cdf7ddc98421904"),
    "IAF": ("5888092615ce6a7a", "3dc8d9179ba91c79", "22b9e42dc5801f09", "3a1822046e973ceb", "17d42d8a367de291"),
    "MAF": ("5ac374b7bfd27d93", "045918e2d09efa4a", "470fc0147b36cb97", "b7da341d5d7dcedf", "202513abf707402c"),
}
_FREE = ("radial", "density")  # either word


def _table(attempt):
    """Name -> five words, as given."""
    given = attempt()
    is_dict = isinstance(given, Record)
    holds(is_dict, "A dict is asked for, from each flow's name to five words.", value=float(is_dict),
          got=type(given).__name__)  # fmt: skip
    lacking = [name for name in _SEALED if name not in given]
    holds(not lacking, f"The table lacks {len(lacking)} of its rows.", value=len(lacking), expected=", ".join(_SEALED),
          got=", ".join(map(str, given)))  # fmt: skip
    for name in _SEALED:
        words = given[name]
        good = isinstance(words, (tuple, list)) and len(words) == 5 and all(isinstance(one, str) for one in words)
        if not good:
            raise Wrong(f'The row "{name}" holds no five words.', where=name, got=str(words)[:60])
    return given


def _right(attempt, columns):
    given = _table(attempt)
    cells, wrong = [], []
    for name, row in _SEALED.items():
        for column in columns:
            i = _COLUMNS.index(column)
            right = (name, column) == _FREE or seals.opens(row[i], f"flow_table {name} {i}", given[name][i])
            cells.append(float(right))
            wrong += [] if right else [f"{name}: {column}"]
    n = len(wrong)
    holds(n == 0, f"{n} of the cells in these columns {'is' if n == 1 else 'are'} not right.", value=cells,
          where="; ".join(wrong[:4]), got=f"{len(cells) - n} of {len(cells)} right")  # fmt: skip


def drawing_is_described(attempt):
    _right(attempt, ("sample",))


def own_points_are_described(attempt):
    _right(attempt, ("own",))


def outside_points_are_described(attempt):
    _right(attempt, ("outside",))


def uses_are_described(attempt):
    _right(attempt, ("VI", "density"))


# ---- known wrong answers ----------------------------------------------------------------------


def _with(**rows):
    return flow_table() | {name: tuple(words.split()) for name, words in rows.items()}


exercise = Exercise(
    flow_table,
    question="6.4",
    minutes=12,
    difficulty=2,
    hints=(
        "For each layer write down what you need to know before you can compute the i-th output. Is all of it there "
        "at once?",
        "Of the two with networks fed by earlier coordinates: in one the coordinates that are fed are given, in the "
        "other they are what is being made. And what changes when one goes backwards?",
        "Whoever has just drawn a point has its z. For the two uses ask which columns they lean on: one draws and "
        "scores its own draws, the other scores data that it never drew.",
    ),
    checks=(
        drawing_is_described,
        own_points_are_described,
        outside_points_are_described,
        uses_are_described,
    ),
    variants=(by_column,),
    mistakes=(
        Mistake(
            "iaf-and-maf-exchanged",
            lambda: _with(IAF="slow fast fast no yes", MAF="fast fast slow yes no"),
            "You have exchanged the two autoregressive ones. In which of them does the network read numbers that are "
            "still to be made while one draws?",
            also=lambda: flow_table() | {"IAF": flow_table()["MAF"], "MAF": flow_table()["IAF"]},
            caught_by=drawing_is_described,
        ),
        Mistake(
            "own-points-like-outside-points",
            lambda: _with(
                planar="fast slow slow no no", Sylvester="fast slow slow no no", IAF="fast slow slow no no"
            ),
            "You let a planar flow search for the pre-image of a point that it has just drawn. Where did that point "
            "come from?",
            caught_by=own_points_are_described,
        ),
        Mistake(
            "planar-has-an-inverse",
            lambda: _with(planar="fast fast fast yes yes", Sylvester="fast fast fast yes yes"),
            "You invert planar layers quickly. Look at your own `planar_inverse`: how many tanhs does it take?",
            caught_by=outside_points_are_described,
        ),
        Mistake(
            "radial-like-planar",
            one_edit('"radial": ("fast", "fast", "fast"', '"radial": ("fast", "fast", "slow"'),
            "A radial layer is not a planar one: your `radial_inverse` takes a square root, once.",
            caught_by=outside_points_are_described,
        ),
        Mistake(
            "maf-as-a-posterior",
            one_edit('"fast", "fast", "no", "yes")', '"fast", "fast", "yes", "yes")'),
            "Every step of training a posterior draws from it, for every x. How long does that take with MAF?",
            caught_by=uses_are_described,
        ),
        Mistake(
            "planar-for-data",
            lambda: _with(planar="fast fast slow yes yes"),
            "Maximum likelihood scores data, which nobody has drawn from the flow. Which column of your own table "
            "speaks of that?",
            caught_by=uses_are_described,
        ),
    ),
    answer="""
| | sample | own | outside | VI | density |
|---|---|---|---|---|---|
| planar, Sylvester | fast | fast | slow | yes | no |
| radial | fast | fast | fast | yes | possible, weak |
| NICE | fast | fast | fast | yes | yes |
| IAF | fast | fast | slow | yes | no |
| MAF | slow | fast | fast | no | yes |

IAF reads the base, which is all there at once, and to go back it needs the coordinates one by one. MAF reads what it
makes: drawing goes coordinate by coordinate, and a finished point is scored in one pass. "As it stands" means from the
base to the thing modelled: a planar flow that is defined from the data to the base is quick at data and slow to draw.
""",
    afterword="Two tasks, two directions: choose the flow by what has to be quick.",
)
