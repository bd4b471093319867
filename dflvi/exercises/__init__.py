"""The question side of every exercise, by section: `from dflvi.exercises import cavi as ex`."""

from dflvi.checking import compile_cache

compile_cache.use()
