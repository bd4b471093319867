"""The real command in a process of its own, as a learner runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple


class Done(NamedTuple):
    """What a command did. `parts` are those of `check --json`, by name."""

    status: int
    out: str
    err: str

    @property
    def questions(self) -> list[dict[str, Any]]:
        return json.loads(self.out)["questions"]

    @property
    def parts(self) -> dict[str, dict[str, str]]:
        found = {}  # of a name that several sections have, the first
        for part in (part for question in self.questions for part in question["parts"]):
            found.setdefault(part["name"], part)
        return found


def dflvi(*words: Any, folder: Any = None, **environment: str) -> Done:
    """Run `dflvi WORDS` in a folder. No word of it may be a traceback, or lead into our code."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "dflvi.cli", *map(str, words)],
        capture_output=True, text=True, timeout=300, cwd=folder, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    for text in (done.stdout, done.stderr):
        assert "Traceback" not in text, text
        assert "dflvi/checking" not in text, text
        assert "dflvi/exercises" not in text, text
    return Done(done.returncode, done.stdout, done.stderr)


def without_solutions(folder: Path) -> dict[str, str]:
    """An environment in which `solutions` is not installed. Writes into the folder."""
    (folder / "blocked").mkdir(exist_ok=True)
    (folder / "blocked" / "sitecustomize.py").write_text(
        "import importlib.abc, sys\n"
        "class Blocker(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.split('.')[0] == 'solutions':\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
    )
    return {"PYTHONPATH": str(folder / "blocked")}


def notebook(*sources: Any, section: str | None = "conjugacy", **changes: Any) -> str:
    """The text of a notebook of code cells; a cell may be a pair (source, tags)."""
    cells = []
    for source in sources:
        source, tags = source if isinstance(source, tuple) else (source, [])
        cells.append({
            "cell_type": "code", "id": f"c{len(cells)}", "metadata": {"tags": tags}, "source": source,
            "outputs": [], "execution_count": None,
        })  # fmt: skip
    metadata = {"dflvi": {"section": section}} if section else {}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells, **changes})
