//! The compiled module `heedful._heedful`. The public Python API is the package `heedful` over it.
//!
//! Everything here converts, calls the core without the interpreter's lock, and converts back. Options come as JSON,
//! because the core's options are JSON documents and name the path of a mistake.

mod cases;
mod cells;
mod compare;
mod contact;
mod explore;
mod ffi;
mod guard;
mod health;
mod listen;
mod metric;
mod money;
mod monitor;
mod out;
mod privacy;
mod pulse;
mod read;
mod reason;
mod responses;
mod score;
mod state;
mod survey;
mod table;
mod tally;
mod texts;
mod weight;
mod why;

use pyo3::prelude::*;

/// The module Python imports.
#[pymodule]
pub mod _heedful {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::cases::{BusinessCalendar, Desk};
    #[pymodule_export]
    use crate::compare::{compare, contrast, league, sample_size, target};
    #[pymodule_export]
    use crate::contact::ContactPolicy;
    #[pymodule_export]
    use crate::explore::{
        agreement, comments, detect_language, discover, evaluate, keywords, redact, split,
    };
    use crate::guard::OrRaise;
    #[pymodule_export]
    use crate::health::{
        behaviour, fit_scorecard, health, health_agreement, health_backtest, repurchase, scorecard,
        scorecard_lint,
    };
    #[pymodule_export]
    use crate::listen::{funnel, funnel_of_counts, join};
    #[pymodule_export]
    use crate::metric::{metric, metric_preset, metrics, scale};
    #[pymodule_export]
    use crate::money::{avoidable_contacts, business_case, initiative, linkage, value_at_risk};
    #[pymodule_export]
    use crate::monitor::{Detector, detect, emerging};
    #[pymodule_export]
    use crate::out::Table;
    #[pymodule_export]
    use crate::privacy::{forget, forget_accounts, pseudonym, response_propensity};
    #[pymodule_export]
    use crate::pulse::{Alerts, Pulse, playbook_advance, playbook_start, playbooks};
    #[pymodule_export]
    use crate::read::{read_bytes, read_path};
    #[pymodule_export]
    use crate::reason::{Mappings, ReasonMapper, taxonomy, taxonomy_preset, taxonomy_presets};
    #[pymodule_export]
    use crate::responses::Responses;
    #[pymodule_export]
    use crate::score::{score, score_all};
    #[pymodule_export]
    use crate::state::{restored_responses, restored_table};
    #[pymodule_export]
    use crate::survey::{Session, Survey};
    #[pymodule_export]
    use crate::table::{Codes, Stamps};
    #[pymodule_export]
    use crate::tally::Tally;
    #[pymodule_export]
    use crate::texts::{SentimentModel, comment_strength, sentiment, tokens};
    #[pymodule_export]
    use crate::weight::Weights;
    #[pymodule_export]
    use crate::why::{
        Reasons, asymmetry, confounding, drivers, explain_change, importance, journey,
        journey_compare, journey_differences, journey_moments, journey_run, journey_views,
        role_changes, roles, scan, what_if,
    };

    /// Refuses a table that lacks a column.
    #[pyfunction]
    fn require(py: Python<'_>, needed: Vec<String>, available: Vec<String>) -> PyResult<()> {
        let available: Vec<&str> = available.iter().map(String::as_str).collect();
        crate::table::require(&needed, &available).or_raise(py)
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
