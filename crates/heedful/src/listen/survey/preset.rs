//! Surveys of the field, ready to ask.

use super::Survey;
use crate::base::error::{Error, ErrorCode, Result};

const PRESETS: &[(&str, &str)] = &[
    ("nps", include_str!("../../../data/surveys/nps.json")),
    ("enps", include_str!("../../../data/surveys/enps.json")),
    ("csat", include_str!("../../../data/surveys/csat.json")),
    ("ces", include_str!("../../../data/surveys/ces.json")),
    ("psat", include_str!("../../../data/surveys/psat.json")),
    ("psat_5", include_str!("../../../data/surveys/psat_5.json")),
    ("psat_7", include_str!("../../../data/surveys/psat_7.json")),
    ("pmf", include_str!("../../../data/surveys/pmf.json")),
];

impl Survey {
    /// A survey by the name of its metric: `nps`, `enps` (0-10), `csat` (1-5), `ces` (CES 2.0, 1-7), `psat`
    /// (yes or no), `psat_5`, `psat_7` or `pmf` (product-market fit), with wording in English, German, French,
    /// Spanish, Danish and Finnish. `{company}`, `{subject}` and `{product}` are filled from attributes.
    ///
    /// ```
    /// use heedful::survey::{Context, Session, Survey};
    ///
    /// let attributes = vec![("company".to_owned(), "Northwind".to_owned())];
    /// let session = Session::start(Survey::preset("nps")?, Context { attributes, ..Context::default() })?;
    /// assert_eq!(session.step().text, "How likely are you to recommend Northwind to a friend or colleague?");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name`.
    pub fn preset(name: &str) -> Result<Self> {
        match PRESETS.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::from_json(text),
            None => {
                let known = Self::presets().collect::<Vec<_>>().join(", ");
                let message = format!("no survey is called `{name}`: known are {known}");
                Err(Error::new(ErrorCode::UnknownName, message))
            }
        }
    }

    /// The names that [`Survey::preset`] knows.
    ///
    /// ```
    /// use heedful::survey::Survey;
    ///
    /// assert!(Survey::presets().any(|name| name == "ces"));
    /// for name in Survey::presets() {
    ///     assert!(Survey::preset(name)?.languages.contains(&"fi".to_owned()));
    /// }
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }
}
