"""The newest JAX that the package index offers: references pass and mistakes are told apart there too."""

import json
import os

import pytest
from test_colab import colabs_python, run
from test_packaging import ROOT, build_wheels

from dflvi.checking.answers import SECTIONS

pytestmark = pytest.mark.full

EVERY_EXERCISE = """
import importlib, json, sys
import jax, numpy
from dflvi.checking.here import Here

verdicts = []
for line in open(sys.argv[1]).read().split():
    section, name = line.split(".")
    asked = importlib.import_module(f"dflvi.exercises.{section}.{name}").exercise
    ours = importlib.import_module(f"solutions.{section}.{name}").exercise
    if asked.kind in ("choice", "prediction"):
        continue
    companions = {n: importlib.import_module(f"solutions.{section}.{n}").exercise.function for n in ours.needs}
    for wanted, function in [("", ours.function)] + [(m.name, m.function()) for m in ours.mistakes[:1]]:
        verdict = asked.judge_on(Here({**companions, name: function}, may_hang=True), 1)
        verdicts.append([line, wanted, verdict.status, verdict.diagnosis, verdict.message])
json.dump({"jax": jax.__version__, "numpy": numpy.__version__, "verdicts": verdicts}, open("seen.json", "w"))
"""


def test_every_exercise_on_the_newest_jax(tmp_path):
    wheels, home = tmp_path / "wheels", tmp_path / "environment"
    built = build_wheels(wheels)
    run(colabs_python(), "-m", "venv", home)
    python = home / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--upgrade", "jax", *built.values())
    names = [
        f"{section}.{path.stem}"
        for section in SECTIONS
        for path in sorted((ROOT / "solutions" / section).glob("*.py"))
        if path.stem != "__init__"
    ]
    (tmp_path / "names").write_text("\n".join(names))
    (tmp_path / "every_exercise.py").write_text(EVERY_EXERCISE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run(python, "-P", "every_exercise.py", "names", cwd=tmp_path, env=environment | {"DFLVI_HOME": str(tmp_path)})
    seen = json.loads((tmp_path / "seen.json").read_text())
    print(f"jax {seen['jax']}, numpy {seen['numpy']}: {len(seen['verdicts'])} verdicts")
    for line, wanted, status, diagnosis, message in seen["verdicts"]:
        assert (status, diagnosis) == ("diagnosed" if wanted else "passed", wanted), f"{line} {wanted}: {message}"
