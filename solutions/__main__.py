"""The author's commands: `python -m solutions new | build | verify | prose`."""

import argparse
import sys

from dflvi.checking.answers import SECTIONS
from solutions import build
from solutions.new import KINDS, new


def main(argv: list[str] | None = None) -> int:
    """Carry out a command. 0: done; 1: something is to be mended; 2: the words cannot be used."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["verify"]:
        from solutions import verify

        return verify.main(words[1:])
    if words == ["prose"]:
        from solutions import prose

        return prose.main()
    given = _parser().parse_args(words)
    try:
        if given.command == "new":
            print("\n".join(new(given.section, given.name, given.kind, given.question)))
            return 0
        if given.check:
            return _say_differences(given.section)
        for line in build.build(given.section, fresh=given.fresh):
            print(line, flush=True)
    except build.BuildError as error:
        print(error, file=sys.stderr)
        return 2 if given.command == "new" else 1
    return 0


def _say_differences(section: str | None) -> int:
    found = build.differences(section)
    if found:
        print("\n".join([*found, "Run: python -m solutions build"]))
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solutions", description="Commands for authors.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="new | build | verify | prose")
    start = commands.add_parser("new", help="start an exercise: one file from a template")
    start.add_argument("section", help=", ".join(SECTIONS))
    start.add_argument("name", help="of the function, or of the item: q2_3_1")
    start.add_argument("--kind", choices=KINDS, default="function")
    start.add_argument("--question", default="", help="its id in the curriculum: 2.8")
    make = commands.add_parser("build", help="write everything that is built from sources")
    make.add_argument("section", nargs="?", choices=SECTIONS, help="only this one")
    make.add_argument("--check", action="store_true", help="write nothing; 1 if something is not current")
    make.add_argument("--fresh", action="store_true", help="run solved notebooks again that did not change")
    commands.add_parser("verify", help="hold exercises against all that is promised of each")
    commands.add_parser("prose", help="print how long the notebooks are, and minutes that do not fit their lines")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
