"""Learn variational inference with normalizing flows by building it. Start with notebooks/01_conjugacy.ipynb."""

__version__ = "0.1.0"


def status(core=False):
    """What you have solved so far, as a table that shows itself; with core=True, of the three-hour path."""
    from dflvi.checking import overview

    return overview.table(core)


def concept_map(section):
    """The ideas of the course with those of one section lit: "conjugacy", "cavi", "bbvi", "vae", "flows", "nfvi"."""
    from dflvi import concepts

    return concepts.ConceptMap(section)


def report(folder=None, out="dflvi-report.html"):
    """Write one page of what you built, from your progress and the run notebooks in a folder. Shows a link to it."""
    from pathlib import Path

    from dflvi.checking import report

    try:
        return report.write(folder if folder is None else Path(folder), Path(out))
    except report.BadFile as error:
        return report.Report(None, str(error))


def doctor():
    """What is wrong with the installation that this kernel runs in, and the remedy, as text."""
    from dflvi.checking import doctor

    print(doctor.report(doctor.examine()))
