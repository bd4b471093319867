"""2.6  Which models have exponential-family complete conditionals that average well."""

import numpy as np

from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


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
    return name in ("gaussian-mean", "gmm", "poisson-gamma", "beta-bernoulli")


# ---- other right answers ----------------------------------------------------------------------


def by_what_breaks_it(name):
    """Looks for a link that is not linear in the statistics of the prior."""
    return not any(word in name for word in ("logistic", "probit", "neural"))


def by_a_table(name):
    """Zeros and ones."""
    table = {"gaussian-mean": 1, "gmm": 1, "poisson-gamma": 1, "beta-bernoulli": 1}
    return table.get(name, 0)


# ---- checks: cheap to deep --------------------------------------------------------------------


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
    variants=(by_what_breaks_it, by_a_table),
    mistakes=(
        Mistake(
            "normal-models-only",
            one_edit('"gaussian-mean", "gmm", "poisson-gamma", "beta-bernoulli"', '"gaussian-mean", "gmm"'),
            "You leave out the counts and the coin. Their posteriors have names as well: write the exponents and "
            "compare them with the prior's.",
            caught_by=priors_that_meet_their_likelihood_are_conjugate,
        ),
        Mistake(
            "exact-posterior-asked-for",
            lambda name: name in ("gaussian-mean", "poisson-gamma", "beta-bernoulli"),
            "You exclude the mixture, whose posterior indeed has no formula. The question is about the law of one "
            "unknown given all others: of one mean when the labels are known.",
            also=lambda name: by_a_table(name.replace("gmm", "mixture")),
            caught_by=a_mixture_is_so_given_its_labels,
        ),
        Mistake(
            "normal-prior-is-enough",
            lambda name: True,
            "You say yes to all of them. A family for the prior is not enough: the likelihood, as a function of the "
            "unknown, has to have the prior's form. Draw the log of a sigmoid.",
            caught_by=squashed_weights_are_not,
        ),
        Mistake(
            "probit-by-augmentation",
            lambda name: by_what_breaks_it(name) or name == "probit",
            "Probit regression becomes so with an extra normal variable for each label, and you may be thinking of "
            "that. As it stands, the log conditional of w is a sum of logs of Phi.",
            caught_by=squashed_weights_are_not,
        ),
        Mistake(
            "logistic-counted-in",
            lambda name: by_what_breaks_it(name) or name == "logistic",
            "A Bernoulli is an exponential family, true, with the logit as its parameter. But as a function of w, "
            "with w normal, its log is no quadratic.",
            caught_by=squashed_weights_are_not,
        ),
        Mistake(
            "bernoulli-output-counted-in",
            lambda name: by_what_breaks_it(name) or name == "neural-decoder",
            "The output of the decoder is Bernoulli, and z is normal; between them is a network. What does the log "
            "conditional of z look like?",
            caught_by=networks_are_not,
        ),
    ),
    answer="""
True: gaussian-mean, poisson-gamma and beta-bernoulli (conjugate outright), and gmm (its posterior has no formula, its
complete conditionals are normal and categorical). False: logistic and probit regression, where the log conditional of
w is a quadratic plus logs of a sigmoid or of Phi; and a neural decoder. Extra variables can make the first two
conjugate (Albert and Chib for probit, Polya-gamma for logistic); as they stand they are not, and gradients are the
way. Those are notebooks 3 and 4.
""",
    afterword="Most models that people want to fit are in the second group.",
)
