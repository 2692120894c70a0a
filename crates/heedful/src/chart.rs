//! Roof: results as charts, in the JSON that Vega-Lite draws.

use serde_json::{Value, json};

use crate::monitor::detect::Detection;

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
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
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
