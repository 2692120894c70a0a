//! Scoring rules: a metric is a scale plus a declared rule.

use serde::Serialize;

use super::config::{self, Config, deserialized, invalid, names, options, unknown};
use super::error::{Error, ErrorCode, Result};
use super::json::Json;
use super::order::sort_by;
use super::scale::{Reading, Scale};

/// How a metric turns points into a score.
///
/// Every rule gives each point of the scale a value, and the score is the mean of these values over
/// the rated responses.
///
/// ```
/// use heedful::{Metric, Rule, Scale, Score};
/// let top_three = Metric::new("top_three", Scale::preset("0-10")?, Rule::Top { boxes: 3 })?;
/// let net = Rule::Net { positive: [9.0, 10.0], negative: [0.0, 6.0] };
/// let net = Metric::new("net", Scale::preset("0-10")?, net)?;
/// let value = |metric: &Metric| Score::of(metric, [10, 8, 7, 2]).map(|score| score.value);
/// assert_eq!((value(&top_three)?, value(&net)?), (Some(50.0), Some(0.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
// Each kind of rule apart, which says more than how it is read.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive] // further rules of the field may come
pub enum Rule {
    /// 100 times the share of responses in `positive` less the share in `negative`: -100 to 100.
    /// Both ranges are inclusive.
    Net {
        /// Lowest and highest point that counts for.
        positive: [f64; 2],
        /// Lowest and highest point that counts against.
        negative: [f64; 2],
    },
    /// 100 times the share of responses in the highest `boxes` points: 0 to 100.
    Top {
        /// How many points count.
        #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
        boxes: usize,
    },
    /// 100 times the share of responses in the lowest `boxes` points: 0 to 100.
    Bottom {
        /// How many points count.
        #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
        boxes: usize,
    },
    /// The mean of the points, in points of the scale.
    Mean,
    /// The mean with the lowest point set to 0 and the highest to 100, as the American Customer
    /// Satisfaction Index does for one question.
    Rescaled,
}

impl Config for Rule {
    fn read(json: &Json) -> Result<Self> {
        let (mut kind, mut positive, mut negative, mut boxes) = (String::new(), None, None, None);
        let mut object = config::Object::of(json)?;
        object.needs("type", &mut kind);
        object.takes("positive", &mut positive);
        object.takes("negative", &mut negative);
        object.takes("boxes", &mut boxes);
        object.finish()?;
        match (kind.as_str(), positive, negative, boxes) {
            ("net", Some(positive), Some(negative), None) => Ok(Self::Net { positive, negative }),
            ("top", None, None, Some(boxes)) => Ok(Self::Top { boxes }),
            ("bottom", None, None, Some(boxes)) => Ok(Self::Bottom { boxes }),
            ("mean", None, None, None) => Ok(Self::Mean),
            ("rescaled", None, None, None) => Ok(Self::Rescaled),
            ("net", ..) => Err(invalid("a net has `positive` and `negative` and nothing else")),
            ("top" | "bottom", ..) => Err(invalid("boxes have `boxes` and nothing else")),
            ("mean" | "rescaled", ..) => Err(invalid("a mean has nothing else")),
            _ => {
                Err(unknown("variant", &kind, &["net", "top", "bottom", "mean", "rescaled"])
                    .at("type"))
            }
        }
    }
}

deserialized!(Rule);

/// Whether a higher or a lower score is the good news.
///
/// ```
/// use heedful::{Better, Metric};
/// assert_eq!(Metric::preset("ces_1")?.better(), Better::Lower); // an effort score from before 2.0
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better: nearly every metric.
    #[default]
    Higher,
    /// Less is better: customer effort as first published.
    Lower,
}

names!(Better { Higher = "higher", Lower = "lower" });

/// A named range of points; both ends belong to it.
///
/// ```
/// let nps = heedful::Metric::nps();
/// let detractors = &nps.bands()[0];
/// assert_eq!((detractors.name.as_str(), detractors.from, detractors.to), ("detractor", 0.0, 6.0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// For example `promoter`.
    pub name: String,
    /// Lowest point.
    pub from: f64,
    /// Highest point.
    pub to: f64,
}

options!(Band, needs [name, from, to], takes [], from Self { name: String::new(), from: 0.0, to: 0.0 });

/// The shape of a rule's values, which decides the kind of interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// -100, 0 and 100.
    Net,
    /// 0 and 100.
    Share,
    /// Anything else.
    Mean,
}

/// A scale plus a declared scoring rule. Never inferred from the data.
///
/// In JSON a metric is the name of a preset (`"nps"`) or an object:
/// `{"name": "csat", "scale": "1-5", "rule": {"type": "top", "boxes": 2}}`, with optional `bands`
/// (`[{"name": "satisfied", "from": 4, "to": 5}]`, ranges that do not overlap) and `better`
/// (`"higher"`, `"lower"`).
///
/// ```
/// use heedful::{Metric, Rule, Scale};
///
/// let metric = Metric::new("csat", Scale::preset("0-10")?, Rule::Top { boxes: 3 })?;
/// assert_eq!(metric.value(7), Some(0.0));
/// assert_eq!(metric.value(8), Some(100.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(schema_with = "schema"))]
pub struct Metric {
    name: String,
    scale: Scale,
    rule: Rule,
    bands: Vec<Band>,
    better: Better,
    #[serde(skip)]
    values: Vec<f64>,
}

/// The presets, in the order of the documentation.
const PRESETS: &[&str] = &[
    "nps",
    "enps",
    "csat",
    "csat_mean",
    "csat_rescaled",
    "ces",
    "ces_top",
    "ces_net",
    "ces_1",
    "psat",
    "psat_5",
    "psat_7",
    "stars",
    "thumbs",
    "smileys",
    "pmf",
    "acsi",
];

impl Metric {
    /// A metric by its name.
    ///
    /// | name | scale | rule |
    /// | --- | --- | --- |
    /// | `nps`, `enps` | 0-10 | share of 9-10 less share of 0-6 |
    /// | `csat` | 1-5 | share of 4-5 (top 2) |
    /// | `csat_mean` | 1-5 | mean |
    /// | `csat_rescaled` | 1-5 | mean with 1 as 0 and 5 as 100 |
    /// | `ces` | 1-7 | mean (CES 2.0: 7 is "strongly agree that it was easy") |
    /// | `ces_top` | 1-7 | share of 5-7 |
    /// | `ces_net` | 1-7 | share of 5-7 less share of 1-3 |
    /// | `ces_1` | 1-5 | mean effort (CES 1.0: lower is better) |
    /// | `psat` | binary | share of yes |
    /// | `psat_5`, `psat_7` | 1-5, 1-7 | share of the top 2 |
    /// | `stars` | 1-5 | mean |
    /// | `thumbs` | thumbs | share of up |
    /// | `smileys` | smileys | share of happy less share of unhappy |
    /// | `pmf` | disappointment | share of "very disappointed" without the product |
    /// | `acsi` | 1-10 | mean with 1 as 0 and 10 as 100 |
    ///
    /// ```
    /// let stars = heedful::Metric::preset("stars")?;
    /// assert_eq!((stars.name(), stars.range()), ("stars", (1.0, 5.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name`.
    pub fn preset(name: &str) -> Result<Self> {
        let net = |positive, negative| Rule::Net { positive, negative };
        let bands = |list: &[(&str, u8, u8)]| {
            list.iter()
                .map(|(name, from, to)| Band {
                    name: (*name).to_owned(),
                    from: f64::from(*from),
                    to: f64::from(*to),
                })
                .collect::<Vec<_>>()
        };
        let nps = [("detractor", 0, 6), ("passive", 7, 8), ("promoter", 9, 10)];
        let csat = [("dissatisfied", 1, 2), ("neutral", 3, 3), ("satisfied", 4, 5)];
        let ces = [("difficult", 1, 3), ("neutral", 4, 4), ("easy", 5, 7)];
        let (scale, rule, bands) = match name {
            "nps" | "enps" => ("0-10", net([9.0, 10.0], [0.0, 6.0]), bands(&nps)),
            "csat" => ("1-5", Rule::Top { boxes: 2 }, bands(&csat)),
            "csat_mean" | "stars" => ("1-5", Rule::Mean, bands(&csat)),
            "csat_rescaled" => ("1-5", Rule::Rescaled, bands(&csat)),
            "ces" => ("1-7", Rule::Mean, bands(&ces)),
            "ces_top" => ("1-7", Rule::Top { boxes: 3 }, bands(&ces)),
            "ces_net" => ("1-7", net([5.0, 7.0], [1.0, 3.0]), bands(&ces)),
            "ces_1" => (
                "1-5",
                Rule::Mean,
                bands(&[("low_effort", 1, 2), ("neutral", 3, 3), ("high_effort", 4, 5)]),
            ),
            "psat" => (
                "binary",
                Rule::Top { boxes: 1 },
                bands(&[("dissatisfied", 0, 0), ("satisfied", 1, 1)]),
            ),
            "psat_5" => ("1-5", Rule::Top { boxes: 2 }, bands(&csat)),
            "psat_7" => (
                "1-7",
                Rule::Top { boxes: 2 },
                bands(&[("dissatisfied", 1, 3), ("neutral", 4, 5), ("satisfied", 6, 7)]),
            ),
            "thumbs" => ("thumbs", Rule::Top { boxes: 1 }, bands(&[("down", 0, 0), ("up", 1, 1)])),
            "smileys" => (
                "smileys",
                net([3.0, 3.0], [1.0, 1.0]),
                bands(&[("unhappy", 1, 1), ("neutral", 2, 2), ("happy", 3, 3)]),
            ),
            "pmf" => (
                "disappointment",
                Rule::Top { boxes: 1 },
                bands(&[
                    ("not_disappointed", 1, 1),
                    ("somewhat_disappointed", 2, 2),
                    ("very_disappointed", 3, 3),
                ]),
            ),
            "acsi" => {
                ("1-10", Rule::Rescaled, bands(&[("low", 1, 4), ("middle", 5, 7), ("high", 8, 10)]))
            }
            _ => {
                return Err(Error::new(
                    ErrorCode::UnknownName,
                    format!("no metric is called `{name}`: known are {}", PRESETS.join(", ")),
                ));
            }
        };
        let better = if name == "ces_1" { Better::Lower } else { Better::Higher };
        Self::build(name, Scale::preset(scale)?, rule, Some(bands), better)
    }

    /// The names that [`Metric::preset`] knows.
    ///
    /// ```
    /// assert!(heedful::Metric::presets().contains(&"enps"));
    /// ```
    #[must_use]
    pub fn presets() -> &'static [&'static str] {
        PRESETS
    }

    /// Net promoter score on 0-10.
    ///
    /// ```
    /// let nps = heedful::Metric::nps();
    /// // What a 0, a 7 and a 9 contribute; the score is the mean.
    /// assert_eq!([0, 7, 9].map(|point| nps.value(point)), [Some(-100.0), Some(0.0), Some(100.0)]);
    /// ```
    #[must_use]
    pub fn nps() -> Self {
        Self::known("nps")
    }

    /// Customer satisfaction: share of the top 2 of 5.
    ///
    /// ```
    /// assert_eq!(heedful::Metric::csat().range(), (0.0, 100.0));
    /// ```
    #[must_use]
    pub fn csat() -> Self {
        Self::known("csat")
    }

    /// Customer effort score 2.0: mean on 1-7.
    ///
    /// ```
    /// assert_eq!(heedful::Metric::ces().range(), (1.0, 7.0));
    /// ```
    #[must_use]
    pub fn ces() -> Self {
        Self::known("ces")
    }

    fn known(name: &str) -> Self {
        #[expect(clippy::expect_used, reason = "a test builds every preset")]
        Self::preset(name).expect("a preset")
    }

    /// A metric of your own. Bands follow from the rule (`negative`, `neutral`, `positive` for a
    /// net; `rest` and `top` or `bottom` for boxes; none for means) unless set by
    /// [`Metric::with_bands`].
    ///
    /// ```
    /// use heedful::{Metric, Rule, Scale};
    /// let best = Metric::new("best", Scale::preset("1-5")?, Rule::Top { boxes: 1 })?;
    /// assert_eq!(best.value(4), Some(100.0)); // the fifth point
    /// assert!(Metric::new("all", Scale::preset("1-5")?, Rule::Top { boxes: 5 }).is_err());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` where the rule does not fit the scale: ranges that overlap, are empty or
    /// upside down, boxes that are none or all of the points.
    pub fn new(name: &str, scale: Scale, rule: Rule) -> Result<Self> {
        Self::build(name, scale, rule, None, Better::Higher)
    }

    /// The same metric with other bands. Bands may leave points out but must not overlap.
    ///
    /// ```
    /// use heedful::{Band, Metric};
    /// let band = |name: &str, from, to| Band { name: name.to_owned(), from, to };
    /// let tiers = Metric::nps().with_bands(vec![band("angry", 0.0, 2.0), band("rest", 3.0, 10.0)])?;
    /// assert_eq!(tiers.band(2).unwrap().name, "angry");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for bands that overlap, hold no point, or share a name.
    pub fn with_bands(self, bands: Vec<Band>) -> Result<Self> {
        Self::build(&self.name, self.scale, self.rule, Some(bands), self.better)
    }

    /// The same metric with another good direction.
    ///
    /// ```
    /// use heedful::{Better, Metric};
    /// assert_eq!(Metric::ces().with_better(Better::Lower).better(), Better::Lower);
    /// ```
    #[must_use]
    pub fn with_better(mut self, better: Better) -> Self {
        self.better = better;
        self
    }

    /// Reads a metric from JSON: an object, or a preset's name in quotes.
    ///
    /// ```
    /// use heedful::Metric;
    /// let own = Metric::from_json(r#"{"name": "own", "scale": "1-5", "rule": {"type": "top", "boxes": 1}}"#)?;
    /// assert_eq!((own.name(), own.value(4)), ("own", Some(100.0)));
    /// assert_eq!(Metric::from_json(r#""nps""#)?, Metric::nps());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json` where the text is not JSON, `invalid-config` with a path where it is not a metric.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// For example `nps`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The points a respondent can choose.
    ///
    /// ```
    /// let nps = heedful::Metric::nps();
    /// assert_eq!((nps.scale().min(), nps.scale().max()), (0.0, 10.0));
    /// ```
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// How points become a score.
    ///
    /// ```
    /// use heedful::{Metric, Rule};
    /// assert_eq!(Metric::csat().rule(), Rule::Top { boxes: 2 });
    /// ```
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The bands, from the lowest to the highest.
    ///
    /// ```
    /// let nps = heedful::Metric::nps();
    /// let bands: Vec<_> = nps.bands().iter().map(|band| (band.name.as_str(), band.from, band.to)).collect();
    /// assert_eq!(bands, [("detractor", 0.0, 6.0), ("passive", 7.0, 8.0), ("promoter", 9.0, 10.0)]);
    /// ```
    #[must_use]
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// The good direction.
    #[must_use]
    pub fn better(&self) -> Better {
        self.better
    }

    /// What the point with this index contributes: a score is the mean of these values.
    ///
    /// ```
    /// assert_eq!(heedful::Metric::csat().value(3), Some(100.0)); // the fourth point, a 4
    /// ```
    #[must_use]
    pub fn value(&self, index: usize) -> Option<f64> {
        self.values.get(index).copied()
    }

    /// The band of the point with this index.
    ///
    /// ```
    /// assert_eq!(heedful::Metric::nps().band(7).unwrap().name, "passive");
    /// ```
    #[must_use]
    pub fn band(&self, index: usize) -> Option<&Band> {
        let point = *self.scale.points().get(index)?;
        self.bands.iter().find(|b| point >= b.from && point <= b.to)
    }

    /// The band of a rating; `None` where it is missing (NaN), or in no band.
    ///
    /// ```
    /// use heedful::{ErrorCode, Metric};
    /// let nps = Metric::nps();
    /// assert_eq!(nps.band_of(9.0)?.unwrap().name, "promoter");
    /// assert_eq!(nps.band_of(f64::NAN)?, None);
    /// assert_eq!(nps.band_of(6.5).unwrap_err().code(), ErrorCode::RatingInvalid);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `rating-invalid` and `rating-out-of-range` for what is no point of the scale.
    pub fn band_of(&self, rating: f64) -> Result<Option<&Band>> {
        match self.scale.classify(rating) {
            Reading::Point(index) => Ok(self.band(index)),
            reading => self.scale.refusal(reading, rating).map_or(Ok(None), Err),
        }
    }

    /// The lowest and highest score there can be.
    ///
    /// ```
    /// assert_eq!(heedful::Metric::nps().range(), (-100.0, 100.0));
    /// ```
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        match self.rule {
            Rule::Net { .. } => (-100.0, 100.0),
            Rule::Top { .. } | Rule::Bottom { .. } | Rule::Rescaled => (0.0, 100.0),
            Rule::Mean => (self.scale.min(), self.scale.max()),
        }
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.rule {
            Rule::Net { .. } => Kind::Net,
            Rule::Top { .. } | Rule::Bottom { .. } => Kind::Share,
            Rule::Mean | Rule::Rescaled => Kind::Mean,
        }
    }

    fn build(
        name: &str,
        scale: Scale,
        rule: Rule,
        bands: Option<Vec<Band>>,
        better: Better,
    ) -> Result<Self> {
        let points = scale.points();
        let values = rule_values(rule, points)?;
        let mut bands = bands.unwrap_or_else(|| rule_bands(rule, points));
        sort_by(&mut bands, |a, b| a.from.total_cmp(&b.from));
        for (i, band) in bands.iter().enumerate() {
            let bad = |why: &str| {
                let message = format!("band `{}` {why}", band.name);
                Err(Error::new(ErrorCode::InvalidArgument, message).at(format!("bands[{i}]")))
            };
            if !points.iter().any(|p| *p >= band.from && *p <= band.to) {
                return bad("holds no point of the scale");
            }
            let mut others = bands.iter().skip(i + 1);
            if bands.get(i + 1).is_some_and(|next| next.from <= band.to) {
                return bad("overlaps the next");
            }
            if others.any(|other| other.name == band.name) {
                return bad("occurs twice");
            }
        }
        Ok(Self { name: name.to_owned(), scale, rule, bands, better, values })
    }
}

config::written!(Metric, r#"{"scale": "0-10", "rule": {"type": "top", "boxes": 3}}"#);

fn rule_values(rule: Rule, points: &[f64]) -> Result<Vec<f64>> {
    let count = points.len();
    let min = points.first().copied().unwrap_or_default();
    let max = points.last().copied().unwrap_or_default();
    let bad = |path: &str, why: &str| {
        Err(Error::new(ErrorCode::InvalidArgument, why).at(format!("rule.{path}")))
    };
    let boxes_fit = |boxes: usize| boxes >= 1 && boxes < count;
    Ok(match rule {
        Rule::Net { positive, negative } => {
            let holds = |[from, to]: [f64; 2], p: f64| p >= from && p <= to;
            for (path, range) in [("positive", positive), ("negative", negative)] {
                if !points.iter().any(|p| holds(range, *p)) {
                    return bad(path, "the range holds no point of the scale");
                }
            }
            if points.iter().any(|p| holds(positive, *p) && holds(negative, *p)) {
                return bad("negative", "the positive and the negative range overlap");
            }
            let value = |p: f64| {
                100.0 * f64::from(i8::from(holds(positive, p)) - i8::from(holds(negative, p)))
            };
            points.iter().map(|p| value(*p)).collect()
        }
        Rule::Top { boxes } | Rule::Bottom { boxes } if !boxes_fit(boxes) => {
            return bad("boxes", "boxes must be at least one and fewer than the points");
        }
        Rule::Top { boxes } => {
            (0..count).map(|i| if i + boxes >= count { 100.0 } else { 0.0 }).collect()
        }
        Rule::Bottom { boxes } => (0..count).map(|i| if i < boxes { 100.0 } else { 0.0 }).collect(),
        Rule::Mean => points.to_vec(),
        Rule::Rescaled => points.iter().map(|p| 100.0 * (p - min) / (max - min)).collect(),
    })
}

fn rule_bands(rule: Rule, points: &[f64]) -> Vec<Band> {
    let first = points.first().copied().unwrap_or_default();
    let last = points.last().copied().unwrap_or_default();
    let band = |name: &str, from: f64, to: f64| Band { name: name.to_owned(), from, to };
    // The points from index `from` up to, but not with, index `to`.
    let boxes = |name: &str, from: usize, to: usize| {
        let at = |i: usize| points.get(i).copied().unwrap_or(last);
        band(name, at(from), at(to.saturating_sub(1)))
    };
    match rule {
        Rule::Net { positive, negative } => {
            let mut bands = vec![
                band("negative", negative[0], negative[1]),
                band("positive", positive[0], positive[1]),
            ];
            // Neutral is a band only where its points lie together between the other two.
            let inside = |b: &Band, p: f64| p >= b.from && p <= b.to;
            let rest: Vec<f64> =
                points.iter().copied().filter(|p| !bands.iter().any(|b| inside(b, *p))).collect();
            if let (Some(&from), Some(&to)) = (rest.first(), rest.last()) {
                let neutral = band("neutral", from, to);
                if !bands.iter().any(|b| {
                    inside(&neutral, b.from.max(first)) || inside(&neutral, b.to.min(last))
                }) {
                    bands.push(neutral);
                }
            }
            bands
        }
        Rule::Top { boxes: k } => {
            let split = points.len().saturating_sub(k);
            vec![boxes("rest", 0, split), boxes("top", split, points.len())]
        }
        Rule::Bottom { boxes: k } => {
            vec![boxes("bottom", 0, k), boxes("rest", k, points.len())]
        }
        Rule::Mean | Rule::Rescaled => Vec::new(),
    }
}

/// A metric that is not a preset, as JSON has it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, deny_unknown_fields))]
struct Object {
    /// For example `csat`.
    #[cfg_attr(feature = "schema", schemars(default = "custom"))]
    name: String,
    scale: Scale,
    rule: Rule,
    /// Ranges that do not overlap; those of the rule where not set.
    bands: Option<Vec<Band>>,
    #[cfg_attr(feature = "schema", schemars(default))]
    better: Better,
}

options!(Object, needs [scale, rule], takes [name, bands, better], from Self {
    name: "custom".to_owned(),
    scale: Scale::preset("0-10")?,
    rule: Rule::Mean,
    bands: None,
    better: Better::Higher,
});

#[cfg(feature = "schema")]
fn custom() -> String {
    "custom".to_owned()
}

#[cfg(feature = "schema")]
fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [{ "enum": PRESETS }, generator.subschema_for::<Object>()] })
}

impl Config for Metric {
    fn read(json: &Json) -> Result<Self> {
        match json {
            Json::Text(name) => Self::preset(name),
            Json::Object(_) => {
                let o = Object::read(json)?;
                Self::build(&o.name, o.scale, o.rule, o.bands, o.better)
            }
            _ => Err(json.refused("the name of a metric or an object with scale and rule")),
        }
    }
}

deserialized!(Metric);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_builds_and_survives_json() {
        for name in Metric::presets() {
            let metric = Metric::preset(name).unwrap();
            assert_eq!(metric.name(), *name);
            assert_eq!(Metric::from_json(&metric.to_json()).unwrap(), metric);
            assert_eq!(Metric::from_json(&format!("\"{name}\"")).unwrap(), metric);
            let (low, high) = metric.range();
            assert!(metric.values().iter().all(|v| *v >= low && *v <= high));
            for index in 0..metric.scale().points().len() {
                assert!(metric.band(index).is_some(), "{name} leaves a point without a band");
            }
        }
    }

    #[test]
    fn a_rule_must_fit_its_scale() {
        let five = || Scale::integers(1, 5).unwrap();
        let net = |positive, negative| Rule::Net { positive, negative };
        for (rule, path) in [
            (net([4.0, 5.0], [1.0, 4.0]), "rule.negative"),
            (net([6.0, 7.0], [1.0, 2.0]), "rule.positive"),
            (net([5.0, 4.0], [1.0, 2.0]), "rule.positive"),
            (net([f64::NAN, 5.0], [1.0, 2.0]), "rule.positive"),
            (Rule::Top { boxes: 0 }, "rule.boxes"),
            (Rule::Bottom { boxes: 5 }, "rule.boxes"),
        ] {
            let error = Metric::new("x", five(), rule).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, path));
        }
        let error = Metric::from_json(r#"{"scale":"1-5","rule":{"type":"tip"}}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, "rule.type"));
        let error =
            Metric::from_json(r#"{"scale":"1-5","rule":{"type":"mean"},"x":1}"#).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidConfig);
    }

    #[test]
    fn derived_bands_cover_what_they_can() {
        let scale = Scale::integers(1, 7).unwrap();
        let names = |rule| -> Vec<String> {
            let metric = Metric::new("x", scale.clone(), rule).unwrap();
            metric.bands().iter().map(|b| format!("{} {}-{}", b.name, b.from, b.to)).collect()
        };
        let net = Rule::Net { positive: [6.0, 7.0], negative: [1.0, 3.0] };
        assert_eq!(names(net), ["negative 1-3", "neutral 4-5", "positive 6-7"]);
        let middle = Rule::Net { positive: [6.0, 6.0], negative: [2.0, 3.0] };
        assert_eq!(names(middle), ["negative 2-3", "positive 6-6"]);
        assert_eq!(names(Rule::Top { boxes: 2 }), ["rest 1-5", "top 6-7"]);
        assert_eq!(names(Rule::Bottom { boxes: 2 }), ["bottom 1-2", "rest 3-7"]);
    }
}
