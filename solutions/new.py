"""Start an exercise: one file, made from a template that runs as it stands.

What an author has to replace is marked FILL IN; the rest shows how it is done.
"""

import keyword
import re

from dflvi.checking.answers import SECTIONS
from solutions import build

KINDS = ("function", "ladder", "choice", "prediction")
BLANK = "FILL IN"


def new(section: str, name: str, kind: str = "function", question: str = "") -> list[str]:
    """Write solutions/<section>/<name>.py. Returns what to say to the author, a line each.

    Raises BuildError if the words cannot be used or the file is there already.
    """
    if section not in SECTIONS:
        raise build.BuildError(f"There is no section {section}. The sections are {', '.join(SECTIONS)}.")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise build.BuildError(f"{name!r} is no Python name. Take letters, digits and _, as in cavi_step.")
    item = re.fullmatch(r"q(\d)_(\d+)_\d+", name)
    if kind in ("choice", "prediction") and not item:
        raise build.BuildError(f"A {kind} of question 2.3 is called q2_3_1, q2_3_2, ...; {name!r} is not.")
    path = build.ROOT / "solutions" / section / f"{name}.py"
    if path.exists():
        raise build.BuildError(f"solutions/{section}/{name}.py is there already. Edit it, or name another.")
    question = question or (f"{item[1]}.{item[2]}" if item else f"{SECTIONS.index(section) + 1}.0")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(name, kind, question), encoding="utf-8")
    return [
        f"wrote solutions/{section}/{name}.py",
        f"1. fill in what is marked {BLANK}",
        f"2. put a code cell with this one line into notebooks/src/{_source(section)}:   # exercise: {name}",
        f"3. python -m solutions verify {section}.{name} && python -m solutions build {section}",
    ]


def text(name: str, kind: str, question: str) -> str:
    """The template of a kind with the name and the question put in."""
    return _TEMPLATES[kind].replace("QUESTION", question).replace("NAME", name).lstrip()


def _source(section: str) -> str:
    return f"{SECTIONS.index(section) + 1:02}_{section}.md"


_FUNCTION = '''
"""QUESTION  FILL IN what it is about, in half a line."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import close, finite
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def NAME(x: Float[Array, " d"], scale: Scalar) -> Scalar:
    """FILL IN what it gives, with its unit, for one x. This docstring is all that a learner sees.

    Args:
        x: FILL IN what it is, with its shape, [d].
        scale: FILL IN what it is and where it lies, a number.

    Returns:
        FILL IN what comes back: here, scale times the squared length of x, a number. JAX must be able to
        differentiate it in x (FILL IN: only if a check asks for the gradient).

    FILL IN the source (authors, year, equation).
    """
    return scale * jnp.sum(x**2)  # FILL IN the reference: clear before clever


# ---- other right answers: FILL IN at least one, written in an honestly different way ------------


def as_a_product_of_vectors(x, scale):
    return (scale * x) @ x


# ---- checks: cheap to deep ----------------------------------------------------------------------
# FILL IN checks whose names are sentences. A check takes its truth from elsewhere than the reference, in
# NumPy float64; its inputs are far from neutral (no 0 or 1, d not 2); it is the first to reject some mistake.


def _case(rng):
    return rng.normal(size=3).astype(np.float32), float(rng.uniform(0.3, 0.8))


def twice_as_long_is_four_times_as_much(attempt):
    x, scale = _case(attempt.rng)
    where = f"x and 2 x, d = 3, scale = {scale:.3g}"
    once, twice = (finite(attempt(one, scale), where=where) for one in (x, 2 * x))
    close(twice, 4 * once, where=where, says="the value at 2 x is four times that at x")


def matches_the_length_by_numpy(attempt):
    x, scale = _case(attempt.rng)
    want = scale * np.linalg.norm(x.astype(np.float64)) ** 2
    where = f"a random x, d = 3, scale = {scale:.3g}"
    close(attempt(x, scale), want, where=where, says="the value")
    close(attempt.grad(0)(x, scale), 2 * scale * x, where=where, what="the gradient", says="the slope in x")


exercise = Exercise(
    NAME,
    question="QUESTION",  # FILL IN the id in the curriculum
    minutes=10,  # FILL IN
    difficulty=1,  # FILL IN 1 to 3
    differentiable=True,  # FILL IN: drop it if no gradient is asked for
    hints=(
        "FILL IN a nudge: a question that leads to the idea, without a formula in it.",
        "FILL IN the way: what has to be worked out, and in which order.",
        "FILL IN what gets one nearly there, in words; no hint may hold a line of the answer.",
    ),
    checks=(
        twice_as_long_is_four_times_as_much,
        matches_the_length_by_numpy,
    ),
    variants=(as_a_product_of_vectors,),
    mistakes=(  # FILL IN at least three a question: what do learners get wrong?
        Mistake(
            "not-squared",
            one_edit("x**2", "jnp.abs(x)"),
            "FILL IN the symptom, an input that shows it, where to look: at twice the x yours only doubles.",
            caught_by=twice_as_long_is_four_times_as_much,
        ),
        Mistake(
            "mean-instead-of-sum",
            one_edit("jnp.sum", "jnp.mean"),
            "FILL IN, never with the formula: for x = (1, 1, 1) yours is no larger than for x = (1,).",
            also=lambda x, scale: scale * (x @ x) / x.size,
            caught_by=matches_the_length_by_numpy,
        ),
        Mistake(
            "forgot-the-scale",
            one_edit("scale * jnp", "jnp"),
            "FILL IN, sharing no sentence with another message: yours ignores the second argument.",
            caught_by=matches_the_length_by_numpy,
        ),
    ),
    answer="""
FILL IN the worked answer in Markdown: why it is so, what the code does, what it is good for.
""",
    afterword="FILL IN a sentence to take along, shown after success.",
)
'''

_LADDER = '''
"""QUESTION  FILL IN what is derived, in half a line."""

import jax.numpy as jnp
import numpy as np

from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Scalar, Step


def NAME(a: Scalar, b: Scalar, c: Scalar) -> list[Step]:
    """FILL IN the claim: here, log c in at least three lines. This docstring is all that a learner sees.

    Args:
        a: FILL IN what it is, a positive number.
        b: FILL IN what it is, a positive number.
        c: FILL IN what it is: here, the product of a and b. It is handed in, so use c itself.

    Returns:
        a list of `Step(value, because="...")`. FILL IN what the first line is made of, and what the last;
        each line equals the one before.

    `because` names what leads to a line from the one before it: FILL IN, here DEFINITION or LOG_RULE.
    The check draws numbers for all arguments. At both ends it also draws a c that has nothing to do with
    a and b.
    """
    return [  # FILL IN the reference
        Step(jnp.log(c)),
        Step(jnp.log(a * b), because="DEFINITION"),
        Step(jnp.log(a) + jnp.log(b), because="LOG_RULE"),
    ]


# ---- other right answers: FILL IN at least one, written in an honestly different way ------------


def by_way_of_powers(a, b, c):
    square = a**2 * b**2
    return [(jnp.log(c**2) / 2,), (jnp.log(square) / 2, "definition"), (jnp.log(b) + jnp.log(a), "log rule")]


# ---- FILL IN the instances, and the two ends of the claim ---------------------------------------


def _instance(rng):
    a, b = (float(one) for one in rng.uniform(1.5, 4.0, size=2))
    return a, b, a * b


def _unrelated(rng):
    a, b, c = (float(one) for one in rng.uniform(1.5, 4.0, size=3))
    return a, b, c


def _start(a, b, c):
    return np.log(c)


def _end(a, b, c):
    return np.log(a) + np.log(b)


exercise = Ladder(
    NAME,
    question="QUESTION",  # FILL IN the id in the curriculum
    minutes=10,  # FILL IN
    difficulty=1,  # FILL IN 1 to 3
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=3,
    reasons=("DEFINITION", "LOG_RULE"),
    required=("LOG_RULE",),
    variants=(by_way_of_powers,),
    hints=(
        "FILL IN a nudge: write the two ends and put them side by side. In what do they differ?",
        "FILL IN the way: what changes first, and which law lets it?",
        "FILL IN what gets one nearly there, line by line, in words.",
    ),
    mistakes=(  # FILL IN at least three a question: what do learners get wrong?
        Mistake(
            "assumes-the-conclusion",
            lambda a, b, c: [Step(jnp.log(a) + jnp.log(b), because="LOG_RULE") for _ in range(3)],
            "FILL IN the symptom and where to look: your first line knows nothing of c.",
            also=lambda a, b, c: [Step(jnp.log(b) + jnp.log(a), "DEFINITION")] * 4,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "sum-inside-the-log",
            one_edit("a * b", "a + b"),
            "FILL IN, never with the formula: try a = 2 and b = 3, where your second line is not the first.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "never-leaves-c",
            one_edit("Step(jnp.log(a) + jnp.log(b)", "Step(jnp.log(c)"),
            "FILL IN, and share no sentence with another message: your last line still speaks of c.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
    ),
    answer="""
FILL IN the worked derivation in Markdown, a line each, with the law that leads to it.
""",
    afterword="FILL IN a sentence to take along, shown after success.",
)
'''

_CHOICE = '''
"""QUESTION  FILL IN what it is about, in half a line."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="QUESTION",
    text="FILL IN the question, in Markdown.",
    options={
        "a": "FILL IN a wrong answer that many give.",
        "b": "FILL IN the right one. Its letter varies from item to item.",
        "c": "FILL IN another wrong answer, wrong for another reason.",
    },
    key="b",
    reasons={
        "a": "FILL IN why one might think so, and what speaks against it: an example to try.",
        "b": "FILL IN why it is right, in a sentence.",
        "c": "FILL IN why one might think so, and where that thought goes wrong.",
    },
    hints=("FILL IN a question that leads there and does not hold the right option.",),
    answer="""
FILL IN the model answer to the discussion, and what a good answer of one's own would name.
""",
)
'''

_PREDICTION = '''
"""QUESTION  FILL IN what is predicted, in half a line."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="QUESTION",
    text="FILL IN what to predict before the next cell is run, in Markdown. Say the unit.",
    truth=12.5,  # FILL IN a number (right within 5 %), a tuple of numbers or a word; is_open=True: not marked
    near={6.25: "FILL IN what a wrong value comes from, and what to think of: half of it is missing."},
    hints=("FILL IN a question that leads there and does not say the value.",),
    answer="""
FILL IN why this comes out, and what it teaches about the figure below it.
""",
)
'''

_TEMPLATES = {"function": _FUNCTION, "ladder": _LADDER, "choice": _CHOICE, "prediction": _PREDICTION}
