"""The exercises of `bbvi`: `ex.NAME.check(answer)`, `.hint()`, `.reveal()`, `.yours_or_ours()`."""
# Built by `python -m solutions build`.

from dflvi.exercises.bbvi.q3_5_1 import exercise as q3_5_1
from dflvi.exercises.bbvi.score_function_grad import exercise as score_function_grad
from dflvi.exercises.bbvi.score_grad import exercise as score_grad
from dflvi.exercises.bbvi.score_grad_baseline import exercise as score_grad_baseline
from dflvi.exercises.bbvi.score_samples import exercise as score_samples

__all__ = ["q3_5_1", "score_function_grad", "score_grad", "score_grad_baseline", "score_samples"]
