"""The exercises of `vae`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.vae.encode import exercise as encode
from dflvi.exercises.vae.init_vae import exercise as init_vae

__all__ = ["encode", "init_vae"]
