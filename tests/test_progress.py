"""What a learner has done survives what happens to notebooks, kernels, disks and machines."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dflvi.checking import overview, progress
from dflvi.checking.answers import SECTIONS
from dflvi.concepts import CORE

pytestmark = pytest.mark.usefixtures("home")

STEP, CHOICE = "cavi.cavi_step", "cavi.q2_3_1"


def check(name, *given, **details):
    for status in given:
        assert progress.note(name, "check", status=status, **details)


def statuses():
    return {name: record.status for name, record in progress.state().items()}


# ---- what the lines add up to -----------------------------------------------------------------


def test_nothing_is_there_before_anything_is_done(home):
    assert progress.state() == {}
    assert progress.of(STEP).status == "not-attempted"
    assert not home.exists(), "reading makes no folder"


def test_the_best_answer_counts_and_a_later_wrong_one_takes_nothing_away():
    check(STEP, "crashed", "diagnosed", "not-attempted", "crashed")
    assert progress.of(STEP)[:2] == ("diagnosed", 3)
    check(STEP, "passed", source="def cavi_step(): ...")
    check(STEP, "wrong")
    record = progress.of(STEP)
    assert record[:2] == ("passed", 5)
    assert record.source == "def cavi_step(): ..."


def test_a_revealed_exercise_never_counts_as_solved():
    progress.note(STEP, "reveal")
    check(STEP, "passed")
    assert progress.of(STEP).status == "revealed"


def test_revealing_what_is_solved_changes_nothing():
    check(STEP, "passed")
    progress.note(STEP, "reveal")
    assert progress.of(STEP).status == "passed"


def test_the_first_answer_to_a_choice_is_kept_and_the_right_one_counts_distinct_wrong_ones():
    for answer in "aac":
        check(CHOICE, "diagnosed", answer=answer)
    check(CHOICE, "passed", answer="b")
    check(CHOICE, "diagnosed", answer="d")
    record = progress.of(CHOICE)
    assert (record.first, record.tries, record.status, record.attempts) == ("a", 2, "passed", 5)
    row = next(row for row in overview.table().rows if f"{row.section}.{row.name}" == CHOICE)
    assert row.status == "passed after 2"


def test_hints_count_the_furthest_one_read():
    for n in (1, 3, 2):
        progress.note(STEP, "hint", n=n)
    assert progress.of(STEP).hints == 3


def test_reset_does_not_undo_a_reveal():
    progress.note(STEP, "reveal")
    progress.note(STEP, "reset")
    progress.note(STEP, "check", status="passed")
    assert progress.of(STEP).status == "revealed"


def test_reset_forgets_one_exercise_and_leaves_the_others():
    check(STEP, "wrong")
    check(CHOICE, "passed")
    progress.note(STEP, "reset")
    assert progress.of(STEP)[:5] == progress.Record()[:5]
    assert progress.of(CHOICE).status == "passed"


def test_a_file_that_is_being_judged_writes_nothing(home, monkeypatch):
    monkeypatch.setenv("DFLVI_LOADING", "1")
    assert progress.note(STEP, "reveal"), "and that is no reason for a remark"
    assert not home.exists()


def test_numbers_of_numpy_and_objects_can_be_noted():
    check(STEP, "wrong", answer=(np.float32(0.5), np.arange(2), {1}))
    assert progress.of(STEP).first == [0.5, [0, 1], "{1}"]


# ---- what happens to a file -------------------------------------------------------------------


def test_a_line_that_a_killed_kernel_left_unfinished_costs_that_line():
    check(STEP, "passed")
    with open(progress.path(), "a") as file:
        file.write('\n{"name": "cavi.cavi_step", "event": "ch')
    check(CHOICE, "passed")
    assert statuses() == {STEP: "passed", CHOICE: "passed"}


_WRITE_UNTIL_KILLED = """
from dflvi.checking import progress
progress.note("cavi.cavi_step", "check", status="passed", source="x" * 200_000)
print("started", flush=True)
while True:
    progress.note("cavi.cavi_step", "hint", n=1, filler="x" * 200_000)
"""


def test_a_kernel_killed_while_it_writes_loses_nothing_that_was_written():
    for _ in range(3):
        command = [sys.executable, "-c", _WRITE_UNTIL_KILLED]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "started\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    check(CHOICE, "passed")
    record = progress.of(STEP)
    assert (record.status, record.attempts, len(record.source)) == ("passed", 3, 200_000)
    assert progress.of(CHOICE).status == "passed"


_WRITE_MANY = """
import sys
from dflvi.checking import progress
who, n = sys.argv[1], int(sys.argv[2])
sys.stdin.readline()
for i in range(n):
    assert progress.note(f"cavi.{who}", "check", status="wrong", source=f"{who} {i} " * (1 + 97 * i % 5000))
"""


def test_notebooks_that_write_at_the_same_time_lose_nothing():
    command = [sys.executable, "-c", _WRITE_MANY]
    writers = [subprocess.Popen([*command, who, "200"], stdin=subprocess.PIPE, text=True) for who in "abc"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert {name: record.attempts for name, record in progress.state().items()} == {
        "cavi.a": 200, "cavi.b": 200, "cavi.c": 200,
    }  # fmt: skip
    lines = progress.path().read_text().split("\n")
    assert all(json.loads(line) for line in lines[1:])
    assert len(lines) == 601


GARBAGE = (
    b"", b"\x00\xff" * 5000, b"not json\n", b"[]\n3\nnull\n", b'{"name": 1, "event": "check"}\n',
    b'{"name": "cavi.cavi_step"}\n', b'{"name": "cavi.cavi_step", "event": "check", "status": ["passed"]}\n',
    b'{"name": "cavi.cavi_step", "event": "hint", "n": "many", "when": "never"}\n',
    b'{"name": "cavi.cavi_step", "event": "dance"}\n', b"[" * 100_000,
    b'{"name": "cavi.cavi_step", "event": "check", "status": "crashed", "source": 3, "when": NaN}\n',
)  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_in_the_file_is_skipped_and_written_after(garbage):
    progress.path().parent.mkdir()
    progress.path().write_bytes(garbage)
    assert progress.of(STEP).status in ("not-attempted", "crashed")
    check(STEP, "passed")
    assert progress.of(STEP).status == "passed"
    assert progress.of(STEP).source is None


def test_a_file_in_the_place_of_the_folder_is_a_false_and_no_exception(home):
    home.write_text("in the way")
    assert progress.note(STEP, "check", status="passed") is False
    assert progress.state() == {}


def test_a_folder_in_the_place_of_the_file_is_a_false_and_no_exception():
    progress.path().mkdir(parents=True)
    assert progress.note(STEP, "check", status="passed") is False
    assert progress.state() == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_a_false_and_no_exception():
    progress.path().parent.mkdir()
    progress.path().symlink_to("/dev/full")
    assert progress.note(STEP, "check", status="passed") is False


def test_a_line_cut_short_by_a_full_disk_is_a_false_and_the_next_line_is_whole(monkeypatch):
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: write(file, line[:20]))
        assert progress.note(STEP, "check", status="wrong") is False
    check(STEP, "passed")
    assert progress.of(STEP).attempts == 1


def test_a_check_whose_progress_cannot_be_written_says_so_in_a_note(home):
    from dflvi.exercises import cavi as ex

    home.write_text("in the way")
    verdict = ex.q2_3_1.check("a")
    assert verdict.status in ("passed", "diagnosed", "wrong")
    assert any("could not be written" in remark and "dflvi doctor" in remark for remark in verdict.remarks)


# ---- to another machine -----------------------------------------------------------------------


def elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("DFLVI_HOME", str(tmp_path / "elsewhere"))


def test_a_file_carries_everything(tmp_path, monkeypatch):
    check(STEP, "wrong", "passed", source="def cavi_step(): ...")
    check(CHOICE, "diagnosed", answer="a")
    progress.note("conjugacy.affine_gaussian_logpdf", "reveal")
    before = progress.state()
    assert progress.export(tmp_path / "mine.jsonl") == 4
    elsewhere(monkeypatch, tmp_path)
    check("cavi.pseudo_kl", "passed")
    assert progress.merge(tmp_path / "mine.jsonl") == 4
    assert progress.merge(tmp_path / "mine.jsonl") == 0, "twice is once"
    after = progress.state()
    assert after.pop("cavi.pseudo_kl").status == "passed"
    assert after == before


def test_what_is_taken_over_is_put_in_the_order_of_time(tmp_path, monkeypatch):
    check(STEP, "passed")
    progress.export(tmp_path / "mine.jsonl")
    elsewhere(monkeypatch, tmp_path)
    time.sleep(0.01)
    progress.note(STEP, "reset")
    progress.merge(tmp_path / "mine.jsonl")
    assert progress.of(STEP).status == "not-attempted"


def test_a_code_carries_what_is_passed_and_what_is_revealed(tmp_path, monkeypatch):
    names = [one.id for one in overview.exercises()]
    passed, revealed, tried = names[0], names[1], names[2]
    check(passed, "wrong", "passed")
    progress.note(revealed, "reveal")
    check(tried, "wrong")
    code = progress.code()
    elsewhere(monkeypatch, tmp_path)
    assert progress.load_code(f"  {code[:9]}\n {code[9:]} ", names) == 2
    assert statuses() == {passed: "passed", revealed: "revealed"}
    assert progress.code() == code
    lines = progress.path().read_text()
    assert progress.load_code(code, names) == 2
    assert progress.path().read_text() == lines, "twice is once"


def test_a_code_does_not_solve_what_was_revealed_here(tmp_path, monkeypatch):
    check(STEP, "passed")
    code = progress.code()
    elsewhere(monkeypatch, tmp_path)
    progress.note(STEP, "reveal")
    progress.load_code(code, [STEP])
    assert progress.of(STEP).status == "revealed"


def test_a_code_is_short_and_can_be_pasted_anywhere():
    for i in range(46):
        check(f"cavi.exercise_{i}", "passed")
    code = progress.code()
    assert len(code) < 200
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_no_two_exercises_share_their_mark():
    names = [one.id for one in overview.exercises()]
    assert len({progress._mark(name, True) for name in names}) == len(names)


def test_a_damaged_code_is_refused_whatever_the_damage(tmp_path, monkeypatch):
    check(STEP, "passed")
    check(CHOICE, "passed")
    code = progress.code()
    elsewhere(monkeypatch, tmp_path)
    damaged = [code[:i] + ("A" if code[i] != "A" else "B") + code[i + 1 :] for i in range(len(code))]
    damaged += [code[:n] for n in range(len(code))]
    damaged += [code + "AAAA", code + "é", "", "dflvi1-", "dflvi1-AAA", code.upper(), code.swapcase()]
    for text in damaged:
        with pytest.raises(progress.BadCode, match="not a whole progress code.*dflvi status --code"):
            progress.load_code(text, [STEP, CHOICE])
    assert progress.state() == {}


def test_an_empty_code_is_a_code():
    assert progress.load_code(progress.code(), [STEP]) == 0


def test_export_does_not_overwrite_what_is_no_progress(tmp_path):
    check(STEP, "passed")
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(progress.Unwritable, match="holds something else. Choose another name"):
        progress.export(tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "ten years of work"
    progress.export(tmp_path / "mine.jsonl")
    check(CHOICE, "passed")
    assert progress.export(tmp_path / "mine.jsonl") == 2, "an older export is brought up to date"


def test_export_to_nowhere_says_so(tmp_path):
    check(STEP, "passed")
    with pytest.raises(progress.Unwritable, match="cannot be written .*Choose another place"):
        progress.export(tmp_path / "no" / "such" / "folder.jsonl")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home"]


def test_merging_what_is_no_progress_says_so(tmp_path):
    (tmp_path / "other.txt").write_text("hello")
    for name in ("other.txt", "missing.jsonl"):
        with pytest.raises(progress.BadCode, match="holds no progress. .*--export"):
            progress.merge(tmp_path / name)


def test_taking_over_into_a_folder_that_cannot_be_written_says_so(tmp_path, monkeypatch):
    check(STEP, "passed")
    code = progress.code()
    progress.export(tmp_path / "mine.jsonl")
    elsewhere(monkeypatch, tmp_path)
    (tmp_path / "elsewhere").write_text("in the way")
    with pytest.raises(progress.Unwritable, match="dflvi doctor"):
        progress.load_code(code, [STEP])
    with pytest.raises(progress.Unwritable, match="dflvi doctor"):
        progress.merge(tmp_path / "mine.jsonl")


# ---- the table --------------------------------------------------------------------------------


def test_the_table_has_every_exercise_in_the_order_of_the_curriculum():
    rows = overview.table().rows
    assert [f"{row.section}.{row.name}" for row in rows] == [one.id for one in overview.exercises()]
    sections = list(dict.fromkeys(row.section for row in rows))
    assert sections == [section for section in SECTIONS if section in sections]
    for section in sections:
        questions = [tuple(map(int, row.question.split("."))) for row in rows if row.section == section]
        assert questions == sorted(questions)


def test_the_table_says_in_words_what_is_done():
    check(STEP, "wrong", "passed")
    progress.note("cavi.pseudo_kl", "reveal")
    progress.note("cavi.pseudo_kl", "hint", n=2)
    table = overview.table()
    lines = {line.split()[0]: line.split() for line in repr(table).splitlines() if line[:2] == "  "}
    assert lines["cavi_step"][-3:] == ["passed", "2", "0"]
    assert lines["pseudo_kl"][-3:] == ["revealed", "0", "2"]
    cavi = [row for row in table.rows if row.section == "cavi"]
    minutes = sum(row.minutes for row in cavi if row.name not in ("cavi_step", "pseudo_kl"))
    total = f"1 of {len(cavi)} passed, 1 revealed, about {minutes} of {sum(row.minutes for row in cavi)} minutes to go"
    assert f"cavi: {total}" in repr(table)
    assert f"cavi: {total}" in table._repr_html_()


def test_the_table_is_a_table_to_a_screen_reader_and_plain_in_a_terminal():
    from xml.etree import ElementTree

    tree = ElementTree.fromstring(overview.table()._repr_html_())
    assert tree.find("caption").text
    assert [th.get("scope") for th in tree.findall("thead/tr/th")] == ["col"] * 7
    for body in tree.findall("tbody"):
        head, *rows = body.findall("tr")
        assert head.find("th").get("scope") == "rowgroup"
        assert all(row.find("th").get("scope") == "row" for row in rows)
    assert "<" not in repr(overview.table())
    assert max(map(len, repr(overview.table()).splitlines())) <= 110


def test_the_table_says_of_each_question_its_idea_its_minutes_and_what_it_leads_to():
    rows = [row for row in overview.table().rows if row.question == "3.5"]
    says = f"3.5 score-function gradients, {sum(row.minutes for row in rows)} minutes; "
    says += "leads to: variance reduction, pathwise gradients"
    assert f"\n{says}\n" in repr(overview.table())
    assert f">{says}</th>" in overview.table()._repr_html_()


def test_the_core_path_alone():
    rows = overview.table(core=True).rows
    assert {f"{row.section}.{row.name}" for row in rows} == set(CORE)
    total = sum(row.minutes for row in rows)
    assert repr(overview.table(core=True)).endswith(f"0 of {len(rows)} passed, about {total} of {total} minutes to go")
    assert repr(overview.table()).endswith(
        f"\ncore path: 0 of {len(rows)} passed, about {total} of {total} minutes to go"
    )


def test_status_is_the_table():
    import dflvi

    assert repr(dflvi.status()) == repr(overview.table())
