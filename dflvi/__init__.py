"""Learn variational inference with normalizing flows by building it. Start with notebooks/01_conjugacy.ipynb."""

__version__ = "0.1.0"


def status():
    """What you have solved so far, as a table that shows itself."""
    from dflvi.checking import overview

    return overview.table()


def concept_map(section):
    """The ideas of the course with those of one section lit: "conjugacy", "cavi", "bbvi", "vae", "flows", "nfvi"."""
    from dflvi import concepts

    return concepts.ConceptMap(section)


def doctor():
    """What is wrong with the installation that this kernel runs in, and the remedy, as text."""
    from dflvi.checking import doctor

    print(doctor.report(doctor.examine()))
