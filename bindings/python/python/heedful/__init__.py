"""Voice-of-customer engine: scores with honest uncertainty, from responses to action.

>>> import heedful as hf
>>> hf.nps([10, 9, 8, None, 3])
Score(nps 25.0, 95 % -45.1 to 74.8, n 4)
"""

from heedful._errors import HeedfulError, InternalError
from heedful._heedful import __version__
from heedful._metric import Metric, Scale
from heedful._responses import Responses
from heedful._score import Interval, Score, Tally
from heedful._scoring import ces, csat, enps, nps, score, trend
from heedful._table import Table

__all__ = [
    "HeedfulError",
    "InternalError",
    "Interval",
    "Metric",
    "Responses",
    "Scale",
    "Score",
    "Table",
    "Tally",
    "__version__",
    "ces",
    "csat",
    "enps",
    "nps",
    "score",
    "trend",
]
