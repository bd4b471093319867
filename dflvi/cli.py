"""The command `dflvi`. It imports the rest only where it is needed, so that `--help` answers at once."""

import argparse
import inspect
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import dflvi

_WRONG = ("wrong", "diagnosed", "crashed")
# A question has the first of these that one of its parts has.
_WORST_FIRST = ("diagnosed", "wrong", "crashed", "not-attempted", "revealed", "passed")
_CELL = 60.0  # seconds for one cell of a file

_ABOUT = """\
Variational inference with normalizing flows, learned by doing.

An ID is a question (2.8), section.name (cavi.elbo), or a name that occurs in one section only
(cavi_step). `dflvi status` lists them all."""

_EXAMPLES = """\
examples:
  dflvi check work/02_cavi.ipynb          what is right in this notebook, and what a tutor says to the rest
  dflvi check answers.py 2.8 --json       one question, for a program to read
  dflvi hint cavi_step                    the next hint
  dflvi status                            what is done and what is not
  dflvi report                            one page with what you built

Exit status of check: 0 at least one answer passed and none is wrong, 1 otherwise, 2 the file or the words
on the command line cannot be used."""


class Stop(Exception):
    """The command cannot go on; the message is one line that says why and what to do."""


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character still shows the rest
    try:
        if argv[:1] in (["grade"], ["export"]):
            raise Stop(f"{argv[0]}: not in this version. `dflvi check FILE` judges a file, for practice.")
        args = _parser().parse_args(argv)
        status = args.run(args)
        sys.stdout.flush()
        return status
    except Stop as stop:
        return _complain(stop)
    except KeyboardInterrupt:
        return _complain("stopped.", 130)
    except BrokenPipeError:  # `dflvi status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("DFLVI_DEBUG") == "1":
            raise
        if type(error).__name__ in ("BadFile", "BadCode", "Unwritable"):
            return _complain(error)
        if isinstance(error, ImportError):
            return _complain(f"{_first_line(error)}. `dflvi doctor` says what is missing and what to do.")
        what = f"{type(error).__name__}: {_first_line(error)}"
        return _complain(f"a fault of ours ({what}). DFLVI_DEBUG=1 shows where; please report it.")


def _complain(message: Any, status: int = 2) -> int:
    print(f"dflvi: {message}", file=sys.stderr)
    return status


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"dflvi: {message}. `{self.prog} --help` shows how it is used.\n")


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="dflvi", description=_ABOUT, epilog=_EXAMPLES, formatter_class=raw)
    parser.add_argument("--version", action="version", version=f"dflvi {dflvi.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[Any], int], words: str, more: str = "") -> argparse.ArgumentParser:
        description = f"{words[0].upper()}{words[1:]}. {more}".strip()
        sub = commands.add_parser(name, help=words, description=description)
        sub.set_defaults(run=run)
        return sub

    sub = command(
        "check", _check, "judge the answers in a .py or .ipynb file",
        "Answers are found by name: functions by theirs, a choice or prediction as a variable "
        "(q4_3_1 = 'b'). Without an ID everything that the file has of its section is judged. A notebook "
        "says its section itself; a .py may say `# section: bbvi`. The file is run here, in a process of its "
        "own, with your rights.",
    )  # fmt: skip
    sub.add_argument("file", metavar="FILE", help="the file that holds your answers")
    sub.add_argument("ids", metavar="ID", nargs="*", help="judge these only")
    sub.add_argument("--json", action="store_true", help="one JSON object on stdout and nothing else")
    sub.add_argument("--seconds", type=_seconds, help="time limit of one call and of one cell (default: "
                     "for a call what the exercise says, 60 for a cell)")  # fmt: skip
    sub.add_argument("--key", type=int, help="repeat a check with the key that a verdict named")
    sub.add_argument("--no-progress", action="store_true", help="neither read nor write your progress")

    sub = command("hint", _hint, "read a hint", "Without N, the next one.")
    sub.add_argument("id", metavar="ID")
    sub.add_argument("n", metavar="N", type=int, nargs="?", help="which one")

    sub = command("reveal", _reveal, "read our answer", "The exercise then does not count as solved by you.")
    sub.add_argument("id", metavar="ID")

    sub = command("reset", _reset, "forget the progress of an exercise and print its untouched stub",
                  "A question resets all its parts.")  # fmt: skip
    sub.add_argument("id", metavar="ID")

    sub = command("status", _status, "what is done and what is not",
                  "Progress can be carried to another machine.")  # fmt: skip
    one = sub.add_mutually_exclusive_group()
    one.add_argument("--core", action="store_true", help="only the exercises of the three-hour path")
    one.add_argument("--code", action="store_true", help="print a short code that carries what is passed")
    one.add_argument("--load", metavar="CODE_OR_FILE", help="take over such a code, or an exported file")
    one.add_argument("--export", metavar="FILE", type=Path, help="write a file with everything, answers too")

    sub = command(
        "report", _report, "write one page of HTML that gathers what you built",
        "From your progress, and from the notebooks in FOLDER as they were last saved: run them first. Nothing is run "
        "here. The page loads nothing from elsewhere, so that you can send it as it is.",
    )  # fmt: skip
    sub.add_argument("folder", metavar="FOLDER", type=Path, nargs="?",
                     help="with your run notebooks (default: work, if it is here, else this folder)")  # fmt: skip
    sub.add_argument("--out", metavar="FILE", type=Path, default=Path("dflvi-report.html"),
                     help="the page (default: dflvi-report.html)")  # fmt: skip

    sub = command("update", _update, "bring the notebooks of this edition, and keep what you wrote in yours")
    sub.add_argument("--into", metavar="FOLDER", type=Path, default="work", help="yours (default: work)")

    command("doctor", _doctor, "say what is installed, what is wrong with it and what to do")
    for name in ("grade", "export"):
        commands.add_parser(name, help="not in this version")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


_seconds.__name__ = "number of seconds"


# ---- which exercises --------------------------------------------------------------------------


def _find(word: str, exercises: list[Any]) -> list[Any]:
    """The exercises that an ID means: the parts of a question, or one. Raises Stop."""
    if re.fullmatch(r"\d+\.\d+", word):
        found = [one for one in exercises if one.question == word]
        if not found:
            raise Stop(f"there is no question {word} here. `dflvi status` lists all.")
        return found
    found = [one for one in exercises if word in (one.id, one.name)]
    if len(found) > 1:
        ids = " or ".join(one.id for one in found)
        raise Stop(f"{word} occurs in {len(found)} sections. Say which: {ids}.")
    if not found:
        import difflib

        known = {name: one.id for one in exercises for name in (one.name, one.id)}
        near = dict.fromkeys(known[name] for name in difflib.get_close_matches(word, known, 3, 0.7))
        did_you_mean = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Stop(f"there is no exercise {word!r}.{did_you_mean} `dflvi status` lists all.")
    return found


def _exercises() -> list[Any]:
    from dflvi.checking import overview

    return overview.exercises()


def _one(word: str) -> Any:
    """The one exercise that an ID means. Raises Stop."""
    found = _find(word, _exercises())
    if len(found) > 1:
        raise Stop(f"question {word} has {len(found)} parts. Name one: {', '.join(one.id for one in found)}.")
    return found[0]


# ---- check ------------------------------------------------------------------------------------


def _check(args: argparse.Namespace) -> int:
    from dflvi.checking import answers
    from dflvi.checking.child import Child

    path = Path(args.file)
    section = answers.read(path).section
    # The child starts while this process loads JAX and the exercises.
    with Child(near=path, seconds=args.seconds or _CELL) as host:
        exercises = _exercises()
        asked = _asked(args.ids, exercises, section, path)
        report = _load(host, path)
        judged = asked or _those_in(report, exercises, section)
        _show_errors(report, args.json)
        verdicts = []
        for exercise in judged:
            verdicts.append(_verdict(exercise, host, report, args))
            if not args.json:
                _show(verdicts)
    questions = _questions(verdicts, exercises)
    if args.json:
        print(json.dumps({"file": args.file, "questions": questions}))
    else:
        print(f"\n{_total(verdicts, questions)}")
    if not verdicts:
        of = f"section {section}" if section else "any section"
        _complain(f"{path} holds no answer to an exercise of {of}. They go by name: see `dflvi status`.")
    statuses = {verdict.status for verdict in verdicts}
    return 0 if "passed" in statuses and not statuses & set(_WRONG) else 1


def _asked(ids: list[str], exercises: list[Any], section: str | None, path: Path) -> list[Any]:
    """The exercises that are named on the command line, in the order of the curriculum. Raises Stop."""
    asked = []
    for word in ids:
        for one in _find(word, exercises):
            if section is not None and one.section != section:
                raise Stop(f"{path} is of section {section}, {word} of {one.section}. Give the other file.")
            asked.append(one)
    return [one for one in exercises if one in asked]


def _load(host: Any, path: Path) -> dict:
    from dflvi.checking.learner_errors import LearnerError

    try:
        return host.load(path)
    except LearnerError as error:
        raise Stop(f"{path} cannot be run. {error.says} Is all installed? `dflvi doctor` looks.") from None


def _those_in(report: dict, exercises: list[Any], section: str | None) -> list[Any]:
    """All parts of each question of which the file has a part, also if the cell of that part failed.

    A name that several sections have means the section that the other names are of, if there is one.
    """
    names = {*report["names"], *(name for error in report["errors"] for name in error["names"])}
    mine = [one for one in exercises if section in (None, one.section)]
    found = [one for one in mine if one.name in names]
    times = Counter(one.name for one in found)
    sure = {one.section for one in found if times[one.name] == 1}
    clear = {name for name in times if any(one.name == name and one.section in sure for one in found)}
    touched = {
        (one.section, one.question) for one in found if one.section in sure or one.name not in clear
    }
    return [one for one in mine if (one.section, one.question) in touched]


def _show_errors(report: dict, to_stderr: bool) -> None:
    for error in report["errors"]:
        print(f"{error['place']} stopped: {error['says']}", file=sys.stderr if to_stderr else sys.stdout)
        for line in () if to_stderr else (*(f"      your line: {one}" for one in error["lines"]), ""):
            print(line, flush=True)


def _show(verdicts: list[Any]) -> None:
    """Print the last one. Lines that only say what is to do stand close together."""
    close = len(verdicts) < 2 or verdicts[-2].status == verdicts[-1].status == "not-attempted"
    print(verdicts[-1] if close else f"\n{verdicts[-1]}", flush=True)


def _verdict(exercise: Any, host: Any, report: dict, args: argparse.Namespace) -> Any:
    from dflvi.checking.learner_errors import LearnerError
    from dflvi.checking.verdict import Verdict

    def say(status: str, message: str, lines: Any = ()) -> Verdict:
        where = exercise.question, exercise.section, exercise.name
        return Verdict(status, *where, message, lines=tuple(lines))

    if exercise.name not in report["names"]:
        for error in report["errors"]:
            if exercise.name in error["names"]:
                message = f"{error['place']}, which defines it, stopped: {error['says']}"
                return say("crashed", message, error["lines"])
        return say("not-attempted", f"The file defines no `{exercise.name}`.")
    needs = [name for name in getattr(exercise, "needs", ()) if name not in report["names"]]
    if needs:
        lacks = " and ".join(f"`{name}`" for name in needs)
        message = f"It is checked together with your {lacks}, which the file lacks. Define it there too."
        return say("not-attempted", message)
    try:
        host.begin(args.seconds or getattr(exercise, "seconds", 30.0))
        return _judged(exercise, host, args, say)
    except LearnerError as error:
        return say("crashed", error.says, error.lines)


def _judged(exercise: Any, host: Any, args: argparse.Namespace, say: Callable) -> Any:
    from dflvi.checking import progress

    kind = host.describe(exercise.name)["kind"]
    if kind == "ours":
        return say("not-attempted", "Yours is not written yet; the file goes on with ours.")
    answer = source = None
    if exercise.kind in ("choice", "prediction"):
        answer = None if kind == "missing" else host.value(exercise.name)
        record = None if args.no_progress else progress.of(exercise.id)
        verdict = exercise.judge_value(answer, record)
    else:
        verdict = exercise.judge_on(host, args.key)
    if args.no_progress or verdict.status == "not-attempted":
        return verdict
    if verdict.status == "passed" and answer is None and host.is_alive():
        source = host.self_contained(exercise.name)
    return exercise.keep(verdict, answer, source)


def _questions(verdicts: list[Any], exercises: list[Any]) -> list[dict]:
    """The verdicts by question, in the form of `--json`."""
    found = []
    for section, question in dict.fromkeys((verdict.section, verdict.question) for verdict in verdicts):
        parts = [v for v in verdicts if (v.section, v.question) == (section, question)]
        statuses = {part.status for part in parts}
        found.append({
            "id": question,
            "status": next(status for status in _WORST_FIRST if status in statuses),
            "points": float(sum(part.status == "passed" for part in parts)),
            "max_points": float(sum((one.section, one.question) == (section, question) for one in exercises)),
            "parts": [part.as_part() for part in parts],
        })  # fmt: skip
    return found


def _total(verdicts: list[Any], questions: list[dict]) -> str:
    points, most = (sum(question[key] for question in questions) for key in ("points", "max_points"))
    statuses = [verdict.status for verdict in verdicts]
    counts = ", ".join(f"{statuses.count(one)} {one}" for one in reversed(_WORST_FIRST) if one in statuses)
    return f"{points:g} of {most:g} points: {counts or 'nothing judged'}"


# ---- the other commands -----------------------------------------------------------------------


def _hint(args: argparse.Namespace) -> int:
    exercise = _one(args.id)
    n = len(exercise.hints)
    if args.n is not None and not 1 <= args.n <= n:
        raise Stop(f"{exercise.id} has {n} hints: `dflvi hint {args.id} 1` to `dflvi hint {args.id} {n}`.")
    text = exercise.hint(args.n).markdown
    print(re.sub(rf"`ex\.{exercise.name}\.hint\((\d+)\)`", rf"`dflvi hint {args.id} \1`", text))
    return 0


def _reveal(args: argparse.Namespace) -> int:
    exercise = _one(args.id)
    text = exercise.reveal().markdown
    if exercise.authored() is None:
        raise Stop(text)
    print(text)
    return 0


def _reset(args: argparse.Namespace) -> int:
    from dflvi.checking import progress

    for exercise in _find(args.id, _exercises()):
        if not progress.note(exercise.id, "reset"):
            raise Stop(f"{progress.path()} cannot be written. `dflvi doctor` says more.")
        print(f"# {exercise.id}: forgotten. The untouched stub:\n\n{_stub(exercise)}\n")
    return 0


def _stub(exercise: Any) -> str:
    function = getattr(exercise, "function", None)
    if inspect.isfunction(function):
        return inspect.getsource(function).rstrip()
    text = exercise.as_markdown() if hasattr(exercise, "as_markdown") else ""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines()) + f"{exercise.name} = ..."


def _status(args: argparse.Namespace) -> int:
    from dflvi.checking import overview, progress

    if args.code:
        print(progress.code())
    elif args.export is not None:
        print(f"{progress.export(args.export)} events written to {args.export}. "
              "On the other machine: dflvi status --load FILE")  # fmt: skip
    elif args.load is not None:
        if progress.is_code(args.load):
            taken = progress.load_code(args.load, [one.id for one in _exercises()])
            print(f"{taken} exercises taken over.")
        elif not Path(args.load).is_file():
            raise Stop(f"{args.load!r} is neither a progress code nor a file. Codes start with dflvi1-.")
        else:
            print(f"{progress.merge(Path(args.load))} events taken over.")
    else:
        print(overview.table(args.core))
    return 0


def _report(args: argparse.Namespace) -> int:
    from dflvi.checking import report

    print(report.write(args.folder, args.out))
    return 0


def _update(args: argparse.Namespace) -> int:
    from dflvi.checking import update

    print("\n".join(update.update(args.into)))
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from dflvi.checking import doctor

    found = doctor.examine()
    print(doctor.report(found))
    return 1 if any(one.remedy for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
