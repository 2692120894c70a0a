//! How a model is trained.

use serde::Serialize;

use crate::base::config::{self, Config, deserialized, names, options};
use crate::base::json::Json;
use crate::text::Language;
use crate::{Error, ErrorCode, Result};

/// What a threshold is chosen for. Chosen on comments that the model at hand was not trained on (by
/// cross-validation), for each reason apart. A share or probability lies between 0 and 1, neither included.
///
/// ```
/// use heedful::{Aim, Labels, Model, ModelOptions};
///
/// let aim = ModelOptions::from_json(r#"{"aim": {"probability": 0.9}}"#)?.aim;
/// assert_eq!(aim, Aim::Probability(0.9));
/// let texts = ["late again", "so late", "late parcel", "too dear", "dear stuff", "dear me"];
/// let labels = Labels::single(["delay", "delay", "delay", "price", "price", "price"].map(Some))?;
/// let model = Model::fit(&texts, &labels, &ModelOptions::default())?.with_aim(Some("price"), aim)?;
/// assert!(model.thresholds()[1].is_some_and(|threshold| (threshold - 0.9).abs() < 1e-9));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further aims may come
pub enum Aim {
    /// The best balance: the largest F1. A reason that texts do not tell (its finds are no more often right than
    /// chance, and wrong more often than right) is not given at all.
    F1,
    /// To find this share (0 to 1) of the comments that have the reason, as precisely as that allows.
    Recall(f64),
    /// That this share (0 to 1) of what is found is right; where that cannot be had, the highest there is.
    Precision(f64),
    /// A calibrated probability of at least this (0 to 1).
    Probability(f64),
}

impl Config for Aim {
    fn read(json: &Json) -> Result<Self> {
        let Json::Object(fields) = json else {
            return config::named(json, &["f1"], &[Self::F1]);
        };
        let [(name, share)] = fields.as_slice() else {
            return Err(json.refused("`f1` or an object with one aim"));
        };
        let share = f64::read(share).map_err(|error| error.below(name));
        match name.as_str() {
            "recall" => share.map(Self::Recall),
            "precision" => share.map(Self::Precision),
            "probability" => share.map(Self::Probability),
            _ => {
                Err(config::unknown("variant", name, &["f1", "recall", "precision", "probability"]))
            }
        }
    }
}

deserialized!(Aim);

impl Aim {
    pub(super) fn check(self) -> Result<()> {
        let ok = match self {
            Self::F1 => true,
            Self::Recall(share) | Self::Precision(share) | Self::Probability(share) => {
                share > 0.0 && share < 1.0
            }
        };
        if ok {
            return Ok(());
        }
        Err(Error::new(ErrorCode::InvalidArgument, "an aim must lie between 0 and 1").at("aim"))
    }
}

/// How much a comment that has a reason weighs against one that has not.
///
/// ```
/// use heedful::{ClassWeight, ModelOptions};
///
/// let options = ModelOptions::from_json(r#"{"class_weight": "balanced"}"#)?;
/// assert_eq!(options.class_weight, ClassWeight::Balanced);
/// assert_eq!(ModelOptions::default().class_weight, ClassWeight::Moderate);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClassWeight {
    /// All the same.
    Equal,
    /// Comments with a rare reason weigh more: by the fourth root of how many times fewer they are.
    #[default]
    Moderate,
    /// Both sides weigh the same in sum.
    Balanced,
}

names!(ClassWeight { Equal = "equal", Moderate = "moderate", Balanced = "balanced" });

/// Which features are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct Recipe {
    pub(super) grams: [u8; 2],
    pub(super) window: u8,
}

options!(Recipe, needs [grams, window], takes [], from Self::default());

/// How a [`Model`](super::Model) is trained.
///
/// ```
/// use heedful::{Aim, ModelOptions, text::Language};
/// let options = ModelOptions::from_json(r#"{"language": "de", "aim": {"recall": 0.9}}"#)?;
/// assert_eq!(options, ModelOptions::default().language(Language::German).aim(Aim::Recall(0.9)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ModelOptions {
    /// The language of the comments. Where not set, that of the mapper that learns; of a model by itself, English.
    pub language: Option<Language>,
    /// What the thresholds are chosen for.
    pub aim: Aim,
    /// Weight of the reasons against each other.
    pub class_weight: ClassWeight,
    /// How much an error costs against a large weight, above 0, at most a million: higher follows the labels
    /// more closely.
    pub cost: f64,
    /// Shortest and longest group of characters inside words, 1 to 8; `[0, 0]` for none.
    pub grams: [u8; 2],
    /// How far apart two words may stand to be a pair, up to 32; 0 for no pairs.
    pub window: u8,
    /// A feature in fewer comments than this is not used.
    pub least: u32,
    /// At most so many features; the most frequent are kept. 131,072 keeps a model of ten reasons below 2 MB.
    pub most: u32,
    /// Parts of the cross-validation that calibrates probabilities and thresholds, 2 to 20. Where not set, 10 for up
    /// to 5,000 labelled comments and 4 for more: more parts are nearer to what a model of all comments will do.
    pub folds: Option<u8>,
    /// Passes over the comments, at most; 1 to 1,000.
    pub passes: u16,
    /// Where the order of learning starts from.
    pub seed: u64,
}

options!(ModelOptions, takes [language, aim, class_weight, cost, grams, window, least, most, folds, passes, seed], from Self::default());

impl Default for ModelOptions {
    fn default() -> Self {
        Self {
            language: None,
            aim: Aim::F1,
            class_weight: ClassWeight::default(),
            cost: 1.0,
            grams: [2, 5],
            window: 12,
            least: 2,
            most: 1 << 17,
            folds: None,
            passes: 6,
            seed: 0,
        }
    }
}

impl ModelOptions {
    /// Reads options; unknown fields are errors.
    ///
    /// # Errors
    ///
    /// `json`, `invalid-config` and `invalid-argument` with the path to what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        let options: Self = config::read(text)?;
        options.check()?;
        Ok(options)
    }

    /// Sets the language of the comments.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Sets what the thresholds are chosen for.
    #[must_use]
    pub fn aim(mut self, aim: Aim) -> Self {
        self.aim = aim;
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    pub(super) fn recipe(&self) -> Recipe {
        Recipe { grams: self.grams, window: self.window }
    }

    pub(super) fn folds_for(&self, comments: usize) -> usize {
        self.folds.map_or(if comments <= 5000 { 10 } else { 4 }, usize::from)
    }

    pub(super) fn check(&self) -> Result<()> {
        self.aim.check()?;
        let [shortest, longest] = self.grams;
        let checks = [
            (self.cost > 0.0 && self.cost <= 1e6, "cost", "must be above 0 and at most a million"),
            (
                (shortest >= 1 && shortest <= longest && longest <= 8) || self.grams == [0, 0],
                "grams",
                "must be two lengths between 1 and 8, the shorter first",
            ),
            (self.window <= 32, "window", "must be at most 32"),
            (self.most >= 1 && self.most <= 1 << 24, "most", "must lie between 1 and 16777216"),
            (
                self.folds.is_none_or(|folds| (2..=20).contains(&folds)),
                "folds",
                "must lie between 2 and 20",
            ),
            ((1..=1000).contains(&self.passes), "passes", "must lie between 1 and 1000"),
        ];
        for (ok, field, message) in checks {
            if !ok {
                let message = format!("{field} {message}");
                return Err(Error::new(ErrorCode::InvalidArgument, message).at(field));
            }
        }
        Ok(())
    }
}

config::written!(ModelOptions, r#"{}"#);
