"""Each gate of `solutions.gates` catches the fault it is there for: planted here, one at a time."""

import importlib.util
import sys
import textwrap

import pytest

from dflvi.checking.exercise import Choice
from solutions import build, gates, verify

HEAD = '''"""1.1  Two planted exercises."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import T32, close, finite, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar

'''

DENSITY = (
    HEAD
    + '''
def density(x: Float[Array, " d"], s: Scalar) -> Scalar:
    """log p(x) in nats of d independent normals, each with mean zero and standard deviation s.

    Args:
        x: the point, [d].
        s: the standard deviation, positive.

    Returns:
        log p(x). JAX must be able to differentiate it.
    """
    square = jnp.sum((x / s) ** 2)
    return -0.5 * square - x.size * jnp.log(s) - 0.5 * x.size * jnp.log(2 * jnp.pi)


def by_scipy(x, s):
    return jax.scipy.stats.norm.logpdf(x, 0.0, s).sum()


def integrates_to_one(attempt):
    x = np.linspace(-40, 40, 801, dtype=np.float32)
    log_p = finite(attempt.vmap(0, None)(x[:, None], 2.5), shape=(801,), where="d = 1, s = 2.5")
    close(oracles.trapezoid(np.exp(log_p.astype(np.float64)), x), 1.0, T32, where="s = 2.5", says="the mass")


def is_the_density_at_a_point(attempt):
    x = attempt.rng.normal(size=3).astype(np.float32)
    want = oracles.multivariate_normal_logpdf(x, np.zeros(3), 0.49 * np.eye(3))
    close(attempt(x, 0.7), want, T32, where="d = 3, s = 0.7", says="log p(x)")


exercise = Exercise(
    density,
    question="1.1",
    minutes=5,
    difficulty=1,
    differentiable=True,
    hints=(
        "Independent coordinates multiply. What does the logarithm make of that?",
        "There are three terms: a square, a width and a constant that knows how many coordinates there are.",
        "Write the answer for one coordinate first, then count how often each of the three terms occurs.",
    ),
    checks=(integrates_to_one, is_the_density_at_a_point),
    variants=(by_scipy,),
    mistakes=(
        Mistake(
            "no-constant",
            one_edit(" - 0.5 * x.size * jnp.log(2 * jnp.pi)", ""),
            "The total mass is not one. Integrate over a wide interval in one dimension.",
            also=lambda x, s: by_scipy(x, s) + 0.9189385 * x.size,
        ),
        Mistake(
            "a-variance-for-a-deviation",
            one_edit("x / s", "x / jnp.sqrt(s)"),
            "A wider s must flatten the density by more than you have it. Compare s = 1 with s = 4.",
        ),
        Mistake(
            "counted-once",
            one_edit("x.size * jnp.log(s)", "jnp.log(s)"),
            "Three coordinates are squeezed three times. Yours is right in one dimension only.",
        ),
    ),
    answer="""
The density of independent normals is the product of their densities, so their logarithms are added up.
""",
)
'''
)

DRAWS = (
    HEAD
    + '''
def draws(key: Key, n: int, m: float | Scalar) -> Float[Array, " n"]:
    """n draws of the product of two independent normals, each with mean m and variance one.

    Args:
        key: for all of the draws.
        n: how many.
        m: the mean of each factor.

    Returns:
        the products, [n].
    """
    k1, k2 = jax.random.split(key)
    return (m + jax.random.normal(k1, (n,))) * (m + jax.random.normal(k2, (n,)))


def both_at_once(key, n, m):
    pair = m + jax.random.normal(key, (n, 2))
    return pair[:, 0] * pair[:, 1]


def has_the_mean_of_a_product(attempt):
    # A product of two normals has light enough tails: 4,000 draws make its mean normal.
    x = finite(attempt(attempt.key(), 4000, 1.5), shape=(4000,), where="n = 4000, m = 1.5")
    mean_is(x, 2.25, comparisons=1, sd=np.sqrt(2 * 2.25 + 1), where="m = 1.5", says="the mean of a product")


exercise = Exercise(
    draws,
    question="1.1",
    minutes=5,
    difficulty=1,
    hints=(
        "Two factors that know nothing of each other: how many keys does that take?",
        "Make two keys of the one that you are given, and draw each factor with its own.",
        "Draw both factors from the standard normal, move each of them, multiply.",
    ),
    checks=(has_the_mean_of_a_product,),
    variants=(both_at_once,),
    mistakes=(
        Mistake(
            "square-of-one",
            one_edit("normal(k2,", "normal(k1,"),
            "The mean is too large by the variance of a factor: the two factors are one and the same.",
        ),
        Mistake(
            "not-moved",
            one_edit("(m + jax.random.normal(k1, (n,)))", "jax.random.normal(k1, (n,))"),
            "One of the factors is centred at zero, so the mean of the product vanishes.",
            also=lambda key, n, m: both_at_once(key, n, m) - m * (m + jax.random.normal(key, (n,))),
        ),
        Mistake(
            "moved-twice",
            one_edit("(m + jax.random.normal(k1, (n,)))", "(2 * m + jax.random.normal(k1, (n,)))"),
            "Print the mean of each factor before you multiply: one of them is twice what was asked for.",
        ),
    ),
    answer="""
Two keys from one by splitting: each factor is drawn with its own, so that they are independent.
""",
)
'''
)


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Text of an authored file -> its case, as if the file lay in solutions/conjugacy."""
    folder = tmp_path / "solutions" / "conjugacy"
    folder.mkdir(parents=True)
    monkeypatch.setattr(build, "ROOT", tmp_path)

    def planted(text, *edits, quick=False, built=None):
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
            text = text.replace(old, new)
        name = "density" if "def density" in text else "draws" if "def draws" in text else "q1_1_1"
        path = folder / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(f"solutions.conjugacy.{name}", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        case = verify.case_of("conjugacy", name, quick=quick)
        if built:
            assert built[0] in case.built
            case.built = case.built.replace(*built)
        return case

    return planted


def test_without_a_fault_nothing_is_complained_of(plant):
    for text in (DENSITY, DRAWS):
        case = plant(text)
        assert verify.complaints(case) == []
        assert verify.complaints(case, (gates.the_question_side_works_without_solutions,)) == []


WRITTEN = (
    "The density of independent normals is the product of their densities, so their logarithms are added up."
)
LAST_MISTAKE = DENSITY[
    DENSITY.index('        Mistake(\n            "counted-once"') : DENSITY.index("    ),\n    answer")
]

FAULTS = {
    "reference-is-wrong": (
        DENSITY, gates.reference_and_variants_pass,
        [("return -0.5 * square", "return 0.5 * square")], "the reference fails integrates_to_one",
    ),
    "variant-is-wrong": (
        DENSITY, gates.reference_and_variants_pass,
        [("0.0, s).sum()", "0.1, s).sum()")], "variant by_scipy fails",
    ),
    "check-wants-float32": (
        DENSITY, gates.every_right_answer_passes_in_every_wrapper,
        [("    close(attempt(x, 0.7)", "    assert_dtype(attempt(x, 0.7))\n    close(attempt(x, 0.7)"),
         ("exercise = ", "def assert_dtype(x):\n    close(getattr(x, 'dtype', 0) == 'f4', 1)\nexercise = ")],
        "(Python numbers) fails",
    ),
    "check-does-not-take-a-batch": (
        DENSITY, gates.every_right_answer_passes_in_every_wrapper,
        [("def by_scipy(x, s):", "def by_scipy(x, *s):\n    s, = s")], "(called by keyword)",
    ),
    "mistake-passes": (
        DENSITY, gates.every_mistake_gets_its_own_diagnosis,
        [('one_edit("x / s", "x / jnp.sqrt(s)")', 'one_edit("x / s", "x * (1 / s)")')],
        "mistake a-variance-for-a-deviation passes",
    ),
    "two-mistakes-are-one": (
        DENSITY, gates.every_mistake_gets_its_own_diagnosis,
        [('one_edit("x / s", "x / jnp.sqrt(s)")', 'lambda x, s: by_scipy(x, s) + 0.9189385 * x.size')],
        "mistake a-variance-for-a-deviation, rejected by integrates_to_one, is told as no-constant",
    ),
    "second-spelling-is-another-mistake": (
        DENSITY, gates.every_mistake_gets_its_own_diagnosis,
        [("+ 0.9189385 * x.size", "+ 0.8 * x.size")], "no-constant, second spelling",
    ),
    "caught-by-another": (
        DENSITY, gates.every_mistake_gets_its_own_diagnosis,
        [('in one dimension only.",', 'in one dimension only.", caught_by=integrates_to_one,')],
        "while caught_by says integrates_to_one",
    ),
    "edit-no-longer-fits": (
        DENSITY, gates.every_mistake_gets_its_own_diagnosis,
        [('one_edit("x / s"', 'one_edit("x / sigma"')], "'x / sigma' occurs 0 times",
    ),
    "check-rejects-nothing-first": (
        DENSITY, gates.every_check_is_the_first_to_reject_some_mistake,
        [("checks=(integrates_to_one, is_the", "checks=(integrates_to_one, is_one_number, is_the"),
         ("exercise = ", "def is_one_number(attempt):\n    finite(attempt(np.ones(2), 2.0))\nexercise = ")],
        "is_one_number is the first to reject no mistake",
    ),
    "check-rolls-its-own-dice": (
        DENSITY, gates.the_same_key_gives_the_same_verdict,
        [("attempt.rng.normal", "np.random.default_rng().normal")],
        "is_the_density_at_a_point compares other numbers",
    ),
    "check-trusts-the-form": (
        DENSITY, gates.no_check_stumbles,
        [("finite(attempt.vmap(0, None)(x[:, None], 2.5), shape=(801,), where=\"d = 1, s = 2.5\")",
          "attempt.vmap(0, None)(x[:, None], 2.5).reshape(-1)")],
        "integrates_to_one stumbles over a list",
    ),
    "key-used-twice": (
        DRAWS, gates.keys_are_used_once,
        [("k1, k2 = jax.random.split(key)", "k1, k2 = key, jax.random.split(key)[0]")],
        "The same key was used for two draws",
    ),
    "reference-leaves-jax": (
        DENSITY, gates.the_reference_is_safe_under_jax_transformations,
        [("square = jnp.sum((x / s) ** 2)", "square = float(jnp.sum((x / s) ** 2))")],
        "the reference cannot be jitted",
    ),
    "reference-returns-float64": (
        DENSITY, gates.the_reference_is_safe_under_jax_transformations,
        [("    return -0.5 * square", "    return np.float64(-0.5) * np.asarray(square, np.float64)")],
        "the reference",
    ),
    "gradient-is-nan": (
        DENSITY, gates.the_reference_is_safe_under_jax_transformations,
        [("square = jnp.sum((x / s) ** 2)", "square = jnp.sum((x / s) ** 2) + jnp.sqrt(0 * s)")],
        "the gradient of the reference is not finite",
    ),
    "says-nothing-of-the-gradient": (
        DENSITY, gates.the_reference_is_safe_under_jax_transformations,
        [(" JAX must be able to differentiate it.", "")], "differentiable is True",
    ),
    "annotation-is-false": (
        DENSITY, gates.the_reference_keeps_to_its_signature,
        [('x: Float[Array, " d"], s', 'x: Float[Array, "d d"], s')], "under strict settings",
    ),
    "ranks-are-promoted": (
        DENSITY, gates.the_reference_keeps_to_its_signature,
        [("(x / s) ** 2)", "(x / s)[None] * (x / s)) ")], "under strict settings",
    ),
    "two-mistakes-only": (
        DENSITY, gates.mistakes_and_variants_are_enough,
        [(LAST_MISTAKE, "")],
        "has 2 mistakes",
    ),
    "no-second-spelling": (
        DENSITY, gates.mistakes_and_variants_are_enough,
        [("            also=lambda x, s: by_scipy(x, s) + 0.9189385 * x.size,\n", "")],
        "has a second spelling",
    ),
    "no-variant": (
        DENSITY, gates.mistakes_and_variants_are_enough, [("variants=(by_scipy,)", "variants=()")],
        "it has no variant",
    ),
    "variant-is-the-reference": (
        DENSITY, gates.mistakes_and_variants_are_enough,
        [("variants=(by_scipy,)", "variants=(density,)")], "is the reference itself",
    ),
    "names-repeat": (
        DENSITY, gates.names_are_not_repeated,
        [('"counted-once"', '"no-constant"')], "two mistakes are called no-constant",
    ),
    "message-is-anothers": (
        DENSITY, gates.messages_name_symptoms,
        [("Three coordinates are squeezed three times.", "The total mass is not one.")],
        "the messages of counted-once and no-constant share",
    ),
    "message-tells-the-formula": (
        DENSITY, gates.messages_name_symptoms,
        [("Three coordinates are squeezed three times.", "Subtract x.size * jnp.log(s) and all is well.")],
        "contains 'x.size*np.log(s)' of the answer",
    ),
    "too-few-hints": (
        DENSITY, gates.hints_lead_and_do_not_tell,
        [('        "Independent coordinates multiply. What does the logarithm make of that?",\n', "")],
        "it has 2 hints",
    ),
    "hint-quotes-the-answer": (
        DENSITY, gates.hints_lead_and_do_not_tell,
        [("Write the answer for one coordinate first", "Write square = jnp.sum((x / s) ** 2) first")],
        "hint 3 quotes",
    ),
    "hint-quotes-the-written-answer": (
        DENSITY, gates.hints_lead_and_do_not_tell,
        [("Write the answer for one coordinate first, then count how often each of the three terms occurs.",
          WRITTEN)], "hint 3 quotes",
    ),
    "no-written-answer": (
        DENSITY, gates.there_is_a_written_answer,
        [(WRITTEN, "")], "it has no written answer",
    ),
    "check-spells-the-answer-out": (
        DENSITY, gates.the_question_side_holds_no_answer,
        [("want = oracles.multivariate_normal_logpdf(x, np.zeros(3), 0.49 * np.eye(3))",
          "s = 0.7\n    square = np.sum((x / s) ** 2)\n    want = -0.5 * square - 3 * np.log(s) - 2.756816")],
        "the question side holds",
    ),
    "parameter-is-not-described": (
        DENSITY, gates.the_statement_is_whole,
        [("deviation s.", "deviation."), ("        s: the standard deviation, positive.\n", "")],
        "does not say what s is",
    ),
    "no-question": (
        DENSITY, gates.the_statement_is_whole, [('question="1.1"', 'question="first"')],
        "question is 'first'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_planted(plant, fault):
    text, gate, edits, says = FAULTS[fault]
    found = verify.complaints(plant(text, *edits), (gate,))
    assert any(says in complaint for complaint in found), found
    assert all(complaint.startswith("solutions/conjugacy/") for complaint in found)


def test_planted_stub_that_answers(plant):
    case = plant(DENSITY, built=('raise NotImplementedError("yours to write")', "return 0.0"))
    (found,) = verify.complaints(case, (gates.the_stub_is_not_attempted,))
    assert "the untouched stub is judged as" in found


def test_planted_answer_left_by_the_build(plant):
    case = plant(
        DENSITY, built=('raise NotImplementedError("yours to write")', "square = jnp.sum((x / s) ** 2)")
    )
    (found,) = verify.complaints(case, (gates.the_question_side_holds_no_answer,))
    assert "square=np.sum((x/s)**2)" in found


def test_planted_message_left_by_the_build(plant):
    says = "Three coordinates are squeezed three times. Yours is right in one dimension only."
    case = plant(DENSITY, built=("exercise = ", f"# {says}\nexercise = "))
    (found,) = verify.complaints(case, (gates.the_question_side_holds_no_answer,))
    assert "the message of counted-once" in found


def test_planted_import_of_solutions(plant):
    case = plant(
        DENSITY,
        ("    x = attempt.rng", "    from solutions.conjugacy import density  # noqa\n    x = attempt.rng"),
    )
    assert "imports solutions" in verify.complaints(case, (gates.the_question_side_holds_no_answer,))[0]
    found = verify.complaints(case, (gates.the_question_side_works_without_solutions,))
    assert "No module named 'solutions'" in found[0]


def test_planted_check_that_uses_the_reference(plant):
    use = (
        "want = oracles.multivariate_normal_logpdf(x, np.zeros(3), 0.49 * np.eye(3))",
        "want = density(x, 0.7)",
    )
    case = plant(DENSITY, use)
    found = verify.complaints(case, (gates.the_question_side_works_without_solutions,))
    assert found
    assert "without `solutions`" in found[0]


# ---- choices ------------------------------------------------------------------------------------

CHOICE = '''"""1.1  A planted choice."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="1.1",
    text="Which of these is a density?",
    options={"a": "exp(-x) for x > 0", "b": "exp(x) for x > 0", "c": "x for x > 0"},
    hints=("Integrate each of the three over the half line.",),
    key="a",
    reasons={
        "a": "It is positive and its integral over the half line is one.",
        "b": "It is positive, and it grows: no constant could make its integral finite.",
        "c": "It looks harmless near zero. Its integral over the half line is infinite.",
    },
    answer="Only the first can be integrated over the half line, and its integral is one.",
)
'''

CHOICE_FAULTS = {
    "distractor-without-reason": (
        gates.every_distractor_has_its_own_reason,
        [('        "c": "It looks harmless near zero. Its integral over the half line is infinite.",\n', "")],
        "option c has no reason",
    ),
    "shared-reason": (
        gates.every_distractor_has_its_own_reason,
        [("It looks harmless near zero. Its integral over the half line is infinite.",
          "It is positive, and it grows: no constant could make its integral finite.")],
        "two options share a reason",
    ),
    "hint-holds-the-option": (
        gates.every_distractor_has_its_own_reason,
        [("Integrate each of the three", "Is it exp(-x) for x > 0? Integrate")],
        "hint 1 holds the right option",
    ),
    "two-options-alike": (
        gates.every_distractor_has_its_own_reason, [('"c": "x for', '"c": "exp(x) for')], "options are alike",
    ),
    "an-option-that-is-a-letter": (
        gates.every_letter_and_text_is_judged_rightly, [('"c": "x for x > 0"', '"c": "A"')],
        "is judged as passed",
    ),
}  # fmt: skip


def test_a_choice_without_a_fault(plant):
    case = plant(CHOICE)
    assert isinstance(case.exercise, Choice)
    assert verify.complaints(case) == []


@pytest.mark.parametrize("fault", CHOICE_FAULTS)
def test_planted_in_a_choice(plant, fault):
    gate, edits, says = CHOICE_FAULTS[fault]
    found = verify.complaints(plant(CHOICE, *edits), (gate,))
    assert any(says in complaint for complaint in found), found


def test_planted_key_left_by_the_build(plant):
    case = plant(CHOICE, built=("exercise = Choice(", "exercise = Choice(key='a', *"))
    case.built = 'Choice(__name__, key="a")'
    (found,) = verify.complaints(case, (gates.a_choice_gives_nothing_away,))
    assert "holds the key" in found


def test_planted_letters_that_do_not_vary():
    def item(n, key):
        return Choice(
            f"solutions.conjugacy.q1_1_{n}", "1.1", text="?", options={"a": "x", "b": "y"}, hints=(), key=key
        )

    assert gates.the_right_letters_vary("conjugacy", [item(n, "a") for n in range(4)])
    assert not gates.the_right_letters_vary("conjugacy", [item(n, "ab"[n % 2]) for n in range(4)])


def test_the_words_of_verify(plant, capsys):
    plant(textwrap.dedent(DENSITY))
    assert verify.main(["--matrix", "--quick", "density"]) == 0
    out = capsys.readouterr().out
    assert "1.1 conjugacy.density: ok (2 checks, 1 variants, 3 mistakes" in out
    assert "counted-once" in out
    assert verify.main(["no_such_name"]) == 2
    assert "names no authored exercise" in capsys.readouterr().err


# ---- many keys ----------------------------------------------------------------------------------

KEYS_FAULTS = {
    "limit-is-too-tight": (
        [("m = 1.5\", says", "m = 1.5\", slack=-0.02, says")],
        "the reference fails has_the_mean_of_a_product at key",
    ),
    "error-is-too-large": ([("np.sqrt(2 * 2.25 + 1)", "9.0")], "too large: the limit is not"),
    "mistake-is-often-missed": (
        [("(2 * m + jax", "(1.02 * m + jax")], "mistake moved-twice passes at",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", KEYS_FAULTS)
def test_planted_over_many_keys(plant, fault):
    edits, says = KEYS_FAULTS[fault]
    _, found = verify.over_many_keys(plant(DRAWS, *edits), 300, 10.0)
    assert any(says in complaint for complaint in found), found


def test_without_a_fault_thousands_of_keys_are_quiet(plant):
    lines, found = verify.over_many_keys(plant(DRAWS), 300, 100.0)  # not the time, the keys are to end it
    assert found == []
    assert any("largest |z|" in line for line in lines)
    assert any("0 misses in 300" in line for line in lines)
