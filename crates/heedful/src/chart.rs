//! Roof: results as charts, in the JSON that Vega-Lite draws.

use serde_json::{Value, json};

use crate::monitor::detect::Detection;
use crate::monitor::health::backtest::HealthBacktestReport;
use crate::monitor::health::fit::FittedScorecard;
use crate::stats::CalibrationBin;

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";

fn number(field: &str, title: &str) -> Value {
    json!({"field": field, "type": "quantitative", "title": title})
}

/// Probabilities against shares with their intervals, and the line on which they would be the same.
fn calibration(title: &str, bins: &[CalibrationBin]) -> Value {
    let rows: Vec<Value> = bins
        .iter()
        .map(|bin| {
            json!({
                "predicted": bin.predicted,
                "observed": bin.observed,
                "lower": bin.interval.lower,
                "upper": bin.interval.upper,
                "n": bin.n,
            })
        })
        .collect();
    let most = bins.iter().map(|bin| bin.predicted.max(bin.interval.upper)).fold(0.0, f64::max);
    let x = number("predicted", "probability to leave");
    let y = |field: &str| number(field, "share that left");
    json!({
        "$schema": SCHEMA,
        "title": title,
        "width": 320,
        "height": 320,
        "data": {"values": rows},
        "layer": [
            {
                "data": {"values": [{"predicted": 0, "observed": 0}, {"predicted": most, "observed": most}]},
                "mark": {"type": "line", "color": "#999999", "strokeDash": [4, 2]},
                "encoding": {"x": x, "y": y("observed")},
            },
            {
                "mark": {"type": "rule", "color": "#3182bd"},
                "encoding": {"x": x, "y": y("lower"), "y2": {"field": "upper"}},
            },
            {
                "mark": {"type": "point", "filled": true, "color": "#3182bd", "size": 60},
                "encoding": {"x": x, "y": y("observed"), "tooltip": {"field": "n", "type": "quantitative"}},
            },
        ],
    })
}

impl FittedScorecard {
    /// The calibration curve on accounts that were held out, as a Vega-Lite chart (version 5), data included.
    ///
    /// ```
    /// use heedful::health::ScorecardFit;
    /// use heedful::{Column, Responses};
    /// let accounts: Vec<usize> = (0..600).collect();
    /// let logins = accounts.iter().map(|i| (i * 7 % 40) as f64);
    /// let left = accounts.iter().map(|i| u8::from(i * 7 % 40 < i * 11 % 30));
    /// let table = Responses::new()
    ///     .with("logins", Column::numbers(logins.collect::<Vec<_>>()))?
    ///     .with("left", Column::numbers(left.collect::<Vec<_>>()))?;
    /// let chart = ScorecardFit::new("left", ["logins"]).run(&table)?.calibration_chart("Held out");
    /// assert_eq!(chart["title"], "Held out");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn calibration_chart(&self, title: &str) -> Value {
        calibration(title, &self.calibration)
    }
}

impl HealthBacktestReport {
    /// The calibration curve as a Vega-Lite chart (version 5), data included.
    ///
    /// ```
    /// use heedful::health::{HealthBacktest, Measure, MeasureGroup, Points, Scorecard};
    /// use heedful::{Column, Responses};
    ///
    /// let table = Responses::new()
    ///     .with("account", Column::numbers((0..200).collect::<Vec<i64>>()))?
    ///     .with("logins", Column::numbers((0..200).map(|i| f64::from(i % 20)).collect::<Vec<f64>>()))?
    ///     .with("left", Column::numbers((0..200).map(|i| u8::from((i * 7 % 11) > i % 20)).collect::<Vec<u8>>()))?;
    /// let points = Points::Linear(vec![[0.0, 0.0], [19.0, 100.0]]);
    /// let card = Scorecard::new("use", vec![MeasureGroup::new("use", 1.0, vec![Measure::new("logins", points)])])?;
    /// let report = HealthBacktest::new(card, "account", "left").run(&table, 0)?;
    /// let curve = report.calibration_chart("calibration");
    /// assert_eq!(curve["data"]["values"][0]["n"], report.calibration[0].n);
    /// let lift = report.lift_chart("lift");
    /// assert_eq!(lift["layer"][0]["data"]["values"][0]["rate"], report.deciles[0].rate.unwrap());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn calibration_chart(&self, title: &str) -> Value {
        calibration(title, &self.calibration)
    }

    /// The share that left in each decile with its interval, from the least healthy, beside that of all accounts, as a
    /// Vega-Lite chart (version 5), data included.
    #[must_use]
    pub fn lift_chart(&self, title: &str) -> Value {
        let rows: Vec<Value> = self
            .deciles
            .iter()
            .map(|decile| {
                json!({
                    "decile": decile.name,
                    "rate": decile.rate,
                    "lower": decile.interval.map(|interval| interval.lower),
                    "upper": decile.interval.map(|interval| interval.upper),
                    "lift": decile.lift,
                })
            })
            .collect();
        let names: Vec<&str> = self.deciles.iter().map(|decile| decile.name.as_str()).collect();
        let x = json!({"field": "decile", "type": "ordinal", "sort": names, "title": "decile of health, the lowest first"});
        let y = |field: &str| number(field, "share that left");
        let all = self.events as f64 / self.n as f64;
        json!({
            "$schema": SCHEMA,
            "title": title,
            "width": 320,
            "height": 320,
            "layer": [
                {
                    "data": {"values": rows},
                    "mark": {"type": "bar", "color": "#9ecae1"},
                    "encoding": {"x": x, "y": y("rate"), "tooltip": {"field": "lift", "type": "quantitative"}},
                },
                {
                    "data": {"values": rows},
                    "mark": {"type": "rule", "color": "#333333"},
                    "encoding": {"x": x, "y": y("lower"), "y2": {"field": "upper"}},
                },
                {
                    "data": {"values": [{"rate": all}]},
                    "mark": {"type": "rule", "color": "#d62728", "strokeDash": [4, 2]},
                    "encoding": {"y": y("rate")},
                },
            ],
        })
    }
}

impl Detection {
    /// The series with its bounds, alarms and episodes as a Vega-Lite chart (version 5), data included.
    ///
    /// ```
    /// use heedful::{Detect, Every};
    /// let counts: Vec<Option<u64>> = (0..60).map(|day| Some(if day == 50 { 60 } else { 20 })).collect();
    /// let chart = Detect::new(Every::Day).start(19_723).run(&counts, None)?.to_chart("promotions"); // 2024-01-01
    /// assert_eq!(chart["data"]["values"][50]["period"], "2024-02-20");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_chart(&self, title: &str) -> Value {
        let every = self.every();
        let day = |period: i32| every.label(period);
        let tail = self.alpha();
        let rows: Vec<Value> = self
            .answers
            .iter()
            .map(|answer| {
                let bounds = answer.bounds(tail);
                json!({
                    "period": day(answer.period),
                    "observed": answer.observed,
                    "expected": answer.expected,
                    "lower": bounds.map(|b| b.0),
                    "upper": bounds.map(|b| b.1),
                    "alarm": answer.alarm.unwrap_or(false),
                })
            })
            .collect();
        let episodes: Vec<Value> = self
            .episodes
            .iter()
            .map(|e| json!({"start": day(e.start), "end": day(e.last.saturating_add(1))}))
            .collect();
        let time = |field: &str| json!({"field": field, "type": "temporal", "title": Value::Null});
        let count = |field: &str| json!({"field": field, "type": "quantitative", "title": "count", "scale": {"zero": true}});
        json!({
            "$schema": SCHEMA,
            "title": title,
            "width": 640,
            "height": 200,
            "data": {"values": rows},
            "layer": [
                {
                    "data": {"values": episodes},
                    "mark": {"type": "rect", "color": "#d62728", "opacity": 0.12},
                    "encoding": {"x": time("start"), "x2": {"field": "end"}},
                },
                {
                    "mark": {"type": "area", "color": "#9ecae1", "opacity": 0.5},
                    "encoding": {"x": time("period"), "y": count("lower"), "y2": {"field": "upper"}},
                },
                {
                    "mark": {"type": "line", "color": "#3182bd", "strokeDash": [4, 2]},
                    "encoding": {"x": time("period"), "y": count("expected")},
                },
                {
                    "mark": {"type": "line", "color": "#333333", "strokeWidth": 1},
                    "encoding": {"x": time("period"), "y": count("observed")},
                },
                {
                    "transform": [{"filter": "datum.alarm"}],
                    "mark": {"type": "point", "filled": true, "color": "#d62728", "size": 50},
                    "encoding": {"x": time("period"), "y": count("observed")},
                },
            ],
        })
    }
}
