"""Every answer at thousands of keys: the largest z beside its limit, and each mistake's misses, are printed.

An answer gets 3,000 keys, or as many as fit into its time (a minute of the processor for a reference whose
checks compare statistics, 15 seconds for a variant, 6 for a mistake); the print says how many. DFLVI_KEYS=N asks for
another number.
"""

import os

import pytest

from dflvi.checking.exercise import Exercise
from solutions import build, verify

pytestmark = pytest.mark.keys
KEYS = int(os.environ.get("DFLVI_KEYS", "3000"))


def functions():
    for section, name in verify.all_cases():
        if isinstance(build.authored(section, name), Exercise):
            yield pytest.param(section, name, id=f"{section}.{name}")


@pytest.mark.parametrize(("section", "name"), list(functions()))
def test_at_thousands_of_keys(section, name, capsys):
    case = verify.case_of(section, name)
    findings = [case.finding("the reference", check) for check in case.exercise.checks]
    is_stochastic = any(seen.limit > 0 for finding in findings for seen in finding.seen)
    with verify.debugging():
        lines, found = verify.over_many_keys(case, KEYS, 60.0 if is_stochastic else 10.0)
    with capsys.disabled():
        print(f"\n{case.exercise.question} {case.exercise.id}")
        print("\n".join(f"    {line}" for line in lines))
    assert not found, "\n".join(found)
