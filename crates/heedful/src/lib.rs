//! Heedful is the voice-of-customer engine that other programs embed: survey responses in, scores
//! with honest uncertainty out.
//!
//! ```
//! use heedful::{Column, Metric, Responses, Score, Scoring};
//!
//! // One list of ratings:
//! let score = Score::nps([10, 9, 8, 3])?;
//! assert_eq!(score.value, Some(25.0));
//!
//! // A table of responses, scored by group:
//! let responses = Responses::new()
//!     .with("score", Column::numbers(vec![10_u8, 9, 3, 7]))?
//!     .with("plan", Column::categories([Some("pro"), Some("free"), None, Some("pro")]))?
//!     .rating("score");
//! println!("{}", responses.score_by(&Metric::nps(), ["plan"])?.to_table());
//! # Ok::<(), heedful::Error>(())
//! ```
//!
//! # Where to start
//!
//! | to | take |
//! | --- | --- |
//! | score a list | [`Score::nps`], [`Score::csat`], [`Score::ces`], [`Score::of`] |
//! | declare a metric | [`Metric`], [`Scale`], [`Rule`] |
//! | hold responses | [`Responses`], [`Column`] |
//! | score groups and periods | [`Scoring`]; batch by batch [`Scorer`] |
//! | know why | [`Taxonomy`], [`ReasonMapper`], [`Mappings`]; a trained [`Model`] |
//! | find words and topics | [`Keyness`], [`Discover`] |
//! | weight to a population | [`Weighting`] |
//! | weight against silence | [`Propensity`] |
//! | respect accounts and survey designs | [`Clusters`], [`Design`] |
//! | say which reasons each response has | [`Mentions`] |
//! | assess the health of accounts | [`health`] |
//! | read what customers do, who is overdue, who is gone | [`behaviour`] |
//! | close the loop: cases with owners and due times | [`cases`] |
//! | know what is at stake, and whether a change pays | [`money`], [`initiative`] |
//! | watch rolling scores of accounts against rules | [`pulse`] |
//! | raise alerts once, and act on them | [`alert`], [`playbook`] |
//! | find what drives a score | [`Drivers`], [`Importance`], [`ReasonRoles`], [`Asymmetry`], [`Confounding`], [`WhatIf`] |
//! | say why a score moved | [`Change`], [`Scan`] |
//! | follow a journey | [`Journey`], [`JourneyAnalysis`] |
//! | keep counts that merge | [`Tally`] |
//! | read comments into words, find phrases, take out names and numbers | [`text`] |
//! | use the statistics alone | [`stats`] |
//!
//! # Rules that hold everywhere
//!
//! Missing is `None`, never NaN, and never 0. A rating that is not on its scale is an error with row and
//! column, or counted apart when asked; nothing is clamped. Every number says how sure it is. Results do not
//! depend on the order of rows, on batches or on threads (sums of weights to rounding), and are the same in Rust, Python and JavaScript.
//! No input panics: every error is an [`Error`] with a stable [`ErrorCode`].
//!
//! # Crate features
//!
//! | feature | default | for |
//! | --- | --- | --- |
//! | `read` | yes | reading CSV and JSON Lines |
//! | `zones` | yes | named time zones from a bundled database |
//! | `parallel` | no | sharing rows among threads where an option asks for it |
//! | `arrow` | no | Arrow record batches in and out |
//! | `taxonomies` | yes | the starter taxonomies (`Taxonomy::preset`) |
//! | `detect` | no | the language of a text, guessed from its letters |
//! | `pseudonyms` | no | keyed pseudonyms for customers (`pseudonym`) |
//! | `schema` | no | JSON Schemas of the configuration types (`schemas`) |
#![forbid(unsafe_code)]

mod act;
mod base;
mod chart;
mod interpret;
mod listen;
mod monitor;
#[cfg(feature = "schema")]
mod schema;
pub mod stats;
pub mod text;

/// Runs the code of the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
mod readme {}

/// Cases: who owes a customer a reaction, by when, and what came of it.
pub mod cases {
    pub use crate::act::case::desk::Desk;
    pub use crate::act::case::event::{
        CaseEffect, CaseEvent, CaseOutcome, CaseState, CaseStep, EffectKind, effects_table,
    };
    pub use crate::act::case::facts::Facts;
    pub use crate::act::case::model::{Case, Duty, DutyKind, Entry, Remedy};
    pub use crate::act::case::outcomes::{
        CaseShare, OutcomeGroup, OutcomeReport, Outcomes, RatingLift,
    };
    pub use crate::act::case::policy::{
        Assignee, CasePolicy, Due, DueRule, Escalation, RatingTier, Route, ValueTier, When,
    };
    pub use crate::act::queue::{Queue, QueueBy, QueueReport, QueueRow, Recovery};
    pub use crate::base::time::business::{BusinessCalendar, WorkingWeek};
    pub use crate::base::time::week::Clock;
}

/// Whom to ask, and when.
pub mod contact {
    pub use crate::listen::contact::{
        Candidate, Cap, Channels, Clock, Contact, ContactPolicy, ContactRule, Customer, Decision,
        Enough, FirstContact, Gap, Histories, Hold, HoldCode, Invitation, LeftOut, Outcome, Per,
        Plan, PlanOptions, Quiet, Recurring, Reminder, Replay, ReplaySurvey, Sample, SegmentRate,
        Trigger, Verdict, Weekday, Which,
    };
}

/// Behaviour as a sign: recency, frequency and value of customers, and what they say of the next purchase.
pub mod behaviour {
    pub use crate::monitor::behaviour::events::{
        Behaviour, BehaviourGroup, BehaviourReport, CustomerBehaviour, EventsLeftOut,
    };
    pub use crate::monitor::behaviour::fit::RepurchaseFit;
    pub use crate::monitor::behaviour::model::{
        PurchaseHistory, RepurchaseForecast, RepurchaseModel,
    };
    pub use crate::monitor::behaviour::table::{Repurchase, RepurchaseReport};
}

/// Customer health: scorecards as data, and the health of accounts.
pub mod health {
    pub use crate::monitor::health::agreement::{Dispute, HealthAgreement, HealthAgreementReport};
    pub use crate::monitor::health::assess::{Health, Stage};
    pub use crate::monitor::health::backtest::{
        HealthBacktest, HealthBacktestReport, HealthGroup, MeasureCheck,
    };
    pub use crate::monitor::health::condition::{Condition, Fell, Test};
    pub use crate::monitor::health::fit::{FittedScorecard, ScorecardFit};
    pub use crate::monitor::health::lint::{HealthFinding, HealthFindingCode};
    pub use crate::monitor::health::points::{Decay, Logistic, Percentile, Points, ScoreRange};
    pub use crate::monitor::health::report::{
        AccountHealth, HealthChange, HealthLine, HealthReport, HealthState, Improvement, LineStatus,
    };
    pub use crate::monitor::health::scorecard::{
        AlarmEffect, FireAlarm, HealthBand, Measure, MeasureGroup, Missing, Scorecard,
    };
}

/// The pulse: rolling scores of accounts, projects or contacts, and the alerts that rules raise on them.
pub mod pulse {
    pub use crate::monitor::pulse::options::{
        Drop, Level, PulseOptions, PulseRule, PulseWindow, Repeated, Silent, Turned, When, Who,
    };
    pub use crate::monitor::pulse::rule::{PulseAlert, PulseStatus};
    pub use crate::monitor::pulse::stream::{Observation, Pulse, PulseCounts, Received};
}

/// Alerts: what happened that somebody should know.
pub mod alert {
    pub use crate::act::alert::book::Alerts;
    pub use crate::act::alert::happening::{AlertSource, Happening};
    pub use crate::act::alert::options::{AlertOptions, AlertRule, Answered, Storm};
    pub use crate::act::alert::report::{
        Alert, AlertChange, AlertMember, AlertStep, alert_changes_table,
    };
    pub use crate::base::severity::Severity;
}

/// Changes meant for everybody: whom they concern, what they did, and whom to tell.
pub mod initiative {
    pub use crate::act::initiative::{
        Initiative, InitiativeCell, InitiativeEffect, InitiativeReport, Method, ToTell,
    };
}

/// Money: what is at stake, what a better score is worth, and whether a change pays.
pub mod money {
    pub use crate::act::money::case::{BusinessCase, CaseInput, CaseLine, CaseReport};
    pub use crate::act::money::contact::{AvoidableContacts, ContactReport, ContactRow};
    pub use crate::act::money::linkage::{
        Basis, LagEffect, Link, Linkage, LinkageReport, LinkedBand,
    };
    pub use crate::act::money::linked::{Assumed, LinkedOutcome};
    pub use crate::act::money::quantity::Quantity;
    pub use crate::act::money::risk::{ChurnRate, RiskKind, RiskReport, RiskRow, ValueAtRisk};
}

/// Playbooks: what to do when something happens, step by step.
pub mod playbook {
    pub use crate::act::playbook::options::{
        BandChange, On, OnAlert, OnRated, Playbook, PlaybookStep, Playbooks, StepKind,
    };
    pub use crate::act::playbook::run::{
        Effect, EffectKind, Run, RunChange, RunEvent, RunStep, StepDone, StepState,
    };
    pub use crate::act::playbook::trigger::{Happened, Past, Trigger};
}

/// Surveys as data, and sessions that run them.
pub mod survey {
    pub use crate::listen::session::{
        Answer, Context, Session, SessionStatus, Step, StepAction, StepOption, StepPoint, StepType,
        SurveyResponse, Written,
    };
    pub use crate::listen::survey::{
        Action, ActionType, BandThanks, Choice, Condition, Continuation, Ends, Finding,
        FindingCode, FollowUp, Matches, Metadata, Path, Question, QuestionType, Reasons, Survey,
        Thanks, Within, Wording,
    };
}

pub use base::error::{Error, ErrorCode, Result};
pub use base::key::Key;
pub use base::metric::{Band, Better, Metric, Rule};
pub use base::scale::{Invalid, Reading, Scale};
pub use base::suppression::Suppression;
pub use base::table::{Data, Table, TableColumn, time_label};
pub use base::tally::Tally;
pub use base::time::{
    Clock, DateFormat, DateReader, DateStream, Dates, Every, LocalClock, Moment, TimeUnit, Zone,
};
pub use interpret::change::{
    Change, ChangeReport, ChangeWarning, Cohorts, Effect, ReasonChange, ReasonChanges,
    SegmentChange, SegmentStatus,
};
pub use interpret::cluster::Clusters;
pub use interpret::compare::{Comparison, TargetTest};
pub use interpret::contrast::{Contrast, Contrasts, GroupContrast};
pub use interpret::design::Design;
pub use interpret::driver::asymmetry::{Asymmetry, AsymmetryReport, AsymmetryRow};
pub use interpret::driver::confound::{
    ConfoundedDriver, Confounding, SegmentEffect, confounded_segments_table, confounding_table,
};
pub use interpret::driver::importance::{
    Importance, ImportanceModel, ImportanceReport, ImportanceRow, Quadrant,
};
pub use interpret::driver::role::{
    BandShare, Lift, ReasonRole, ReasonRoles, RoleChange, RoleReport, RoleRow, RoleShift,
    role_changes_table,
};
pub use interpret::driver::what_if::{WhatIf, WhatIfReport, WhatIfSegment};
pub use interpret::driver::{
    Contribution, ContributionMethod, Contributions, Driver, DriverReport, DriverSource, Drivers,
};
pub use interpret::emotion::{Emotion, EmotionMention};
pub use interpret::journey::{
    Estimate, Journey, JourneyAnalysis, JourneyChange, JourneyDifference, JourneyGap, JourneyIssue,
    JourneyMoments, JourneyProblem, JourneyReport, MakeOrBreak, MeasureAt, PeakEnd, Stage,
    StepChange, Touchpoint, TouchpointFeeling, TouchpointResult, ViewGap,
};
pub use interpret::keyness::{Collocation, Keyness, Keyword, Keywords};
pub use interpret::league::{League, Place, Standing, Standings};
pub use interpret::mention::Mentions;
pub use interpret::propensity::{Propensities, Propensity, PropensityCell};
pub use interpret::reason::agreement::{Agreed, Agreement};
pub use interpret::reason::discover::{Discover, Homogeneity, Topic, TopicTerm, Topics};
pub use interpret::reason::evaluate::{Average, Confusion, Evaluation, Measure, ReasonQuality};
pub use interpret::reason::labels::Labels;
pub use interpret::reason::lint::{Lint, LintFinding, LintKind, Overlap};
pub use interpret::reason::mapper::{
    Claim, Classifier, Given, MapperOptions, MapperSession, ReasonColumns, ReasonMapper,
};
pub use interpret::reason::mappings::{
    Disagreement, Mapping, Mappings, ReasonCount, ReasonTotal, Source,
};
pub use interpret::reason::model::{Aim, ClassWeight, Model, ModelOptions, Predictions};
pub use interpret::reason::patterns::EvaluateOptions;
pub use interpret::reason::split::Split;
pub use interpret::reason::taxonomy::{Entry, Reason, Taxonomy};
pub use interpret::reason::term::{Term, Within};
pub use interpret::sample_size::{Assumption, ExpectedShares, SamplePlan, SampleSize};
pub use interpret::scan::{Condition, Finding, Scan, ScanReport};
pub use interpret::score::{Rating, Score, Share, Uncertainty};
pub use interpret::scorer::Scorer;
pub use interpret::scoring::{MetricOf, Scoring};
pub use interpret::segment::{GroupScore, Scores};
pub use interpret::select::{Kind, Repeats, Signal};
pub use interpret::sentiment::{
    ClauseMood, Feeling, FeelingBand, FeelingClause, Feelings, HeldOut, Sentiment, SentimentFit,
    SentimentModel, SentimentOptions, SentimentReader,
};
pub use interpret::target::{Attainment, Target, TargetStatus};
pub use interpret::weight::{MissingValues, TargetFit, Weighting, Weights};
#[cfg(feature = "arrow")]
pub use listen::arrow::ArrowReader;
pub use listen::column::{Category, Column, Keys, Numbers, Texts, Times};
pub use listen::funnel::{Funnel, FunnelCounts, FunnelOptions, FunnelStep, Rate, Step};
#[cfg(feature = "read")]
pub use listen::import::{
    Batches, ColumnGuess, ColumnLeftOut, CsvOptions, DatesRead, Encoding, OnError, Preset,
    RatingColumn, Read, Recognised, Rejected,
};
pub use listen::join::{Duplicates, Join, Joined};
#[cfg(feature = "pseudonyms")]
pub use listen::privacy::pseudonym;
pub use listen::responses::{Responses, Roles};
pub use monitor::Direction;
pub use monitor::backtest::Backtest;
pub use monitor::baseline::feedback::Feedback;
pub use monitor::baseline::stream::{Answer, Baseline};
pub use monitor::cadence::Cadence;
pub use monitor::change_point::{ChangePoint, ChangePoints, PeriodScore, change_points_table};
pub use monitor::classical::farrington::{
    Farrington, FarringtonThreshold, FarringtonWeek, PowerScale, farrington_table,
};
pub use monitor::classical::moving::{
    Cusum, Ears, EarsMethod, PeriodReading, SeasonalZ, reading_table,
};
pub use monitor::detect::{Detect, Detection};
pub use monitor::detector::{Anomalies, Anomaly, AnomalyKind, Cost, Detector, Watcher};
pub use monitor::emerging::{Emerging, EmergingTerm, EmergingTerms};
pub use monitor::episode::{Episode, EpisodeStatus, Episodes};
pub use monitor::localise::{Attribute, EpisodePlace, Localise, places_table};
pub use monitor::many::{NamedSeries, Watch, WatchFinding, findings_table};
pub use monitor::method::Method;
#[cfg(feature = "schema")]
pub use schema::schemas;
