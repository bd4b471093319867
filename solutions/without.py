"""Judge answers by the question side alone: `solutions` cannot be imported here. A script, never imported.

Reads one JSON object on stdin: {"jobs": [{"section", "name", "built", "key", "answers": [[label, text]]},
...]}, where `built` is the text of the question side.
Prints one: {"verdicts": [{label: [status, check, message], ...}, ...]}.
"""

import importlib.abc
import json
import os
import sys
import types
from pathlib import Path


class _Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname.split(".")[0] == "solutions":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


sys.meta_path.insert(0, _Blocker())


def main() -> None:
    """Judge every answer of every job."""
    from dflvi.checking import answers, compile_cache
    from dflvi.checking.here import Here

    compile_cache.use()
    os.environ["DFLVI_DEBUG"] = "1"
    work, out = json.load(sys.stdin), []
    for job in work["jobs"]:
        module = types.ModuleType(f"dflvi.exercises.{job['section']}.{job['name']}")
        sys.modules[module.__name__] = module
        exec(compile(job["built"], f"<{module.__name__}>", "exec"), module.__dict__)
        exercise, verdicts = module.exercise, {}
        for label, text in job["answers"]:
            names = answers.load(Path("answer.py"), text=text)[0]
            try:
                verdict = exercise.judge_on(Here(names, may_hang=True), job["key"])
                verdicts[label] = verdict.status, verdict.check, verdict.message
            except Exception as error:  # a check must not fall over; the gate says which did
                verdicts[label] = "broken", "", f"{type(error).__name__}: {error}"
        out.append(verdicts)
    if any(name.split(".")[0] == "solutions" for name in sys.modules):
        raise SystemExit("solutions was imported")
    print(json.dumps({"verdicts": out}))


if __name__ == "__main__":
    main()
