"""Voice-of-customer engine: scores with honest uncertainty, from responses to action.

>>> import heedful as hf
>>> hf.nps([10, 9, 8, None, 3])
Score(nps 25.0, 95 % -50.5 to 77.8, n 4)
"""

from heedful._compare import Attainment, Comparison, SamplePlan, compare, contrast, league, sample_size, target
from heedful._errors import HeedfulError, InternalError
from heedful._explore import Redacted, Topic, Topics, discover, keywords, redact
from heedful._health import Backtested, Fitted, Health, Scorecard, backtest, fit_scorecard, health
from heedful._heedful import __version__
from heedful._listen import Joined, funnel, join
from heedful._metric import Metric, Scale
from heedful._monitor import Detected, detect
from heedful._quality import Average, Evaluation, Measure, Split, evaluate, split
from heedful._read import read
from heedful._reason import Mappings, ReasonMapper, Taxonomy
from heedful._responses import Reading, Responses
from heedful._score import Interval, Score, Tally
from heedful._scoring import ces, csat, enps, nps, score, trend
from heedful._sentiment import (
    SentimentModel,
    clauses,
    cross_validate_sentiment,
    emotions,
    fit_sentiment,
    sentiment,
)
from heedful._table import Table
from heedful._weight import Weights, weight

__all__ = [
    "Attainment",
    "Average",
    "Backtested",
    "Comparison",
    "Detected",
    "Evaluation",
    "Fitted",
    "Health",
    "HeedfulError",
    "InternalError",
    "Interval",
    "Joined",
    "Mappings",
    "Measure",
    "Metric",
    "Reading",
    "ReasonMapper",
    "Redacted",
    "Responses",
    "SamplePlan",
    "Scale",
    "Score",
    "Scorecard",
    "SentimentModel",
    "Split",
    "Table",
    "Tally",
    "Taxonomy",
    "Topic",
    "Topics",
    "Weights",
    "__version__",
    "backtest",
    "ces",
    "clauses",
    "compare",
    "contrast",
    "cross_validate_sentiment",
    "csat",
    "detect",
    "discover",
    "emotions",
    "enps",
    "evaluate",
    "fit_scorecard",
    "fit_sentiment",
    "funnel",
    "health",
    "join",
    "keywords",
    "league",
    "nps",
    "read",
    "redact",
    "sample_size",
    "score",
    "sentiment",
    "split",
    "target",
    "trend",
    "weight",
]
