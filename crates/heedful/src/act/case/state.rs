//! A desk as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::desk::Desk;
use super::model::Case;
use super::policy::CasePolicy;
use crate::base::config::{self, Config, stored};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::state::check_version;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    policy: &'a CasePolicy,
    cases: Vec<&'a Case>,
    forgotten: &'a BTreeMap<String, u64>,
    no_contact: Vec<&'a String>,
}

#[derive(Default)]
struct Stored {
    policy: CasePolicy,
    cases: Vec<Case>,
    forgotten: BTreeMap<String, u64>,
    no_contact: Vec<String>,
}

stored!(Stored, needs [policy, cases], takes [forgotten, no_contact], from Self::default());

impl Desk {
    /// The desk as JSON: the policy, the cases with all that is known of them, and who asked not to be contacted.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(&Written {
            version: VERSION,
            policy: &self.policy,
            cases: self.cases.values().collect(),
            forgotten: &self.forgotten,
            no_contact: self.no_contact.iter().collect(),
        })
    }

    /// Reads what [`Desk::to_json`] wrote, also by an earlier or later version.
    ///
    /// # Errors
    /// `json`; `state-version` for one that this version cannot read; `invalid-config` for what is no state;
    /// `duplicate-key` for a case that is there twice; as [`CasePolicy::from_json`].
    pub fn from_json(text: &str) -> Result<Self> {
        let json = Json::parse(text)?;
        check_version(&json, VERSION)?;
        let Stored { policy, cases, forgotten, no_contact } = Stored::read(&json)?;
        let mut desk = Self::new(policy).map_err(|error| error.below("policy"))?;
        for (i, case) in cases.into_iter().enumerate() {
            case.facts.check().map_err(|e| e.below("facts").below(&format!("cases[{i}]")))?;
            if desk.cases.insert(case) {
                let error = Error::new(ErrorCode::DuplicateKey, "the case is there twice");
                return Err(error.at(format!("cases[{i}]")));
            }
        }
        desk.forgotten = forgotten;
        desk.no_contact.extend(no_contact);
        Ok(desk)
    }
}
