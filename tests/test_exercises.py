"""Every exercise passes every gate, and its answers are judged alike when they live in another process."""

import functools
import importlib
from pathlib import Path

import pytest

from dflvi.checking.answers import SECTIONS
from dflvi.checking.exercise import Choice, Exercise
from solutions import build, gates, verify
from solutions.case import KEY

# Of these, `make test` does a part: one wrapper an answer and the like. `make test-full` does the whole.
_IN_TWO_SIZES = (
    gates.every_right_answer_passes_in_every_wrapper,
    gates.the_same_key_gives_the_same_verdict,
    gates.keys_are_used_once,
    gates.no_check_stumbles,
)


# What takes long and seldom finds anything that the other gates do not: of every fourth exercise in `make test`, of
# all in `make test-full` and in `python -m solutions verify`.
_OF_SOME = (gates.every_right_answer_passes_in_every_wrapper, gates.no_check_stumbles)
FOURTH = 4


@functools.lru_cache(maxsize=1)  # the tests of an exercise come one after the other
def _case(section, name, quick=True):
    return verify.case_of(section, name, quick=quick)


def _gates():
    for number, (section, name) in enumerate(verify.all_cases()):
        for gate in verify.gates_of(build.authored(section, name)):
            if number % FOURTH == 0 or gate not in _OF_SOME:
                yield section, name, gate, True
    for section, name in verify.all_cases():
        for gate in set(verify.gates_of(build.authored(section, name))) & set(_IN_TWO_SIZES):
            yield section, name, gate, False


def _parameters(metafunc, section):
    if "gate" in metafunc.fixturenames:
        found = [found for found in _gates() if found[0] == section]
        return "name, gate, quick", [
            pytest.param(
                name, gate, quick, id=f"{section}.{name}-{gate.__name__}" + ("" if quick else "-full"),
                marks=() if quick else pytest.mark.full,
            )
            for _, name, gate, quick in found
        ]  # fmt: skip
    functions = [name for name in build.names(section) if isinstance(build.authored(section, name), Exercise)]
    step = FOURTH if metafunc.function.__name__ == "test_attempt_in_another_process" else 1
    return "name", [pytest.param(name, id=f"{section}.{name}") for name in functions[::step]]


def pytest_generate_tests(metafunc):
    if metafunc.cls is not None and "name" in metafunc.fixturenames:
        metafunc.parametrize(*_parameters(metafunc, metafunc.cls.section))


class _Section:
    """A class a section, so that two workers share them out."""

    section = ""

    def test_gate(self, name, gate, quick):
        case = _case(self.section, name, quick)
        found = verify.complaints(case, (gate,))
        for why in case.skipped:
            print("skipped:", why)
        assert not found, "\n".join(found)

    def test_attempt_in_another_process(self, name, other_process):
        self.judge_elsewhere(name, other_process, mistakes=1)

    @pytest.mark.full
    def test_every_mistake_in_another_process(self, name, other_process):
        self.judge_elsewhere(name, other_process, mistakes=1000)

    def judge_elsewhere(self, name, other_process, mistakes):
        case = _case(self.section, name)
        asked = importlib.import_module(f"dflvi.exercises.{self.section}.{name}").exercise
        with verify.debugging():
            other_process.load(Path("answer.py"), text=gates.spelled_out(case, case.exercise.function))
            verdict = asked.judge_on(other_process, KEY)
            assert verdict.status == "passed", verdict
            for label, (mistake, function) in list(case.wrong.items())[:mistakes]:
                other_process.load(Path("answer.py"), text=gates.spelled_out(case, function))
                verdict = asked.judge_on(other_process, KEY)
                assert (verdict.status, verdict.diagnosis) == ("diagnosed", mistake.name), (
                    f"{label}: {verdict}"
                )

    def test_the_question_side_judges_without_solutions(self):
        self.judge_without_solutions(quick=True)

    @pytest.mark.full
    def test_the_question_side_judges_everything_without_solutions(self):
        self.judge_without_solutions(quick=False)

    def judge_without_solutions(self, quick):
        cases = [verify.case_of(self.section, name, quick=quick) for name in build.names(self.section)]
        cases = [case for case in cases if isinstance(case.exercise, Exercise)][:: FOURTH if quick else 1]
        found = [one for several in gates.without_solutions(cases) for one in several] if cases else []
        assert not found, "\n".join(found)

    def test_the_right_letters_vary(self):
        items = [build.authored(self.section, name) for name in build.names(self.section)]
        assert not gates.the_right_letters_vary(
            self.section, [item for item in items if isinstance(item, Choice)]
        )

    def test_the_built_file_is_current(self):
        for name in build.names(self.section):
            built = build.ROOT / "dflvi" / "exercises" / self.section / f"{name}.py"
            assert built.exists(), f"{built}: build it (python -m solutions build)"
            assert built.read_text() == build.question_side(self.section, name), (
                f"{built}: python -m solutions build"
            )


for _section in filter(build.names, SECTIONS):
    _class = f"Test{_section.capitalize()}"
    globals()[_class] = type(_class, (_Section,), {"section": _section, "__module__": __name__})
