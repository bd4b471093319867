"""1.2  Asking a joint."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    names = ("eh", "oil", "inf", "bp", "rt")

    def probability(event):
        return joint[tuple(event.get(name, slice(None)) for name in names)].sum()

    return probability({**target, **evidence}) / probability(evidence)


# ---- other right answers ----------------------------------------------------------------------


def by_masks(joint, target, evidence):
    """The mass of an event as a weighted sum over all cells."""
    names = ["eh", "oil", "inf", "bp", "rt"]
    given = jnp.ones_like(joint)
    for name, state in evidence.items():
        given = given * (jnp.indices(joint.shape)[names.index(name)] == state)
    wanted = given
    for name, state in target.items():
        wanted = wanted * (jnp.indices(joint.shape)[names.index(name)] == state)
    return jnp.vdot(wanted, joint) / jnp.vdot(given, joint)


def one_axis_at_a_time(joint, target, evidence):
    """Observe, sum out what is not asked for, renormalise, look up. Axes are kept, so that they stay in place."""
    names = ["eh", "oil", "inf", "bp", "rt"]
    table = joint
    for name, state in evidence.items():
        table = jnp.take(table, jnp.array([state]), axis=names.index(name))
    for axis, name in enumerate(names):
        if name not in target:
            table = jnp.sum(table, axis=axis, keepdims=True)
    table = table / jnp.sum(table)
    return table[tuple(target.get(name, 0) for name in names)]


# ---- checks: cheap to deep --------------------------------------------------------------------
# Joints without any structure, three at a time.

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


# ---- known wrong answers ----------------------------------------------------------------------


def averages_what_is_not_asked_for(joint, target, evidence):
    names = ["eh", "oil", "inf", "bp", "rt"]
    table = joint
    for axis, name in enumerate(names):
        if name not in target and name not in evidence:
            table = jnp.mean(table, axis=axis, keepdims=True)
    asked = {**target, **evidence}
    return table[tuple(asked.get(name, 0) for name in names)]


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
    variants=(by_masks, one_axis_at_a_time),
    mistakes=(
        Mistake(
            "takes-a-mean",
            averages_what_is_not_asked_for,
            "With nothing observed your answer is far too small, by the number of cells that you went through. "
            "What does a probability do over the states that nobody asks about?",
            caught_by=nothing_observed_gives_the_marginal,
        ),
        Mistake(
            "the-most-probable-cell",
            lambda joint, target, evidence: by_masks(joint, target, evidence) * 0.0
            + joint[tuple(target.get(name, slice(None)) for name in ("eh", "oil", "inf", "bp", "rt"))].max(),
            "You report the largest cell that agrees. The others that agree have some probability as well.",
            caught_by=nothing_observed_gives_the_marginal,
        ),
        Mistake(
            "axes-by-the-order-of-the-tables",
            one_edit('("eh", "oil", "inf", "bp", "rt")', '("eh", "oil", "bp", "inf", "rt")'),
            "Asked for inf you look at bp, and the other way round: your list of names is not in the order of the "
            "axes of `joint`.",
            caught_by=nothing_observed_gives_the_marginal,
        ),
        Mistake(
            "not-renormalised",
            one_edit(" / probability(evidence)", ""),
            "Your answer is a joint probability: with rt = 1 observed, the three states of bp do not sum to one. "
            "What has become of all the worlds in which rt is 0?",
            also=lambda joint, target, evidence: by_masks(joint, {**target, **evidence}, {}),
            caught_by=the_states_of_the_target_sum_to_one,
        ),
        Mistake(
            "the-wrong-way-round",
            one_edit("/ probability(evidence)", "/ probability(target)"),
            "You give the probability of the evidence, if the target were true; with no evidence at all that is 1, "
            "whatever is asked. A doctor wants to know the disease, given the symptom.",
            caught_by=nothing_observed_gives_the_marginal,
        ),
        Mistake(
            "evidence-ignored",
            one_edit("probability({**target, **evidence}) / probability(evidence)", "probability(target)"),
            "Whatever was observed, you answer with the marginal. Ask for inf with rt = 1 and with rt = 0: one "
            "number for both?",
            caught_by=evidence_and_target_meet_as_bayes_says,
        ),
        Mistake(
            "only-the-first-observation",
            lambda joint, target, evidence: by_masks(joint, target, dict(list(evidence.items())[:1])),
            "With one observation you are right, with two the second makes no difference. Does your loop end too "
            "early?",
            caught_by=evidence_and_target_meet_as_bayes_says,
        ),
    ),
    answer="""
Two masses: of the cells that agree with target and evidence, and of those that agree with the evidence. Their ratio
is the answer. On the printed tables, p(inf = high | bp = normal, rt = high) = 0.98475, where without observations
p(inf = high) = 0.8244.
""",
    afterword="The printed tables give p(inf = high | bp = normal, rt = high) = 0.98475, up from 0.8244.",
)
