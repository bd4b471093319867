"""The command `dflvi`: what the contract promises, and what a learner types."""

import ast
import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import dflvi, notebook, without_solutions

from dflvi import cli
from dflvi.checking import overview, progress
from dflvi.checking.exercise import answer_source

pytestmark = pytest.mark.usefixtures("home")

COV = "def affine_gaussian_cov(A):\n    return A @ A.T\n"
WRONG_COV = "def affine_gaussian_cov(A):\n    return A.T @ A\n"
EXERCISES = {one.id: one for one in overview.exercises()}


def right_answers(*ids):
    """The text of a file with our own answers, as plain Python."""
    imports, blocks = [], []
    for one in ids:
        exercise = EXERCISES[one].authored()
        if exercise.kind in ("choice", "prediction"):
            blocks.append(f"{exercise.name} = {exercise.key!r}")
            continue
        tree = ast.parse(inspect.getsource(importlib.import_module(f"solutions.{one}")))
        imports += [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        blocks.append(answer_source(exercise.function))
    return "\n\n".join([*dict.fromkeys(imports), *blocks]) + "\n"


def right_letter(one):
    return EXERCISES[one].authored().key


def wrong_letters(one):
    return [letter for letter in EXERCISES[one].options if letter != right_letter(one)]


def parts_of(question):
    return [one for one in EXERCISES.values() if one.question == question]


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the folder in which the command is then run."""
    monkeypatch.chdir(tmp_path)

    def write_file(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write_file


@pytest.fixture
def say(capsys):
    """Run the command in this process: exit status, stdout, stderr."""

    def run(*words):
        try:
            status = cli.main([str(word) for word in words])
        except SystemExit as end:  # argparse
            status = end.code
        return status, *capsys.readouterr()

    return run


# ---- check: the contract ----------------------------------------------------------------------


def test_right_answers_pass_and_the_object_on_stdout_is_that_of_the_contract(write):
    ids = [one.id for question in ("1.1", "2.3") for one in parts_of(question)]
    write("answers.py", right_answers(*ids))
    done = dflvi("check", "answers.py", "--json", folder=Path.cwd())
    assert (done.status, done.err) == (0, "")
    assert done.out.count("\n") == 1
    report = json.loads(done.out)
    assert list(report) == ["file", "questions"]
    assert report["file"] == "answers.py"
    assert [question["id"] for question in report["questions"]] == ["1.1", "2.3"]
    for question in report["questions"]:
        parts = parts_of(question["id"])
        assert list(question) == ["id", "status", "points", "max_points", "parts"]
        assert question["status"] == "passed"
        assert (question["points"], question["max_points"]) == (len(parts), len(parts))
        assert isinstance(question["points"], float)
        assert [part["name"] for part in question["parts"]] == [one.name for one in parts]
        for part in question["parts"]:
            assert list(part) == ["name", "status", "check", "diagnosis", "message"]
            assert (part["status"], part["check"], part["diagnosis"]) == ("passed", "", "")
            assert part["message"]
    # What passed is kept, with the text of the answers, so that later notebooks have them.
    records = progress.state()
    assert {records[one].status for one in ids} == {"passed"}
    for one in ids:
        if EXERCISES[one].kind not in ("choice", "prediction"):
            scope = {}
            exec(records[one].source, scope)
            assert callable(scope[EXERCISES[one].name])


def test_wrong_answers_are_diagnosed_and_missing_parts_cost_points(write):
    wrong, right = wrong_letters("cavi.q2_3_1")[0], right_letter("cavi.q2_3_2")
    write("answers.py", f"{WRONG_COV}q2_3_1 = {wrong!r}\nq2_3_2 = {right!r}\n")
    done = dflvi("check", "answers.py", "--json", folder=Path.cwd())
    assert (done.status, done.err) == (1, "")
    first, second = done.questions
    assert (first["id"], first["status"], first["points"]) == ("1.1", "diagnosed", 0.0)
    cov, exercise = done.parts["affine_gaussian_cov"], EXERCISES["conjugacy.affine_gaussian_cov"]
    messages = {mistake.name: mistake.message for mistake in exercise.authored().mistakes}
    assert cov["message"] == messages[cov["diagnosis"]]
    assert cov["check"] in {check.__name__ for check in exercise.checks}
    assert done.parts["affine_gaussian_logpdf"]["status"] == "not-attempted"
    assert (second["status"], second["points"]) == ("diagnosed", 1.0)
    assert second["max_points"] == len(parts_of("2.3"))
    assert done.parts["q2_3_1"]["diagnosis"] == f"chose-{wrong}"


def test_the_report_for_people(write, say):
    write("answers.py", WRONG_COV)
    status, out, err = say("check", "answers.py")
    assert (status, err) == (1, "")
    assert "1.1 affine_gaussian_cov: NOT YET. " in out
    assert "          check: " in out
    assert "1.1 affine_gaussian_logpdf: TO DO. The file defines no `affine_gaussian_logpdf`.\n" in out
    assert out.endswith(f"\n\n0 of {len(parts_of('1.1'))} points: 2 not-attempted, 1 diagnosed\n")


def test_the_key_that_a_verdict_names_repeats_it(write, say):
    write("answers.py", WRONG_COV)
    first = say("check", "answers.py", "affine_gaussian_cov")[1]
    key = first.split("repeat with key=")[1].split()[0]
    assert say("check", "answers.py", "affine_gaussian_cov", "--key", key)[1] == first


def test_exit_status_0_needs_one_that_passed_and_none_that_is_wrong(write, say):
    right = right_letter("cavi.q2_3_1")
    write("a.py", f"q2_3_1 = {right!r}\nq2_3_2 = ...\n")
    assert say("check", "a.py")[0] == 0
    write("a.py", "q2_3_1 = ...\nq2_3_2 = 'zebra'\n")
    assert say("check", "a.py")[0] == 1


def test_an_answer_that_crashes_is_wrong_for_the_exit_status(write, say):
    write("a.py", f"q2_3_1 = {right_letter('cavi.q2_3_1')!r}\ndef counterexample():\n    raise ValueError\n")
    status, out, _ = say("check", "a.py", "--json")
    (question,) = json.loads(out)["questions"]
    assert (status, question["status"], question["points"]) == (1, "crashed", 1.0)


def test_nothing_to_judge_is_exit_1_and_a_line_that_says_so(write, say):
    write("a.py", "x = 1\n")
    status, out, err = say("check", "a.py", "--json")
    assert (status, json.loads(out)) == (1, {"file": "a.py", "questions": []})
    assert err.startswith("dflvi: a.py holds no answer to an exercise of any section.")
    assert err.count("\n") == 1


# ---- check: which exercises -------------------------------------------------------------------


def judged(say, *words):
    status, out, err = say("check", *words, "--json", "--no-progress")
    assert out, err
    return [(q["id"], q["max_points"], [p["name"] for p in q["parts"]]) for q in json.loads(out)["questions"]]


def test_an_id_is_a_question_a_name_or_a_section_with_a_name(write, say):
    write("a.py", "q2_3_1 = 'a'\nq2_8_1 = 'a'\n")
    n = float(len(parts_of("2.3")))
    assert judged(say, "a.py", "2.3") == [("2.3", n, [one.name for one in parts_of("2.3")])]
    both = [("2.3", n, ["q2_3_1"]), ("2.8", float(len(parts_of("2.8"))), ["q2_8_1"])]
    assert judged(say, "a.py", "q2_8_1", "cavi.q2_3_1", "cavi.q2_3_1") == both


def test_a_name_that_two_sections_have_is_refused_with_both(write, say, monkeypatch):
    class Twin:
        id, name, section, question = "vae.q2_3_1", "q2_3_1", "vae", "4.1"

    monkeypatch.setattr(cli, "_exercises", lambda: [*EXERCISES.values(), Twin])
    write("a.py", "q2_3_1 = 'a'\n")
    says = "dflvi: q2_3_1 occurs in 2 sections. Say which: cavi.q2_3_1 or vae.q2_3_1.\n"
    assert say("check", "a.py", "q2_3_1") == (2, "", says)
    assert say("hint", "q2_3_1") == (2, "", says)
    assert say("check", "a.py", "cavi.q2_3_1", "--json")[0] in (0, 1)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("9.9", "there is no question 9.9 here. `dflvi status` lists all."),
        ("cavi_stp", "there is no exercise 'cavi_stp'. Did you mean cavi.cavi_step"),
        ("xyzzy", "there is no exercise 'xyzzy'. `dflvi status` lists all."),
        ("vae.cavi_step", "there is no exercise 'vae.cavi_step'. Did you mean "),
    ],
)
def test_an_unknown_id_is_refused(write, say, word, says):
    write("a.py", "q2_3_1 = 'a'\n")
    status, out, err = say("check", "a.py", word)
    assert (status, out) == (2, "")
    assert err.startswith(f"dflvi: {says}")
    assert err.count("\n") == 1


def test_the_section_of_a_file_limits_what_is_judged(write, say):
    both = "q2_3_1 = 'a'\nq3_5_1 = 'a'\n"
    write("both.py", both)
    write("one.py", f"# section: bbvi\n{both}")
    write("one.ipynb", notebook(both, section="cavi"))
    assert [question for question, _, _ in judged(say, "both.py")] == ["2.3", "3.5"]
    assert [question for question, _, _ in judged(say, "one.py")] == ["3.5"]
    assert [question for question, _, _ in judged(say, "one.ipynb")] == ["2.3"]
    says = "dflvi: one.py is of section bbvi, 2.3 of cavi. Give the other file.\n"
    assert say("check", "one.py", "2.3") == (2, "", says)


def test_what_is_imported_is_no_answer(write, say):
    write("a.py", "from dflvi.exercises import cavi\nfrom dflvi.exercises.vae import encode\nq2_3_1 = 'a'\n")
    assert [question for question, _, _ in judged(say, "a.py")] == ["2.3"]


def test_companions_are_found_by_name_and_missed_by_name(write, say):
    both = right_answers("vae.init_vae", "vae.encode")
    write("both.py", both)
    write("one.py", right_answers("vae.encode"))
    done = dflvi("check", "both.py", "encode", "--json", folder=Path.cwd())
    assert (done.status, done.parts["encode"]["status"]) == (0, "passed")
    status, out, _ = say("check", "one.py", "encode")
    says = "TO DO. It is checked together with your `init_vae`, which the file lacks. Define it there too.\n"
    assert (status, out.splitlines(keepends=True)[0]) == (1, f"4.5 encode: {says}")


# ---- check: how a file is run -----------------------------------------------------------------


def test_a_file_is_python_like_any_other(write, say):
    write("helpers.py", "def product(a, b):\n    return a @ b\n")
    for name in ("types", "random", "json", "struct"):  # what a learner may call a file of theirs
        write(f"{name}.py", "raise RuntimeError('not the one that was meant')\n")
    write(
        "answers.py",
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n'''Mine.'''\n"
        "from __future__ import annotations\n"
        "import jax; from helpers import (\n    product)\n"
        "@jax.jit\ndef affine_gaussian_cov(A: Matrix) -> Matrix:\n    return product(A, A.T)\n"
        "if __name__ == '__main__':\n    raise SystemExit('a script')\n",
    )
    status, out, err = say("check", "answers.py", "affine_gaussian_cov")
    assert (status, err) == (0, "")
    assert "PASSED" in out


def test_a_notebook_is_run_in_its_folder_and_may_define_things_anew(write, say):
    (Path.cwd() / "deep").mkdir()
    write("deep/shape.txt", "2")
    write("deep/n.ipynb", notebook(WRONG_COV, "n = int(open('shape.txt').read())\nassert n == 2", COV))
    status, out, err = say("check", "deep/n.ipynb", "affine_gaussian_cov")
    assert (status, err) == (0, "")
    assert "stopped" not in out


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(write, say):
    path = write("a.py", "")
    path.write_bytes(b"\xef\xbb\xbf" + COV.replace("\n", "\r\n").encode())
    assert say("check", "a.py", "affine_gaussian_cov")[0] == 0


def test_a_compiled_loop_that_ends_is_no_reason_to_refuse(write, say):
    write(
        "a.py",
        "import jax\ndef affine_gaussian_cov(A):\n"
        "    return jax.lax.while_loop(lambda s: s[0] < 1, lambda s: (s[0] + 1, A @ A.T), (0, A))[1]\n",
    )
    status, out, _ = say("check", "a.py", "affine_gaussian_cov")
    assert status == 0, out


HANGS = "import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True:\n    pass\n"


def start_and_wait_for_the_child(folder):
    (folder / "hangs.py").write_text(HANGS)
    command = [sys.executable, "-m", "dflvi.cli", "check", "hangs.py"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores it
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    wait_until(lambda: (folder / "pid").exists() and (folder / "pid").read_text(), 60)
    return process, int((folder / "pid").read_text())


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_process_of_a_learner_outlives_the_command(tmp_path, sent):
    process, child = start_and_wait_for_the_child(tmp_path)
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    wait_until(lambda: is_gone(child), 15)
    if sent == signal.SIGINT:
        assert (process.returncode, err) == (130, "dflvi: stopped.\n")


# ---- check and progress -----------------------------------------------------------------------


def test_what_was_revealed_passes_without_points(write, say):
    progress.note("conjugacy.affine_gaussian_cov", "reveal")
    write("a.py", COV)
    status, out, _ = say("check", "a.py", "affine_gaussian_cov", "--json")
    (question,) = json.loads(out)["questions"]
    assert (status, question["status"], question["points"]) == (1, "revealed", 0.0)
    status, out, _ = say("check", "a.py", "affine_gaussian_cov", "--json", "--no-progress")
    assert (status, json.loads(out)["questions"][0]["status"]) == (0, "passed")
    assert progress.of("conjugacy.affine_gaussian_cov").attempts == 1


def test_the_first_answer_to_a_choice_is_kept(write, say):
    right, wrong = right_letter("cavi.q2_3_1"), wrong_letters("cavi.q2_3_1")
    progress.note("cavi.q2_3_1", "check", status="diagnosed", answer=wrong[0])
    for answer in (wrong[1], right):
        write("a.py", f"q2_3_1 = {answer!r}\n")
        _, out, _ = say("check", "a.py", "q2_3_1")
    assert f"Yes, {right}. After 2 other answers." in out
    assert progress.of("cavi.q2_3_1").first == wrong[0]
    assert "passed after 2" in say("status")[1]


def test_strict_mode_is_for_notebooks_and_changes_nothing_here(write, say, monkeypatch):
    monkeypatch.setenv("DFLVI_STRICT", "1")
    write("a.py", WRONG_COV)
    assert say("check", "a.py", "affine_gaussian_cov")[0] == 1


def test_progress_that_cannot_be_written_is_a_note(write, say, home):
    home.write_text("in the way")
    write("a.py", COV)
    status, out, err = say("check", "a.py", "affine_gaussian_cov")
    assert (status, err) == (0, "")
    assert "note: your progress could not be written to" in out


# ---- hint, reveal, reset ----------------------------------------------------------------------


def test_hints_come_one_after_the_other(say):
    hints = EXERCISES["cavi.cavi_step"].hints
    for n, hint in enumerate(hints, 1):
        status, out, err = say("hint", "cavi_step")
        assert (status, err) == (0, "")
        assert hint in out
        assert f"Hint {n} of {len(hints)}" in out
        assert (f"`dflvi hint cavi_step {n + 1}`" in out) == (n < len(hints))
        assert "ex." not in out.replace(hint, "")
    assert hints[0] in say("hint", "cavi.cavi_step", 1)[1]
    assert progress.of("cavi.cavi_step").hints == len(hints)


def test_a_hint_that_is_not_there(say):
    n = len(EXERCISES["cavi.cavi_step"].hints)
    for number in (0, n + 1):
        status, out, err = say("hint", "cavi_step", number)
        assert (status, out) == (2, "")
        said = err.removeprefix(f"dflvi: cavi.cavi_step has {n} hints: ")
        assert said == f"`dflvi hint cavi_step 1` to `dflvi hint cavi_step {n}`.\n"


def test_a_question_of_several_parts_wants_one_of_them(say):
    names = ", ".join(one.id for one in parts_of("2.8"))
    says = f"dflvi: question 2.8 has {len(parts_of('2.8'))} parts. Name one: {names}.\n"
    assert say("hint", "2.8") == (2, "", says)
    assert say("reveal", "2.8") == (2, "", says)
    assert progress.state() == {}


def test_reveal_shows_our_answer_and_says_so_to_the_progress(say):
    status, out, err = say("reveal", "affine_gaussian_cov")
    assert (status, err) == (0, "")
    assert "def affine_gaussian_cov(" in out
    assert "revealed" in say("status")[1]


def test_without_solutions_reveal_says_what_to_do_and_check_still_works(write, tmp_path):
    environment = without_solutions(tmp_path)
    done = dflvi("reveal", "affine_gaussian_cov", folder=tmp_path, **environment)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "The answers are not installed here (the package dflvi-solutions)" in done.err
    assert progress.state() == {}
    write("a.py", WRONG_COV)
    done = dflvi("check", "a.py", "affine_gaussian_cov", "--json", folder=tmp_path, **environment)
    assert (done.status, done.parts["affine_gaussian_cov"]["status"]) == (1, "wrong")


def test_reset_forgets_and_prints_the_stub(say):
    for one in parts_of("2.3"):
        progress.note(one.id, "check", status="wrong")
    progress.note("cavi.cavi_step", "check", status="passed")
    status, out, err = say("reset", "cavi.pseudo_kl")
    assert (status, err) == (0, "")
    stub = out.split("The untouched stub:\n\n")[1]
    (function,) = ast.parse(stub).body
    assert ast.unparse(function.body[-1]) == "raise NotImplementedError('yours to write')"
    assert progress.of("cavi.pseudo_kl").status == "not-attempted"
    assert progress.of("cavi.q2_3_1").status == "wrong"
    status, out, _ = say("reset", "2.3")
    assert status == 0
    ast.parse(out)
    assert "\nq2_3_1 = ...\n" in out
    assert {progress.of(one.id).status for one in parts_of("2.3")} == {"not-attempted"}
    assert progress.of("cavi.cavi_step").status == "passed"


def test_the_stub_that_reset_prints_is_not_attempted(write, say):
    imports = "import jax.numpy as jnp\nfrom jaxtyping import Array, Float\nfrom dflvi.types import *\n"
    write("a.py", imports + say("reset", "affine_gaussian_cov")[1])
    status, out, _ = say("check", "a.py", "affine_gaussian_cov")
    assert status == 1
    assert "1.1 affine_gaussian_cov: TO DO. The stub " in out
    assert " is still in place. " in out


def test_reset_into_a_folder_that_cannot_be_written(say, home):
    home.write_text("in the way")
    status, out, err = say("reset", "cavi_step")
    assert (status, out) == (2, "")
    assert err.endswith("cannot be written. `dflvi doctor` says more.\n")


# ---- status -----------------------------------------------------------------------------------


def test_status_prints_the_table(say):
    assert say("status") == (0, f"{overview.table()!r}\n", "")


def test_progress_goes_to_another_machine_as_a_code_and_as_a_file(say, write, monkeypatch, tmp_path):
    progress.note("cavi.cavi_step", "check", status="passed", source="def cavi_step(): ...")
    code = say("status", "--code")[1].strip()
    status, out, err = say("status", "--export", "mine.jsonl")
    assert (status, out.split(".")[0], err) == (0, "1 events written to mine", "")
    for carried in (code, "mine.jsonl"):
        monkeypatch.setenv("DFLVI_HOME", str(tmp_path / f"machine-{len(carried)}"))
        status, out, err = say("status", "--load", carried)
        assert (status, out.split()[0], err) == (0, "1", "")
        assert progress.of("cavi.cavi_step").status == "passed"
    assert progress.of("cavi.cavi_step").source == "def cavi_step(): ..."


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("dflvi1-zzz", "This is not a whole progress code. It starts with dflvi1-"),
        ("no-such-file", "'no-such-file' is neither a progress code nor a file. Codes start with dflvi1-."),
        ("a.py", "a.py holds no progress. Give a file that `dflvi status --export FILE` wrote."),
    ],
)
def test_what_is_no_progress_is_not_loaded(say, write, given, says):
    write("a.py", "x = 1")
    status, out, err = say("status", "--load", given)
    assert (status, out) == (2, "")
    assert err.startswith(f"dflvi: {says}")
    assert err.count("\n") == 1


def test_a_table_that_is_not_read_to_its_end_is_no_error(tmp_path):
    command = f"{sys.executable} -m dflvi.cli status | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split()[:2] == ["name", "kind"]
    assert done.stderr == ""


# ---- the rest ---------------------------------------------------------------------------------


def test_update_says_what_it_did_to_each_notebook(say, monkeypatch, tmp_path):
    from dflvi.checking import update

    (tmp_path / "edition").mkdir()
    (tmp_path / "edition" / "01_conjugacy.ipynb").write_text(notebook("x = 1"))
    monkeypatch.setattr(update, "notebooks", lambda: tmp_path / "edition")
    assert say("update", "--into", tmp_path / "mine") == (0, "01_conjugacy.ipynb: new\n", "")
    assert (tmp_path / "mine" / "01_conjugacy.ipynb").exists()
    status, out, err = say("update", "--into", tmp_path / "edition" / "01_conjugacy.ipynb")
    assert (status, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("words", [["grade"], ["grade", "a", "--out", "b"], ["export", "--nbgrader", "d"]])
def test_grade_and_export_come_later(say, words):
    says = f"dflvi: {words[0]}: not in this version. `dflvi check FILE` judges a file, for practice.\n"
    assert say(*words) == (2, "", says)


@pytest.mark.parametrize(
    "words",
    [[], ["dance"], ["check"], ["check", "a.py", "--jsn"], ["hint"], ["hint", "cavi_step", "one"],
     ["check", "a.py", "--seconds", "0"], ["check", "a.py", "--seconds", "soon"],
     ["status", "--code", "--load", "x"]],
)  # fmt: skip
def test_words_that_are_no_command_cost_one_line(say, words):
    status, out, err = say(*words)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("dflvi: ")
    assert "--help` shows how it is used." in err


def test_help_answers_at_once_and_names_everything(tmp_path):
    code = (
        "import sys; from dflvi import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert cli.main(['check', 'missing.py']) == 2\n"
        "assert not {'jax', 'numpy', 'matplotlib'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for word in ("check", "hint", "reveal", "reset", "status", "update", "doctor", "ID", "Exit status"):
        assert word in done.stdout


@pytest.mark.parametrize("command", ["check", "hint", "reveal", "reset", "status", "update", "doctor"])
def test_each_command_has_its_help(say, command):
    status, out, _ = say(command, "--help")
    assert status == 0
    assert f"usage: dflvi {command}" in out
    assert max(map(len, out.splitlines())) <= 110


def test_the_version(say):
    import dflvi

    assert say("--version") == (0, f"dflvi {dflvi.__version__}\n", "")


def test_a_fault_of_ours_is_one_line_and_a_way_to_see_more(say, monkeypatch):
    def broken():
        raise KeyError("something\nodd")

    monkeypatch.setattr(cli, "_exercises", broken)
    status, out, err = say("hint", "cavi_step")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("dflvi: a fault of ours (KeyError: ")
    monkeypatch.setenv("DFLVI_DEBUG", "1")
    with pytest.raises(KeyError):
        cli.main(["hint", "cavi_step"])


def test_the_command_is_installed():
    command = Path(sys.executable).with_name("dflvi")
    assert os.access(command, os.X_OK)
    done = subprocess.run([command, "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("dflvi ")
