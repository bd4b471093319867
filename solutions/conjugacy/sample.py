"""1.2  Drawing from a network."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from dflvi.checking import networks
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import Record, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def sample(key: Key, cpts: dict[str, Float[Array, "..."]], n: int) -> dict[str, Int[Array, " n"]]:
    """Draw n times from the joint of the network of `PARENTS`, independently, parents before children.

    Args:
        key: a PRNG key. All randomness comes from it, and each random call needs a key of its own.
        cpts: name -> table, as for `joint`: parents in the order of your own `PARENTS`, then the child.
        n: how many draws, a Python int. The check asks for thousands, so draw all n of a variable in one
            call, or map over n keys.

    Returns:
        name -> states, [n] integers, for all five names; entry i of the five arrays belongs to one draw. 0 is low,
        the last state high.
    """
    keys = dict(zip(("eh", "oil", "inf", "bp", "rt"), jax.random.split(key, 5), strict=True))

    def draw(name, *parents):
        rows = jnp.log(cpts[name])[parents]
        return jax.random.categorical(keys[name], rows, shape=(n,))

    eh = draw("eh")
    oil = draw("oil", eh)
    inf = draw("inf", oil, eh)
    bp = draw("bp", oil)
    rt = draw("rt", inf, eh)
    return {"eh": eh, "oil": oil, "inf": inf, "bp": bp, "rt": rt}


# ---- other right answers ----------------------------------------------------------------------

_PARENTS = {"eh": (), "oil": ("eh",), "inf": ("oil", "eh"), "bp": ("oil",), "rt": ("inf", "eh")}


def one_world_at_a_time(key, cpts, n):
    """A world from each of n keys, its uniform numbers compared with cumulative sums."""

    def world(key):
        states = {}
        for child, parents in _PARENTS.items():
            key, own = jax.random.split(key)
            row = cpts[child][tuple(states[one] for one in parents)]
            states[child] = jnp.sum(jax.random.uniform(own) > jnp.cumsum(row)[:-1])
        return states

    return jax.vmap(world)(jax.random.split(key, n))


def from_the_joint(key, cpts, n):
    """Cells of the whole joint, numbered, and the numbers taken apart."""
    cells = jnp.einsum("e,eo,oei,ob,ier->eoibr", *(cpts[name] for name in ("eh", "oil", "inf", "bp", "rt")))
    drawn = jax.random.categorical(key, jnp.log(cells).ravel(), shape=(n,))
    return dict(zip(("eh", "oil", "inf", "bp", "rt"), jnp.unravel_index(drawn, cells.shape), strict=True))


# ---- checks: cheap to deep --------------------------------------------------------------------

_ORDER = ("eh", "oil", "inf", "bp", "rt")
_NETWORK = {"eh": (), "oil": ("eh",), "inf": ("eh", "oil"), "bp": ("oil",), "rt": ("eh", "inf")}
_CARD = {"eh": 2, "oil": 2, "inf": 2, "bp": 3, "rt": 2}
_N = 5_000
_WHERE = f"random tables, n = {_N:,}"
# Tables, and pairs that no table holds: draws that share a key are right in the former and related in the latter.
_GROUPS = (
    ("eh", "oil"), ("eh", "oil", "inf"), ("oil", "bp"), ("eh", "inf", "rt"), ("inf", "bp"), ("eh", "bp"), ("bp", "rt"),
)  # fmt: skip


def _tables(attempt):
    """Random tables with known axes, and the same with the axes of the learner's own PARENTS."""
    parents = attempt.companion("PARENTS").value
    good = isinstance(parents, Record) and all(
        isinstance(parents.get(name), (tuple, list)) and sorted(map(str, parents[name])) == sorted(known)
        for name, known in _NETWORK.items()
    )
    if not good:
        raise LearnerError("stub", "This needs your `PARENTS`, which are not right yet. Check them first.")
    tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    while not _tell(tables):
        tables = networks.random_tables(attempt.rng, _NETWORK, _CARD)
    given = {n: networks.with_axes(tables[n], _NETWORK[n], tuple(parents[n])) for n in _NETWORK}
    return tables, given


def _tell(t):
    """Whether every usual confusion changes the probability of something that is counted by .07 at least."""
    pairs = t["eh"][:, None] * t["oil"]
    with_inf = np.sum(pairs[..., None] * t["inf"], axis=1)
    eh, oil = pairs.sum(axis=1), pairs.sum(axis=0)
    gaps = (
        pairs[..., None] * (t["inf"] - t["inf"].swapaxes(0, 1)),
        with_inf[..., None] * (t["rt"] - t["rt"].swapaxes(0, 1)),
        pairs - np.outer(eh, oil),
        oil[:, None] * t["bp"] - pairs.T @ t["bp"],
        (eh - 0.5) / 2,
    )
    return min(np.abs(gap).max() for gap in gaps) > 0.07


def _draws(attempt, key, given):
    """States [n, 5], in the judge's order."""
    parts = fields(attempt(key, given, _N), *_ORDER)
    columns = [finite(has_shape(part, (_N,), where=_WHERE, what=name), where=_WHERE, what=name)
               for name, part in zip(_ORDER, parts, strict=True)]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float64)


def draws_states_of_all_five(attempt):
    _, given = _tables(attempt)
    drawn = _draws(attempt, attempt.key(), given)
    whole = drawn == np.round(drawn)
    holds(bool(whole.all()), "States are whole numbers, 0 for low.", value=float(whole.all()), where=_WHERE)
    # No cell has probability above .6, so two neighbours agree in all five that often at most. Each state of a
    # variable has .08 or more, and is missing from 5,000 draws with probability e^-400.
    same = np.mean(np.all(drawn[1:] == drawn[:-1], axis=1))
    holds(same < 0.9, "All draws are one and the same.", value=float(same >= 0.9), where=_WHERE)
    found = np.array([[drawn[:, i].min(), drawn[:, i].max()] for i in range(5)])
    want = np.array([[0, _CARD[name] - 1] for name in _ORDER])
    bad = [name for name, f, w in zip(_ORDER, found, want, strict=True) if (f != w).any()]
    holds(not bad, f"The states of {', '.join(bad)} do not run from 0 to the last one.", value=found, where=_WHERE,
          expected=str(want.tolist()), got=str(found.astype(int).tolist()))  # fmt: skip


def depends_on_the_key_and_on_all_draws(attempt):
    _, given = _tables(attempt)
    key, other = attempt.key(), attempt.key()
    one, again, second = (_draws(attempt, k, given) for k in (key, key, other))
    holds(np.array_equal(one, again), "One key gave two results. A function of a key draws from nothing else.",
          value=float(np.array_equal(one, again)), where=f"the same key twice, {_WHERE}")  # fmt: skip
    holds(not np.array_equal(one, second), "Two keys gave the same draws.",
          value=float(np.array_equal(one, second)), where=f"two keys, {_WHERE}")  # fmt: skip


def groups_of_variables_occur_as_often_as_the_joint_says(attempt):
    # A count with p above .2 has skewness below .03, which makes the tail beyond 5.6 standard errors up to e^0.9
    # times as heavy as the normal's; 5 % more room undoes that (e^-1.6). With p above .02 it is .1 and e^3, and 30 %
    # more room undoes it. Rarer cells are left out. What `_tell` asks for is 10 standard errors, 4 beyond the limit.
    tables, given = _tables(attempt)
    drawn = _draws(attempt, attempt.key(), given)
    truth = networks.joint(_NETWORK, tables, _ORDER)
    n_cells = sum(int(np.prod([_CARD[one] for one in group])) for group in _GROUPS)
    for group in _GROUPS:
        places = [_ORDER.index(one) for one in group]
        p = truth.sum(axis=tuple(i for i in range(5) if i not in places))
        p = np.transpose(p, np.argsort(np.argsort(places)))
        states = [drawn[:, place] for place in places]
        counts = np.histogramdd(np.stack(states, axis=1), [np.arange(size + 1) - 0.5 for size in p.shape])[0]
        often = p > 0.02
        room = np.where(p > 0.2, 1.05, 1.3)
        error = room * np.sqrt(p * (1 - p) / _N)
        statistic_is((counts / _N)[often], p[often], error[often], comparisons=n_cells, where=_WHERE,
                     says=f"how often each state of ({', '.join(group)}) occurs")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def one_key_for_all(key, cpts, n):
    states = {}
    for child, parents in _PARENTS.items():
        rows = cpts[child][tuple(states[one] for one in parents)]
        u = jax.random.uniform(key, (n,))
        states[child] = jnp.sum(u[:, None] > jnp.cumsum(jnp.broadcast_to(rows, (n, rows.shape[-1])), axis=-1)[:, :-1],
                                axis=1)  # fmt: skip
    return states


def every_variable_by_itself(key, cpts, n):
    cells = jnp.einsum("e,eo,oei,ob,ier->eoibr", *(cpts[name] for name in ("eh", "oil", "inf", "bp", "rt")))
    states = {}
    for axis, (name, own) in enumerate(zip(("eh", "oil", "inf", "bp", "rt"), jax.random.split(key, 5), strict=True)):
        marginal = cells.sum(axis=tuple(i for i in range(5) if i != axis))
        states[name] = jax.random.categorical(own, jnp.log(marginal), shape=(n,))
    return states


exercise = Exercise(
    sample,
    question="1.2",
    minutes=10,
    difficulty=2,
    needs=("PARENTS",),
    hints=(
        "Nature draws the parents first. In which order can the five variables be drawn, so that a row of its "
        "table is known for each when its turn comes?",
        "Draw n states of eh. They choose n rows of the table of oil: index it with the whole array of states. "
        "Then one draw from each row, and so on down the arrows.",
        "`jax.random.categorical(key, logits, shape=(n,))` draws from each row of the log of a table. Split the key "
        "into five first, and index the table of a child with the arrays of its parents, in the order of "
        "`PARENTS`.",
    ),
    checks=(
        draws_states_of_all_five,
        depends_on_the_key_and_on_all_draws,
        groups_of_variables_occur_as_often_as_the_joint_says,
    ),
    variants=(one_world_at_a_time, from_the_joint),
    mistakes=(
        Mistake(
            "bp-with-two-states",
            one_edit("return jax.random.categorical(keys[name], rows, shape=(n,))",
                     "return jax.random.bernoulli(keys[name], jnp.exp(rows)[..., 1], (n,)).astype(int)"),
            "Your bp is never high. A coin has two sides and bp three states; draw it from the whole row of its "
            "table.",
            caught_by=draws_states_of_all_five,
        ),
        Mistake(
            "counted-from-one",
            one_edit("return jax.random.categorical(keys[name], rows, shape=(n,))",
                     "return jax.random.categorical(keys[name], rows, shape=(n,)) + (name in ('bp', 'rt'))"),
            "Some of your states are numbered from one. They are places in a table, and those start at 0.",
            caught_by=draws_states_of_all_five,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("jax.random.split(key, 5)", "jax.random.split(jax.random.key(0), 5)"),
            "Every key gives the same draws. Look at what you hand to the random functions.",
            caught_by=depends_on_the_key_and_on_all_draws,
        ),
        Mistake(
            "one-draw-n-times",
            lambda key, cpts, n: {name: jnp.full(n, one[0]) for name, one in from_the_joint(key, cpts, n).items()},
            "All n draws are one draw, repeated. With n = 5,000 most cells should occur.",
            caught_by=draws_states_of_all_five,
        ),
        Mistake(
            "one-key-for-all",
            one_key_for_all,
            "Each variable has the right frequencies by itself and not together with the others: when one lands "
            "low, so do the rest. They were drawn with the same random numbers. How many keys did you make?",
            caught_by=groups_of_variables_occur_as_often_as_the_joint_says,
        ),
        Mistake(
            "every-variable-by-itself",
            every_variable_by_itself,
            "Your five columns have nothing to do with each other. Oil should be low mostly when the economy is; a "
            "child has to see what its parents became.",
            also=lambda key, cpts, n: {
                name: jax.random.permutation(own, one)
                for own, (name, one) in zip(
                    jax.random.split(jax.random.fold_in(key, 1), 5), from_the_joint(key, cpts, n).items(), strict=True
                )
            },
            caught_by=groups_of_variables_occur_as_often_as_the_joint_says,
        ),
        Mistake(
            "parents-of-inflation-swapped",
            one_edit('draw("inf", oil, eh)', 'draw("inf", eh, oil)'),
            "Inflation reads the wrong row of its table whenever oil and the economy differ: its two parents index "
            "it in the wrong order. Nobody would see it on the printed numbers.",
            caught_by=groups_of_variables_occur_as_often_as_the_joint_says,
        ),
        Mistake(
            "parents-of-the-retailer-swapped",
            one_edit('draw("rt", inf, eh)', 'draw("rt", eh, inf)'),
            "All is well up to rt, which takes inflation for the economy and the economy for inflation. Compare the "
            "order in which you index with your `PARENTS`.",
            caught_by=groups_of_variables_occur_as_often_as_the_joint_says,
        ),
        Mistake(
            "bp-hangs-on-the-economy",
            one_edit('draw("bp", oil)', 'draw("bp", eh)'),
            "bp follows the health of the economy directly, as if nobody had to look at the price of oil.",
            caught_by=groups_of_variables_occur_as_often_as_the_joint_says,
        ),
        Mistake(
            "probabilities-as-logits",
            one_edit("jnp.log(cpts[name])[parents]", "cpts[name][parents]"),
            "Your frequencies are all pulled towards equal ones: `categorical` takes logs of probabilities, and you "
            "hand it the probabilities.",
            caught_by=groups_of_variables_occur_as_often_as_the_joint_says,
        ),
    ),
    answer="""
Ancestral sampling: parents first, each child from the row that its parents chose. Indexing a table with arrays of
states picks n rows at once, and `categorical` draws one state from each. The key is split into five, since two
calls with one key would use the same random numbers.
""",
    afterword="Every simulation of a model with latent variables goes down the arrows in this way.",
)
