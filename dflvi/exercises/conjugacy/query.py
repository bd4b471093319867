"""1.2  Asking a joint."""

# Built from solutions/conjugacy/query.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def query(joint: Float[Array, "eh oil inf bp rt"], target: dict[str, int], evidence: dict[str, int]) -> Scalar:
    """p(target | evidence), from a joint by enumeration.

    Args:
        joint: p(eh, oil, inf, bp, rt), [2, 2, 2, 3, 2], as your `joint` returns it; any joint of this shape.
        target: name -> state, at least one: the event asked for, {"inf": 1} for high inflation.
        evidence: name -> state: what was observed, of positive probability; {} for nothing. No name is in both.

    Returns:
        the conditional probability, a number.
    """
    raise NotImplementedError("yours to write")

_ORDER = ("eh", "oil", "inf", "bp", "rt")

_CLOSE = Tolerance(1e-5, 1e-4)


def _joints(rng):
    cells = rng.dirichlet(np.full(48, 0.7), size=3)
    return cells.reshape(3, 2, 2, 2, 3, 2).astype(np.float32)


def _ask(attempt, joints, target, evidence):
    where = _said(target, evidence)
    got = has_shape(attempt.vmap(0, None, None)(joints, target, evidence), (3,), where=where)
    return finite(got, where=where).astype(np.float64), where


def _said(target, evidence):
    def words(event):
        return ", ".join(f"{name} = {state}" for name, state in event.items())

    return f"p({words(target)} | {words(evidence) or 'nothing'}), three random joints"


def _truth(joints, target, evidence):
    """By going through the cells."""
    masses = np.zeros((2, len(joints)))
    for states in np.ndindex(joints.shape[1:]):
        at = dict(zip(_ORDER, states, strict=True))
        if all(at[name] == state for name, state in evidence.items()):
            masses[0] += joints[(slice(None), *states)].astype(np.float64)
            if all(at[name] == state for name, state in target.items()):
                masses[1] += joints[(slice(None), *states)].astype(np.float64)
    return masses[1] / masses[0]


def nothing_observed_gives_the_marginal(attempt):
    joints = _joints(attempt.rng)
    for target in ({"inf": 1}, {"bp": 2}):
        got, where = _ask(attempt, joints, target, {})
        close(got, _truth(joints, target, {}), _CLOSE, where=where)


def the_states_of_the_target_sum_to_one(attempt):
    joints = _joints(attempt.rng)
    answers = [_ask(attempt, joints, {"bp": state}, {"rt": 1})[0] for state in range(3)]
    close(np.sum(answers, axis=0), np.ones(3), _CLOSE, where="p(bp = 0, 1 or 2 | rt = 1), three random joints",
          says="bp is in one of its three states", what="the sum")  # fmt: skip


def evidence_and_target_meet_as_bayes_says(attempt):
    joints = _joints(attempt.rng)
    for target, evidence in (
        ({"bp": 2}, {"rt": 1}), ({"inf": 1}, {"rt": 1, "bp": 1}), ({"oil": 1, "eh": 0}, {"rt": 0, "inf": 1}),
    ):  # fmt: skip
        got, where = _ask(attempt, joints, target, evidence)
        close(got, _truth(joints, target, evidence), _CLOSE, where=where)


exercise = Exercise(
    query,
    question="1.2",
    minutes=8,
    difficulty=2,
    hints=(
        "A conditional probability is a ratio. What stands above, what below, and which of the two does the target "
        "not enter?",
        "Above: the mass of all cells that agree with target and evidence. Below: the mass of all cells that "
        "agree with the evidence. Indexing an axis with a state, and others with `slice(None)`, picks such cells.",
        "Write a helper that sums the joint over all cells that agree with a dict, and call it twice. For each of "
        "the five names, in the order of the axes, the index is its state or, if it is not in the dict, a full "
        "slice.",
    ),
    checks=(
        nothing_observed_gives_the_marginal,
        the_states_of_the_target_sum_to_one,
        evidence_and_target_meet_as_bayes_says,
    ),
)
