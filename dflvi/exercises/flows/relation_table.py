"""5.3  Three ways to make a code."""

# Built from solutions/flows/relation_table.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking import seals
from dflvi.checking.compare import Record, Wrong, holds
from dflvi.checking.exercise import Exercise


def relation_table() -> dict:
    """A table that sets three models side by side: non-linear PCA, the VAE, and a flow used as an autoencoder.

    Returns:
        a dict from each row's name to a tuple of three words, for (non-linear PCA, VAE, flow), in this order.

    | row | words to choose from |
    |---|---|
    | "size of the code", next to the size of x, as one uses them | "smaller", "equal" |
    | "code of a point", what the encoder gives for one x | "deterministic", "stochastic" |
    | "reconstruction error" of a trained model on real images | "zero", "positive" |
    | "decoder undoes encoder", by construction, with shared weights | "yes", "no" |
    | "objective" that is optimised | "recon", "recon+KL", "likelihood" |
    | "log-likelihood" of an x that the model gives without further work | "none", "bound", "exact" |
    | "codes pushed to a prior" by the training | "yes", "no" |
    | "new points from the prior": is that how one draws from it? | "yes", "no" |

    Non-linear PCA is that of 4.6: an autoencoder with a narrow code, trained on its reconstruction error.
    """
    raise NotImplementedError("yours to write")

_MODELS = ("non-linear PCA", "the VAE", "the flow")

_SEALED = {
    "size of the code": ("03a9768ff664b8d6", "9a69c9957d14ba9c", "37e3dbd80b1e644a"),
    "code of a point": ("0c6d605e7cc80ff9", "74da5e020acd56c4", "b0309d6bd0a0274f"),
    "reconstruction error": ("5651ce6ec47d69c3", "18157deae7f0fbc2", "9a312f5f65ca0c07"),
    "decoder undoes encoder": ("384f5c2fff5e2481", "38644e18121bf9b1", "350bc8bfd25a8efc"),
    "objective": ("69987b4277d025d0", "a979eda4b167ab02", "f3ba0ff38f311db5"),
    "log-likelihood": ("e4bac4329ad54f1d", "0a1f4d4b38aa6ca1", "3836c2fe6e993e4e"),
    "codes pushed to a prior": ("05d9076d0f7c7d0c", "950d19ffb0956293", "17e40b22374bbe49"),
    "new points from the prior": ("c33ac93f26d061c3", "06c67e219db0d74b", "e01c272d16134ca8"),
}


def _table(attempt):
    """Row -> three words, as given."""
    given = attempt()
    is_dict = isinstance(given, Record)
    holds(is_dict, "A dict is asked for, from each row's name to three words.", value=float(is_dict),
          got=type(given).__name__)  # fmt: skip
    lacking = [row for row in _SEALED if row not in given]
    holds(not lacking, f"The table lacks {len(lacking)} of its rows.", value=len(lacking), expected=", ".join(_SEALED),
          got=", ".join(map(str, given)))  # fmt: skip
    for row in _SEALED:
        words = given[row]
        good = isinstance(words, (tuple, list)) and len(words) == 3 and all(isinstance(one, str) for one in words)
        if not good:
            raise Wrong(f'The row "{row}" holds no three words.', where=row, got=str(words)[:60])
    return given


def _right(attempt, rows):
    given = _table(attempt)
    cells = [[float(seals.opens(_SEALED[row][i], f"relation_table {row} {i}", given[row][i])) for i in range(3)]
             for row in rows]  # fmt: skip
    wrong = [f"{_MODELS[i]}: {row}" for row, line in zip(rows, cells, strict=True) for i in range(3) if not line[i]]
    n = len(wrong)
    holds(n == 0, f"{n} of the cells in these rows {'is' if n == 1 else 'are'} not right.", value=np.array(cells),
          where="; ".join(wrong[:4]), got=f"{3 * len(rows) - n} of {3 * len(rows)} right")  # fmt: skip


def codes_are_described(attempt):
    _right(attempt, ("size of the code", "code of a point"))


def what_comes_back_is_described(attempt):
    _right(attempt, ("reconstruction error", "decoder undoes encoder"))


def what_is_optimised_is_described(attempt):
    _right(attempt, ("objective", "log-likelihood"))


def the_prior_is_described(attempt):
    _right(attempt, ("codes pushed to a prior", "new points from the prior"))


exercise = Exercise(
    relation_table,
    question="5.3",
    minutes=10,
    difficulty=2,
    hints=(
        "Ask of each model: how many numbers are in a code, does noise enter, and what is the number that training "
        "makes small?",
        "What is the posterior over z when the decoder has an inverse and adds no noise? And which term stops a flow "
        "from sending everything to 0?",
        "Only one of the three has a code as large as x and gets x back to the last digit. Only one has noise in its "
        "code. Only one has no prior at all.",
    ),
    checks=(
        codes_are_described,
        what_comes_back_is_described,
        what_is_optimised_is_described,
        the_prior_is_described,
    ),
)
