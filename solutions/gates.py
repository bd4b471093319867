"""What the suite guarantees of every exercise, a gate each.

A gate is a function of a `Case` whose name is a sentence. It returns complaints, each with the file, what is
wrong and what to do.
"""

import ast
import contextlib
import inspect
import json
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from dflvi.checking import judge, seals, sources
from dflvi.checking.exercise import Choice, Exercise, answer_source
from dflvi.checking.here import Here, _is_array, _is_key, float64
from solutions import build
from solutions.case import KEY, Case, long_enough, plain
from solutions.wrappers import TOGETHER, WRAPPERS, Profile, Wrapper, wrapped

HINTS = 3  # of a function
MISTAKES = 3  # of a question


# ---- gates that run answers -------------------------------------------------------------------


def the_stub_is_not_attempted(case: Case) -> list[str]:
    module = question_module(case)
    exercise = module.exercise
    stub = getattr(module, exercise.name, exercise.function)
    status = exercise.judge_on(Here({**case.companions, exercise.name: stub}), KEY).status
    if status == "not-attempted":
        return []
    return [
        case.says(
            f"the untouched stub is judged as {status}", "It has to be not-attempted: see the built file."
        )
    ]


def question_module(case: Case) -> types.ModuleType:
    """The question side, run from its text."""
    module = types.ModuleType(f"dflvi.exercises.{case.exercise.section}.{case.exercise.name}")
    with _importable(module):
        exec(compile(case.built, f"<{module.__name__}>", "exec"), module.__dict__)
    return module


@contextlib.contextmanager
def _importable(module: types.ModuleType) -> Iterator[None]:
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = before


def reference_and_variants_pass(case: Case) -> list[str]:
    found = []
    for label in case.right:
        failure = case.first_failure(label)
        if failure is not None:
            found.append(
                case.says(f"{label} fails {failure.check}: {why(failure)}", "Mend the check or the answer.")
            )
    return found


def why(finding: judge.Finding) -> str:
    if finding.error is not None:
        return f"{finding.error.says} {' | '.join(finding.error.lines)}".strip()
    wrong = finding.wrong
    return " ".join(
        filter(
            None,
            [wrong.says, wrong.where and f"({wrong.where})", f"expected {wrong.expected}, got {wrong.got}"],
        )
    )


def every_right_answer_passes_in_every_wrapper(case: Case) -> list[str]:
    """If quick: the reference, in several wrappers at once; if that fails, in each of them."""
    if not callable(case.exercise.function):
        case.skipped.append("all wrappers: the answer is no function")
        return []
    found = []
    for label in ["the reference"] if case.quick else list(case.right):
        profile, groups = case.profile(label), TOGETHER if case.quick else [(one,) for one in WRAPPERS]
        for group in groups:
            found += _in_wrappers(case, label, [one for one in group if _fits(case, label, profile, one)])
    return found


def _fits(case: Case, label: str, profile: Profile, wrapper: Wrapper) -> bool:
    why = wrapper.skip(profile)
    if why:
        case.skipped.append(f"{label}, {wrapper.name}: {why}")
    else:
        case.tried += 1
    return not why


def _in_wrappers(case: Case, label: str, wrappers: list[Wrapper]) -> list[str]:
    if not wrappers:
        return []
    profile, answer = case.profile(label), case.right[label]
    for wrapper in wrappers:
        answer = wrapped(wrapper, answer, profile)
    host = wrappers[-1].host({**case.companions, case.exercise.name: answer}, may_hang=True)
    changes_results = any(wrapper.changes_results for wrapper in wrappers)
    checks = (
        case.exercise.checks if changes_results or not case.quick else _one_a_transformation(case, profile)
    )
    failure = judge.first_failure(tuple(checks), host, case.exercise.name, KEY)
    if failure is None:
        return []
    alone = (
        [one for wrapper in wrappers for one in _in_wrappers(case, label, [wrapper])]
        if len(wrappers) > 1
        else []
    )
    what = (
        f"{label} ({', '.join(wrapper.name for wrapper in wrappers)}) fails {failure.check}: {why(failure)}"
    )
    return alone or [case.says(what, "Any right answer has to pass: the check asks for too much.")]


def _one_a_transformation(case: Case, profile: Profile) -> list[Callable]:
    """The checks, less those that call the answer only in ways in which an earlier one does."""
    chosen, covered = [], set()
    for check in case.exercise.checks:
        ops = profile.ops_of.get(check.__name__, set())
        if not ops <= covered:
            chosen.append(check)
            covered |= ops
    return chosen


def every_mistake_gets_its_own_diagnosis(case: Case) -> list[str]:
    found = []
    for label, (mistake, _) in case.wrong.items():
        failure = case.first_failure(label)
        if failure is None:
            found.append(case.says(f"{label} passes", "Add or sharpen a check that rejects it."))
            continue
        told = case.recognised(failure)
        if told is not mistake:
            what = (
                f"{label}, rejected by {failure.check}, is told as {told.name if told else 'nothing known'}"
            )
            remedy = (
                "Give that check an input on which they differ, or put the check first that tells them apart."
            )
            if told is None:
                remedy = f"The two spellings differ there: {why(failure)}"
            found.append(case.says(what, remedy))
        if mistake.caught_by and mistake.caught_by != failure.check:
            what = f"{label} is first rejected by {failure.check}, while caught_by says {mistake.caught_by}"
            found.append(case.says(what, "Correct caught_by."))
    return found


def every_check_is_the_first_to_reject_some_mistake(case: Case) -> list[str]:
    first = set()
    for mistake in case.exercise.mistakes:
        failure = case.first_failure(f"mistake {mistake.name}")
        first.add(failure.check if failure else "")
    return [
        case.says(
            f"{check.__name__} is the first to reject no mistake",
            "Drop it, merge it, or name the mistake it is for.",
        )
        for check in own_checks(case.exercise)
        if check.__name__ not in first
    ]


def own_checks(exercise: Exercise) -> list[Callable]:
    """Its checks, less those of its kind (a ladder's), which are tested for the kind."""
    return [check for check in exercise.checks if getattr(check, "__self__", None) is not exercise]


def the_same_key_gives_the_same_verdict(case: Case) -> list[str]:
    found = []
    for label in [*case.right, *case.wrong]:
        for check in case.exercise.checks:
            before = case.finding(label, check)
            after = judge.run_check(check, case.host(label), case.exercise.name, KEY)
            alike = len(before.seen) == len(after.seen) and all(
                np.allclose(a.got, b.got, rtol=1e-6, atol=1e-9, equal_nan=True)
                for a, b in zip(before.seen, after.seen, strict=True)
            )
            if not alike or before.passed != after.passed:
                what = (
                    f"{check.__name__} compares other numbers when {label} is checked again with the same key"
                )
                found.append(
                    case.says(what, "Draw from attempt.rng, attempt.key() and attempt.keys(n) alone.")
                )
            if not before.passed or case.quick:
                break
    return found


def _is_float(leaf: Any) -> bool:
    if isinstance(leaf, float):
        return True
    return _is_array(leaf) and not _is_key(leaf) and jax.numpy.issubdtype(leaf.dtype, jax.numpy.floating)


def no_check_stumbles(case: Case) -> list[str]:
    """Over results of a form that it did not foresee."""
    forms = {
        "None": None, "a string": "0.3", "a list": [0.1, 0.2], "an empty tuple": (), "an object": object(),
        "a dict": {"a": 1.0}, "nan": np.float32("nan"), "complex": np.complex64(1j),
        "an empty array": np.zeros(0),
        "one number": 0.5, "a big array": np.ones((3, 1, 4), np.float32),
    }  # fmt: skip
    found = []
    for form, result in forms.items():
        host = Here({**case.companions, case.exercise.name: lambda *args, _result=result, **kwargs: _result})
        for check in case.exercise.checks:
            try:
                judge.run_check(check, host, case.exercise.name, KEY)
            except Exception as error:
                what = f"{check.__name__} stumbles over {form} ({type(error).__name__}: {error})"
                found.append(
                    case.says(what, "Read what came back with array, fields, has_shape or finite first.")
                )
            if case.quick:
                break
    return found


def keys_are_used_once(case: Case) -> list[str]:
    found = []
    for label in ["the reference"] if case.quick else list(case.right):
        profile = case.profile(label)
        if not profile.takes_key:
            continue
        checks = _one_a_transformation(case, profile) if case.quick else case.exercise.checks
        with jax.debug_key_reuse(True):
            host = Here({**case.companions, case.exercise.name: case.right[label]}, may_hang=True)
            failure = judge.first_failure(tuple(checks), host, case.exercise.name, KEY)
        if failure is not None:
            what = f"{label} with jax.debug_key_reuse(True) fails {failure.check}: {why(failure)}"
            found.append(case.says(what, "Split the key and use each part once."))
    return found


def the_reference_is_safe_under_jax_transformations(case: Case) -> list[str]:
    """Under jit, vmap, in float32, and where the stub says so under grad."""
    exercise = case.exercise
    if not callable(exercise.function):
        return []
    profile, found = case.profile("the reference"), []
    if profile.left_jax:
        return [case.says(f"the reference cannot be jitted: {profile.left_jax}", "Stay with jnp.")]
    wide = {
        str(leaf.dtype) for leaf in jax.tree.leaves(profile.result) if _is_array(leaf) and not _is_key(leaf)
    }
    in_float32 = not any(op == "float64" for ops, _, _ in profile.calls[:1] for op, _ in ops)
    if in_float32 and "float64" in wide:
        found.append(case.says("the reference returns float64 for float32", "Stay with jnp."))
    asks = "able to differentiate" in " ".join((inspect.getdoc(exercise.function) or "").split())
    if asks != exercise.differentiable:
        said = "so" if asks else "nothing of it"
        what = f"differentiable is {exercise.differentiable}, and the statement says {said}"
        found.append(
            case.says(
                what, "Say in the docstring that JAX must be able to differentiate it, or leave it out."
            )
        )
    if exercise.differentiable:
        with contextlib.nullcontext() if in_float32 else float64():
            found += _gradient_complaints(case, profile)
    return found


def the_reference_keeps_to_its_signature(case: Case) -> list[str]:
    """Its annotations hold, shapes among them, and no shape or dtype is promoted behind its back."""
    reference = case.exercise.function
    if not callable(reference):
        return []
    from beartype import beartype
    from jaxtyping import jaxtyped

    answers = {**case.companions, case.exercise.name: jaxtyped(reference, typechecker=beartype)}
    involved = [reference, *filter(inspect.isfunction, case.companions.values())]
    by_optax = any("optax" in answer_source(one) for one in involved)  # which mixes dtypes by itself
    dtypes = "standard" if by_optax else "strict"
    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion(dtypes):
        host = Here(answers, may_hang=True)
        failure = judge.first_failure(case.exercise.checks, host, case.exercise.name, KEY)
    if failure is None:
        return []
    what = f"the reference under strict settings fails {failure.check}: {why(failure)}"
    return [case.says(what, "Mend its annotations, or say what is broadcast or cast.")]


def _gradient_complaints(case: Case, profile: Profile) -> list[str]:
    event = next(
        ((args, kwargs) for ops, args, kwargs in profile.calls if not any(op == "vmap" for op, _ in ops)),
        None,
    )
    if event is None:
        return [] if any(op == "grad" for ops, _, _ in profile.calls for op, _ in ops) else [
            case.says("it is marked differentiable and no check looks at a gradient", "Add one.")
        ]  # fmt: skip
    leaves, tree = jax.tree.flatten(event)
    moving = [_is_float(leaf) for leaf in leaves]

    def total(*floats):
        new = iter(floats)
        mixed = [next(new) if moves else leaf for leaf, moves in zip(leaves, moving, strict=True)]
        args, kwargs = jax.tree.unflatten(tree, mixed)
        answer = profile.function if profile.makes else case.exercise.function
        results = jax.tree.leaves(answer(*args, **kwargs))
        return sum(jax.numpy.sum(result) for result in results if _is_float(result))

    floats = [jax.numpy.asarray(leaf) for leaf, moves in zip(leaves, moving, strict=True) if moves]
    slopes = jax.jit(jax.grad(total, argnums=tuple(range(len(floats)))))(*floats)
    if all(bool(jax.numpy.isfinite(slope).all()) for slope in slopes):
        return []
    return [
        case.says(
            "the gradient of the reference is not finite where a check calls it", "Mend it (jnp.where?)."
        )
    ]


def the_question_side_works_without_solutions(case: Case) -> list[str]:
    """In a process in which `solutions` cannot be imported."""
    return without_solutions([case])[0]


def without_solutions(cases: list[Case]) -> list[list[str]]:
    """The complaints of each case, judged together in one such process."""
    jobs, expected = [], []
    for case in cases:
        answers, fates = [], {}
        for label, function, passes in _answers_for_elsewhere(case):
            answers.append([label, spelled_out(case, function)])
            fates[label] = passes
        exercise = case.exercise
        jobs.append(
            {
                "section": exercise.section,
                "name": exercise.name,
                "built": case.built,
                "key": KEY,
                "answers": answers,
            }
        )
        expected.append(fates)
    script = Path(__file__).with_name("without.py")
    environment = {**os.environ, "PYTHONPATH": str(build.ROOT), "JAX_PLATFORMS": "cpu"}
    run = subprocess.run(
        [sys.executable, "-P", str(script)], input=json.dumps({"jobs": jobs}), text=True, capture_output=True,
        env=environment, check=False,
    )  # fmt: skip
    if run.returncode:
        last = run.stderr.strip().splitlines()[-1:] or ["no word"]
        return [
            [case.says(f"the question side does not run by itself: {last[0]}", "See solutions/without.py.")]
            for case in cases
        ]
    verdicts = json.loads(run.stdout.splitlines()[-1])["verdicts"]
    return [_compared(case, fates, seen) for case, fates, seen in zip(cases, expected, verdicts, strict=True)]


def _answers_for_elsewhere(case: Case) -> list[tuple[str, Any, bool]]:
    """Label, answer, and whether it passes: all of them, or a right one if quick."""
    right = [(label, function, True) for label, function in case.right.items()]
    wrong = [(label, function, False) for label, (_, function) in case.wrong.items()]
    return right[:1] if case.quick else [*right, *wrong]


def spelled_out(case: Case, answer: Any) -> str:
    """The text of an answers file with this answer and its companions."""
    return sources.self_contained({**case.companions, case.exercise.name: answer})


def _compared(case: Case, fates: dict[str, bool], seen: dict[str, list]) -> list[str]:
    found = []
    for label, passes in fates.items():
        status, check, message = seen[label]
        good = status == "passed" if passes else status in ("wrong", "crashed")
        if not good or not message:
            what = f"without `solutions`, {label} is judged as {status} {check}: {message}"
            found.append(case.says(what, "The question side has to judge by itself."))
    return found


# ---- gates that read --------------------------------------------------------------------------


def mistakes_and_variants_are_enough(case: Case) -> list[str]:
    found = []
    functions = [one for one in case.siblings if isinstance(one, Exercise)]
    mistakes = [mistake for one in functions for mistake in one.mistakes]
    if len(mistakes) < MISTAKES:
        what = f"question {case.exercise.question} has {len(mistakes)} mistakes"
        found.append(case.says(what, f"At least {MISTAKES}: what do learners get wrong?"))
    if not any(mistake.also is not None for mistake in mistakes):
        what = f"no mistake of question {case.exercise.question} has a second spelling"
        found.append(case.says(what, "Give one an `also=`, written in another way."))
    if not case.exercise.variants:
        found.append(
            case.says("it has no variant", "Write another right answer in an honestly different way.")
        )
    for label, variant in case.right.items():
        if label != "the reference" and callable(variant) and variant is case.exercise.function:
            found.append(case.says(f"{label} is the reference itself", "Write another right answer."))
    return found


def names_are_not_repeated(case: Case) -> list[str]:
    exercise, found = case.exercise, []
    for kind, names in (
        ("check", [check.__name__ for check in exercise.checks]),
        ("mistake", [mistake.name for mistake in exercise.mistakes]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            found.append(case.says(f"two {kind}s are called {name}", "Name them apart."))
    return found


def messages_name_symptoms(case: Case) -> list[str]:
    """Differ from each other sentence by sentence, and contain no expression and no line of the answer."""
    found, owner = [], {}
    for one in case.siblings:
        for mistake in getattr(one, "mistakes", ()):
            for sentence in _sentences(mistake.message):
                other = owner.setdefault(sentence, mistake)
                if other is not mistake and one is case.exercise:
                    what = f"the messages of {mistake.name} and {other.name} share {sentence!r}"
                    found.append(case.says(what, "Say what shows this one mistake."))
    for mistake in case.exercise.mistakes:
        if len(mistake.message) < 30:
            found.append(
                case.says(
                    f"the message of {mistake.name} is too short to help", "Name the symptom and an input."
                )
            )
        for leak in _leaks(case, mistake.message):
            what = f"the message of {mistake.name} contains {leak!r} of the answer"
            found.append(case.says(what, "Name the symptom, not the formula."))
    return found


def _sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.?])\s+", " ".join(text.split()))
    return [part.lower() for part in parts if len(part) > 12]


def _leaks(case: Case, text: str) -> list[str]:
    bare = plain(text)
    expressions = [one for one in sorted(case.expressions, key=len, reverse=True) if one in bare]
    return expressions[:1] + [line for line in long_enough(case.reference_lines, 12) if line in bare][:1]


def hints_lead_and_do_not_tell(case: Case) -> list[str]:
    exercise, found = case.exercise, []
    wanted = HINTS if exercise.kind == "function" else 1
    if len(exercise.hints) < wanted:
        found.append(
            case.says(f"it has {len(exercise.hints)} hints", f"{wanted}, from a nudge to nearly there.")
        )
    for number, hint in enumerate(exercise.hints, 1):
        if len(hint.strip()) < 20:
            found.append(case.says(f"hint {number} says nothing", "Write it."))
        quoted = [line for line in _answer_lines(case) if line in plain(hint)]
        if quoted:
            found.append(
                case.says(f"hint {number} quotes {quoted[0]!r} of the answer", "Lead there in words.")
            )
    if len(set(exercise.hints)) < len(exercise.hints):
        found.append(case.says("two hints are the same", "Each leads one step further."))
    return found


def _answer_lines(case: Case) -> list[str]:
    lines = case.reference_lines if isinstance(case.exercise, Exercise) else []
    written = [plain(line) for line in case.exercise.answer.splitlines()]
    return long_enough(lines, 12) + [line for line in written if len(line) >= 25]


def there_is_a_written_answer(case: Case) -> list[str]:
    if len(case.exercise.answer.strip()) >= 40:
        return []
    return [case.says("it has no written answer", "Write `answer=`: what is revealed beside the code.")]


def the_question_side_holds_no_answer(case: Case) -> list[str]:
    found, built = [], plain(case.built)
    for line in long_enough(case.reference_lines, 20):
        if line in built:
            found.append(
                case.says(f"the question side holds {line!r} of the answer", "A check may not spell it out.")
            )
            break
    for line in (plain(line) for line in case.exercise.answer.splitlines()):
        if len(line) >= 25 and line in built:
            found.append(
                case.says(f"the question side holds {line!r} of the written answer", "Take it out there.")
            )
            break
    for mistake in getattr(case.exercise, "mistakes", ()):
        if "".join(mistake.message.split()) in "".join(case.built.split()):
            found.append(
                case.says(
                    f"the question side holds the message of {mistake.name}", "The build has to drop it."
                )
            )
    if "solutions" in {name.split(".")[0] for name in _imports(case.built)}:
        found.append(case.says("the question side imports solutions", "A check must not use an answer."))
    return found


def _imports(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found


def the_statement_is_whole(case: Case) -> list[str]:
    """Every parameter and the result are described; the numbers of an estimate are there."""
    exercise, found = case.exercise, []
    if not re.fullmatch(r"[1-6]\.\d+", exercise.question):
        found.append(
            case.says(f"question is {exercise.question!r}", "It is the id in the curriculum, like 2.8.")
        )
    if not 1 <= exercise.difficulty <= 3 or not 1 <= exercise.minutes <= 120:
        found.append(
            case.says("minutes or difficulty are out of range", "Minutes 1 to 120, difficulty 1 to 3.")
        )
    if callable(getattr(exercise, "function", None)):
        doc = inspect.getdoc(exercise.function) or ""
        for name in inspect.signature(exercise.function).parameters:
            if not re.search(rf"\b{re.escape(name)}\b", doc):
                found.append(case.says(f"the statement does not say what {name} is", "Add it under Args."))
        if len(doc) < 60:
            found.append(
                case.says(
                    "the docstring is no statement", "It is all the learner sees: shapes, units, source."
                )
            )
    return found


# ---- choices and predictions ------------------------------------------------------------------


def every_letter_and_text_is_judged_rightly(case: Case) -> list[str]:
    item, module, found = case.exercise, question_module(case), []
    asked = module.exercise
    for letter, text in item.options.items():
        for answer in (letter, letter.upper(), text, text.upper(), f" {letter} "):
            for side in (item, asked):
                verdict = side.judge_value(answer)
                wanted = ("passed",) if letter == item.key else ("diagnosed", "wrong")
                if verdict.status not in wanted:
                    found.append(
                        case.says(
                            f"the answer {answer!r} is judged as {verdict.status}", "See key and options."
                        )
                    )
    for answer in (None, ..., "", "zz"):
        if item.judge_value(answer).status != "not-attempted":
            found.append(case.says(f"the answer {answer!r} counts as an attempt", "See Choice.judge_value."))
    if item.key not in item.options:
        found.append(
            case.says(f"key {item.key!r} is none of the options", f"One of {', '.join(item.options)}.")
        )
    return found


def every_distractor_has_its_own_reason(case: Case) -> list[str]:
    item, found = case.exercise, []
    for letter in item.options:
        if len(item.reasons.get(letter, "")) < 30:
            found.append(
                case.says(
                    f"option {letter} has no reason", "Say why one might think so and what speaks against it."
                )
            )
    reasons = [" ".join(reason.split()) for reason in item.reasons.values()]
    if len(set(reasons)) < len(reasons):
        found.append(case.says("two options share a reason", "Each distractor is wrong for its own."))
    texts = [" ".join(text.lower().split()) for text in item.options.values()]
    if len(set(texts)) < len(texts) or len(texts) < 2:
        found.append(case.says("options are alike", "Write distinct ones."))
    for number, hint in enumerate(item.hints, 1):
        if item.key in item.options and plain(item.options[item.key]).lower() in plain(hint).lower():
            found.append(case.says(f"hint {number} holds the right option", "Lead there in other words."))
    return found


def a_choice_gives_nothing_away(case: Case) -> list[str]:
    item, built, found = case.exercise, case.built, []
    for reason in [*getattr(item, "reasons", {}).values(), *getattr(item, "near", {}).values()]:
        if reason and plain(reason) in plain(built):
            found.append(case.says("the question side holds a reason", "The build has to drop it."))
            break
    words = {
        word.arg
        for node in ast.walk(ast.parse(built))
        if isinstance(node, ast.Call)
        for word in node.keywords
    }
    if words & {"key", "truth"}:
        found.append(case.says("the question side holds the key", "The build has to seal it."))
    return found


def the_right_letters_vary(section: str, items: list[Choice]) -> list[str]:
    """Over the choices of a section: a gate of its own, since no single item shows it."""
    keys = [item.key for item in items if type(item) is Choice]
    for letter in sorted(set(keys)):
        if len(keys) >= 4 and keys.count(letter) > len(keys) / 2:
            return [
                f"solutions/{section}: {keys.count(letter)} of {len(keys)} choices are right at {letter}. "
                "Order the options of some in another way."
            ]
    return []


def a_prediction_is_judged_to_five_percent(case: Case) -> list[str]:
    item, found = case.exercise, []
    asked = question_module(case).exercise
    if item.is_open:
        return (
            []
            if item.judge_value(1.0).status == "passed"
            else [case.says("an open prediction is marked", "See is_open.")]
        )
    for side in (item, asked):
        if side.judge_value(item.truth).status != "passed":
            found.append(case.says(f"the truth {item.truth!r} is not right", "See truth and seals."))
        for factor, right in ((1.04, True), (1.2, False)):
            near = _scaled(item.truth, factor)
            if near is not None and (side.judge_value(near).status == "passed") != right:
                found.append(
                    case.says(
                        f"{near!r} is judged wrongly beside {item.truth!r}", "Right is what is within 5 %."
                    )
                )
    for value, reason in item.near.items():
        verdict = item.judge_value(value)
        if verdict.status != "diagnosed" or len(reason) < 30:
            found.append(
                case.says(
                    f"the near miss {value!r} is judged as {verdict.status}",
                    "It must differ from the truth by over 5 %.",
                )
            )
        if seals.opens(item.sealed, item.id, value):
            found.append(case.says(f"the near miss {value!r} is right", "Drop it."))
    return found


def _scaled(truth: Any, factor: float) -> Any:
    if isinstance(truth, (tuple, list)):
        parts = [_scaled(one, factor) for one in truth]
        return None if None in parts else tuple(parts)
    if isinstance(truth, bool) or not isinstance(truth, (int, float)) or truth == 0:
        return None
    return truth * factor
