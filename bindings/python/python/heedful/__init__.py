"""Voice-of-customer engine: scores with honest uncertainty, from responses to action.

>>> import heedful as hf
>>> hf.nps([10, 9, 8, None, 3])
Score(nps 25.0, 95 % -50.5 to 77.8, n 4)
"""

from heedful._cases import BusinessCalendar, CaseOutcomes, Desk, Queued
from heedful._behaviour import Behaviour, Repurchase, behaviour, repurchase
from heedful._compare import Attainment, Comparison, SamplePlan, compare, contrast, league, sample_size, target
from heedful._contact import ContactPolicy
from heedful._errors import HeedfulError, InternalError
from heedful._explore import Redacted, Topic, Topics, detect_language, discover, keywords, redact, tokens
from heedful._health import (
    Backtested,
    BandAgreement,
    Fitted,
    Health,
    Scorecard,
    backtest,
    fit_scorecard,
    health,
    health_agreement,
)
from heedful._heedful import __version__
from heedful._journey import Journey, JourneyReport
from heedful._listen import Joined, funnel, join
from heedful._metric import Metric, Scale
from heedful._money import (
    AvoidableContacts,
    BusinessCase,
    Initiative,
    Linkage,
    ValueAtRisk,
    avoidable_contacts,
    business_case,
    initiative,
    linkage,
    value_at_risk,
)
from heedful._monitor import Anomalies, Anomaly, Detected, Detector, detect, emerging
from heedful._privacy import Propensity, forget, pseudonym, response_propensity
from heedful._pulse import Alerts, Changes, Judged, Playbooks, Pulse, alerts
from heedful._quality import Agreement, Average, Evaluation, Measure, Split, agreement, evaluate, split
from heedful._read import read
from heedful._reason import Mappings, ReasonMapper, Taxonomy
from heedful._responses import Reading, Responses
from heedful._score import Interval, Score, Tally
from heedful._scoring import ces, csat, enps, nps, score, trend
from heedful._sentiment import (
    SentimentModel,
    clauses,
    comment_strength,
    cross_validate_sentiment,
    emotions,
    fit_sentiment,
    sentiment,
)
from heedful._survey import Session, Survey
from heedful._table import Table
from heedful._weight import Weights, weight
from heedful._why import (
    Confounded,
    Drivers,
    Explanation,
    Finding,
    Scanned,
    WhatIf,
    asymmetry,
    confounding,
    drivers,
    explain_change,
    importance,
    reason_roles,
    scan,
    what_if,
)

__all__ = [
    "Agreement",
    "Alerts",
    "Anomalies",
    "Anomaly",
    "Attainment",
    "Average",
    "AvoidableContacts",
    "Backtested",
    "BusinessCalendar",
    "CaseOutcomes",
    "BusinessCase",
    "BandAgreement",
    "Behaviour",
    "Changes",
    "Comparison",
    "Confounded",
    "ContactPolicy",
    "Desk",
    "Detected",
    "Detector",
    "Drivers",
    "Evaluation",
    "Explanation",
    "Finding",
    "Fitted",
    "Health",
    "HeedfulError",
    "Initiative",
    "InternalError",
    "Interval",
    "Joined",
    "Journey",
    "JourneyReport",
    "Linkage",
    "Judged",
    "Mappings",
    "Measure",
    "Metric",
    "Playbooks",
    "Propensity",
    "Queued",
    "Pulse",
    "Reading",
    "ReasonMapper",
    "Redacted",
    "Repurchase",
    "Responses",
    "SamplePlan",
    "Scale",
    "Scanned",
    "Score",
    "Scorecard",
    "SentimentModel",
    "Session",
    "Split",
    "Survey",
    "Table",
    "Tally",
    "Taxonomy",
    "Topic",
    "Topics",
    "ValueAtRisk",
    "Weights",
    "WhatIf",
    "__version__",
    "agreement",
    "alerts",
    "asymmetry",
    "avoidable_contacts",
    "backtest",
    "business_case",
    "behaviour",
    "ces",
    "clauses",
    "comment_strength",
    "compare",
    "confounding",
    "contrast",
    "cross_validate_sentiment",
    "csat",
    "detect",
    "detect_language",
    "discover",
    "drivers",
    "emerging",
    "emotions",
    "enps",
    "evaluate",
    "explain_change",
    "fit_scorecard",
    "fit_sentiment",
    "forget",
    "funnel",
    "health",
    "health_agreement",
    "importance",
    "initiative",
    "join",
    "keywords",
    "league",
    "linkage",
    "nps",
    "pseudonym",
    "read",
    "reason_roles",
    "redact",
    "repurchase",
    "response_propensity",
    "sample_size",
    "scan",
    "score",
    "sentiment",
    "split",
    "target",
    "tokens",
    "trend",
    "value_at_risk",
    "weight",
    "what_if",
]
