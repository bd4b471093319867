"""2.6  Which models have exponential-family complete conditionals that average well."""

# Built from solutions/cavi/is_conditionally_conjugate.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise


def is_conditionally_conjugate(name: str) -> bool:
    """Whether every complete conditional of a model is in a named family, with the update "average its parameter".

    As they stand, without further variables put in:

    - "gaussian-mean": mu normal, x_i normal around mu with a known variance
    - "gmm": the mixture of this notebook, means normal, labels categorical
    - "poisson-gamma": a rate with a gamma prior, counts Poisson
    - "beta-bernoulli": a probability with a beta prior, coin tosses
    - "logistic": weights w normal, labels Bernoulli with the logit w . x
    - "probit": weights w normal, labels Bernoulli with probability Phi(w . x), Phi the normal distribution function
    - "neural-decoder": z normal, x Bernoulli with logits that a neural network computes from z

    Args:
        name: one of these.

    Returns:
        True or False.
    """
    raise NotImplementedError("yours to write")


def _says(attempt, names, truth, says):
    said = np.array([float(has_shape(attempt(name), (), where=f'"{name}"')) for name in names])
    wrong = [name for name, one in zip(names, said, strict=True) if one != truth]
    where = ", ".join(f'"{name}"' for name in wrong or names)
    close(said, np.full(len(names), float(truth)), Tolerance(0.0, 0.0), where=where, says=says)


def priors_that_meet_their_likelihood_are_conjugate(attempt):
    _says(attempt, ("gaussian-mean", "poisson-gamma", "beta-bernoulli"), True, "the posterior is in the prior's family")


def a_mixture_is_so_given_its_labels(attempt):
    _says(attempt, ("gmm",), True, "given all others, each unknown has a law with a name")


def squashed_weights_are_not(attempt):
    _says(attempt, ("logistic", "probit"), False, "the log conditional of w is no quadratic")


def networks_are_not(attempt):
    _says(attempt, ("neural-decoder",), False, "the log conditional of z is whatever the network makes of it")


exercise = Exercise(
    is_conditionally_conjugate,
    question="2.6",
    minutes=4,
    difficulty=2,
    hints=(
        "Write the log conditional of one unknown, all others known. Is it linear in the statistics of a family that "
        "you can name?",
        "Complete conditional means given everything else. The mixture's posterior has no name; ask for the law of "
        "one mean, with all labels known.",
        "For a normal prior the log conditional must be quadratic. The log of a sigmoid, of Phi, or of what a "
        "network puts out is no quadratic in its argument.",
    ),
    checks=(
        priors_that_meet_their_likelihood_are_conjugate,
        a_mixture_is_so_given_its_labels,
        squashed_weights_are_not,
        networks_are_not,
    ),
)
