//! Vectors of comments.

use std::sync::Arc;

use heedful::text::{Language, Lexer, Redactor};
use heedful::{
    Agreement, Claim, Classifier, Column, Discover, EvaluateOptions, Evaluation, Given, Key,
    Keyness, Labels, MapperOptions, Mappings, Metric, Model, ModelOptions, ReasonCount,
    ReasonMapper, Responses, Result, Scoring, Sentiment, SentimentFit, SentimentModel,
    SentimentOptions, Split, Taxonomy, Texts,
};
use serde_json::{Map, Value, json};

/// Of a place in a text, written in every unit, the one of this language.
pub(super) fn local(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(local).collect(),
        Value::Object(fields) => {
            fields.get("bytes").filter(|at| at.is_array()).cloned().unwrap_or_else(|| {
                Value::Object(
                    fields.iter().map(|(name, item)| (name.clone(), local(item))).collect(),
                )
            })
        }
        other => other.clone(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<Option<String>> {
    list(value).iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn written(value: &Value) -> Vec<String> {
    texts(value).into_iter().map(Option::unwrap_or_default).collect()
}

/// One reason, several, none, or not known; of a comment that is missing nothing is known.
fn labels(value: &Value) -> Result<Labels> {
    Labels::sets(list(value).iter().map(|row| match row {
        Value::String(id) => Some(vec![id.clone()]),
        Value::Array(ids) => Some(ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()),
        _ => None,
    }))
}

/// A row with its place as one field.
fn spanned(mut row: Value) -> Value {
    row["span"] = json!([row["start"], row["end"]]);
    row
}

/// The 32 bits of Fowler, Noll and Vo (1a).
fn fingerprint(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

fn sign(value: &Value) -> Value {
    value.as_f64().map_or(Value::Null, |value| json!(i8::from(value > 0.0) - i8::from(value < 0.0)))
}

fn without(options: &Value, names: &[&str]) -> String {
    let mut rest: Map<String, Value> = options.as_object().unwrap().clone();
    rest.retain(|name, _| !names.contains(&name.as_str()));
    Value::Object(rest).to_string()
}

struct Said {
    reasons: Vec<String>,
    claims: Vec<Vec<Claim>>,
}

impl Classifier for Said {
    fn reasons(&self) -> Vec<String> {
        self.reasons.clone()
    }

    fn classify(&self, texts: &[&str]) -> Result<Vec<Vec<Claim>>> {
        assert_eq!(texts.len(), self.claims.len());
        Ok(self.claims.clone())
    }
}

fn claim(value: &Value) -> Claim {
    let at = |place: &Value| place.as_u64().unwrap() as usize;
    Claim {
        reason: value["reason"].as_str().unwrap().to_owned(),
        confidence: value["confidence"].as_f64().unwrap(),
        spans: list(&value["spans"]).iter().map(|span| (at(&span[0]), at(&span[1]))).collect(),
    }
}

fn mapper(input: &Value, options: &Value) -> Result<ReasonMapper> {
    let taxonomy = Taxonomy::from_json(&options["taxonomy"].to_string())?;
    let known = without(options, &["taxonomy", "reasons"]);
    let mapper = ReasonMapper::with_options(taxonomy, MapperOptions::from_json(&known)?)?;
    if input["claims"].is_null() {
        return Ok(mapper);
    }
    let rows = list(&input["claims"]).iter().zip(texts(&input["comments"]));
    let present = rows.filter(|(_, text)| text.is_some());
    let claims = present.map(|(row, _)| list(row).iter().map(claim).collect()).collect();
    let reasons = written(&options["reasons"]);
    mapper.with_classifier(Arc::new(Said { reasons, claims }))
}

fn map(input: &Value, options: &Value) -> Result<Mappings> {
    let mapper = mapper(input, options)?;
    let known = |name: &str| {
        let given = &input[name];
        (!given.is_null()).then(|| labels(given)).transpose()
    };
    let (clicks, manual) = (known("clicks")?, known("manual")?);
    let names = |name: &str| (!input[name].is_null()).then(|| texts(&input[name]));
    let touchpoints = names("touchpoint");
    let touchpoints: Option<Vec<_>> =
        touchpoints.as_ref().map(|names| names.iter().map(Option::as_deref).collect());
    let code = |(row, code): (usize, Option<String>)| {
        let language = code.as_deref().map(str::parse::<Language>).transpose();
        language.map_err(|error| error.on_row(row as u64))
    };
    let languages =
        names("language").map(|codes| codes.into_iter().enumerate().map(code).collect());
    let languages: Option<Vec<_>> = languages.transpose()?;
    let given = Given {
        clicks: clicks.as_ref(),
        manual: manual.as_ref(),
        touchpoints: touchpoints.as_deref(),
        languages: languages.as_deref(),
    };
    mapper.map(&texts(&input["comments"]), given)
}

fn lexed(input: &Value, options: &Value) -> Result<Vec<Value>> {
    let language: Language = options["language"].as_str().unwrap_or("en").parse()?;
    let table = Lexer::new(language).read_all(&texts(input));
    Ok(list(&json!(table)).to_vec())
}

fn predict(input: &Value, options: &Value) -> Result<Value> {
    let learned = Taxonomy::from_json(r#"{"id": "learned", "reasons": []}"#)?;
    let (taught, known) = (written(&input["texts"]), labels(&input["labels"])?);
    let taught: Vec<&str> = taught.iter().map(String::as_str).collect();
    let options = ModelOptions::from_json(&options.to_string())?;
    let mapper = ReasonMapper::new(learned)?.fit(&taught, &known, &options)?;
    let comments = texts(&input["comments"]);
    let each = |abstain| -> Result<Vec<Option<String>>> {
        let best = mapper.predict(&written(&input["comments"]), abstain)?;
        Ok(best.into_iter().zip(&comments).map(|(best, text)| text.as_ref().and(best)).collect())
    };
    let found = json!(mapper.map(&comments, Given::default())?.to_table());
    let claims = list(&found).iter().map(
        |row| json!({"row": row["row"], "reason": row["reason"], "confidence": row["confidence"]}),
    );
    let model = mapper.model().unwrap();
    let bytes = model.to_bytes();
    assert_eq!(Model::from_bytes(&bytes)?.to_bytes(), bytes);
    let curve = json!(mapper.predictions(&taught).unwrap().curve(&known)?);
    Ok(json!({
        "size": bytes.len(),
        "fingerprint": fingerprint(&bytes),
        "best": each(false)?,
        "sure": each(true)?,
        "claims": claims.collect::<Vec<_>>(),
        "suggested": model.suggest(&written(&input["comments"]), 3),
        "curve": list(&curve).iter().filter(|row| row["threshold"] == 0.5).collect::<Vec<_>>(),
    }))
}

fn fit_sentiment(input: &Value, options: &Value) -> Result<Value> {
    let mut options = options.clone();
    if options["scale"].is_null() {
        options["scale"] = json!("0-10");
    }
    let fit = SentimentFit::from_json(&options.to_string())?;
    let column =
        |name: &str| -> Texts { texts(&input[name]).iter().map(Option::as_deref).collect() };
    let ratings: Vec<Option<f64>> = list(&input["ratings"]).iter().map(Value::as_f64).collect();
    let model = fit.run(&column("comments"), &ratings)?;
    let stored = SentimentModel::from_bytes(&model.to_bytes())?;
    Ok(json!({
        "comments": model.comments(),
        "values": stored.reader()?.values(&column("ask")),
        "top": model.top_words(3),
        "correlation": fit.cross_validate(&column("comments"), &ratings, 5)?.correlation,
    }))
}

fn sentiment(input: &Value, options: &Value) -> Result<Value> {
    let mut reader = Sentiment::new(SentimentOptions::from_json(&options.to_string())?)?;
    let mut read = |text: &Option<String>| {
        let mut feeling = json!(reader.read(text.as_deref()?));
        feeling["sign"] = sign(&feeling["value"]);
        for clause in feeling["clauses"].as_array_mut().unwrap() {
            clause["sign"] = sign(&clause["value"]);
            clause["start"] = json!([clause["start"], clause["start"]]);
        }
        for emotion in feeling["emotions"].as_array_mut().unwrap() {
            *emotion = spanned(emotion.take());
        }
        Some(feeling)
    };
    Ok(texts(&input["comments"]).iter().map(&mut read).collect())
}

fn evaluate(input: &Value, options: &Value) -> Result<Value> {
    let options = EvaluateOptions::from_json(&options.to_string())?;
    let all = Evaluation::of(&labels(&input["known"])?, &labels(&input["found"])?, &options)?;
    let ends = all.exact.interval;
    Ok(json!({
        "n": all.n,
        "missing": all.missing,
        "exact": all.exact.value,
        "exact_lower": ends.map(|ends| ends.lower),
        "exact_upper": ends.map(|ends| ends.upper),
        "rows": all.to_table(),
        "confusion": all.confusion.as_ref().map(heedful::Confusion::to_table),
    }))
}

fn agreement(input: &Value, options: &Value) -> Result<Value> {
    let coders = list(&input["coders"]).iter().map(labels).collect::<Result<Vec<_>>>()?;
    let options = EvaluateOptions::from_json(&options.to_string())?;
    let agreed = Agreement::of(&coders.iter().collect::<Vec<_>>(), &options)?;
    let rows = json!(agreed.to_table());
    let mut found = rows[0].clone();
    found["n"] = json!(agreed.n);
    found["reasons"] = list(&rows)[1..].into();
    Ok(found)
}

/// The comments that there are, and the row of each.
fn present(value: &Value) -> (Vec<String>, Vec<usize>) {
    let rows = texts(value).into_iter().enumerate();
    rows.filter_map(|(row, text)| Some((text?, row))).unzip()
}

fn keywords(input: &Value, options: &Value) -> Result<Value> {
    let (comments, rows) = present(&input["comments"]);
    let by = texts(&input["by"]);
    let key = |group: &Option<String>| group.as_deref().map_or(Key::Missing, Key::text);
    let groups: Vec<Key> = rows.iter().filter_map(|row| by.get(*row).map(key)).collect();
    Ok(json!(Keyness::from_json(&options.to_string())?.run(&comments, &groups)?.to_table()))
}

fn discover(input: &Value, options: &Value) -> Result<Value> {
    let (comments, rows) = present(&input["comments"]);
    let discover = Discover::from_json(&without(options, &["taxonomy", "within"]))?;
    let found = if options["taxonomy"].is_null() {
        discover.run(&comments)?
    } else {
        let taxonomy = Taxonomy::from_json(&options["taxonomy"].to_string())?;
        let known = ReasonMapper::new(taxonomy)?;
        discover.run_known(&comments, &known, options["within"].as_str(), &[])?
    };
    let mut found = json!(found);
    let place = |list: &mut Value| {
        for row in list.as_array_mut().unwrap() {
            *row = json!(rows[row.as_u64().unwrap() as usize]);
        }
    };
    place(&mut found["rest"]);
    for topic in found["topics"].as_array_mut().unwrap() {
        for name in ["rows", "representative", "diverse"] {
            place(&mut topic[name]);
        }
    }
    Ok(found)
}

fn score_by_reason(input: &Value, options: &Value) -> Result<Value> {
    let comments = json!({ "comments": input["table"]["text"] });
    let found = map(&comments, &json!({ "taxonomy": options["taxonomy"] }))?;
    let ratings: Vec<f64> =
        list(&input["table"]["score"]).iter().filter_map(Value::as_f64).collect();
    let responses = Responses::new().with("score", Column::numbers(ratings))?.rating("score");
    let main = options["count"] == "main";
    let count = if main { ReasonCount::Main } else { ReasonCount::Mentions };
    let attached = found.attach(&responses, "reason", count)?;
    let scoring = Scoring::new(Metric::from_json(&options["metric"].to_string())?).by(["reason"]);
    Ok(json!(scoring.run(&attached)?.to_table()))
}

/// What Rust says; `None` for a function that is not of comments.
pub(super) fn answer(function: &str, input: &Value, options: &Value) -> Option<Result<Value>> {
    let input = &local(input);
    Some(match function {
        "tokens" => {
            lexed(&input["texts"], options).map(|rows| rows.into_iter().map(spanned).collect())
        }
        "stems" => lexed(&input["words"], options)
            .map(|rows| rows.iter().map(|row| row["stem"].clone()).collect()),
        "redact" => {
            let found =
                Redactor::new(written(&options["names"])).redact_all(&texts(&input["texts"]));
            let spans = json!(found.to_table());
            let spans: Vec<_> = list(&spans).iter().cloned().map(spanned).collect();
            Ok(json!({ "texts": found.texts, "spans": spans }))
        }
        "map" => map(input, options).map(|found| {
            let mut rows = json!(found.to_table());
            for (row, mapping) in rows.as_array_mut().unwrap().iter_mut().zip(found.iter()) {
                row["spans"] = json!(mapping.spans);
            }
            rows
        }),
        "totals" => map(input, options).map(|found| json!(found.totals_to_table())),
        "labels" => map(input, options).and_then(|found| {
            let differ = found
                .disagreements()
                .map(|d| json!({ "row": d.row, "clicked": d.clicked, "read": d.read }));
            Ok(json!({
                "disagreements": differ.collect::<Vec<_>>(),
                "unmapped": found.unmapped().collect::<Vec<_>>(),
                "labels": found.labels(ReasonCount::Mentions)?,
            }))
        }),
        "lint" => {
            mapper(input, options).map(|mapper| json!(mapper.lint(&present(&input["comments"]).0)))
        }
        "predict" => predict(input, options),
        "split" => labels(&input["labels"]).and_then(|known| {
            let (share, seed) = (&options["share"], &options["seed"]);
            let texts = written(&input["texts"]);
            Split::new(&texts, &known, share.as_f64().unwrap(), seed.as_u64().unwrap())
                .map(|split| json!(split))
        }),
        "fit_sentiment" => fit_sentiment(input, options),
        "sentiment" => sentiment(input, options),
        "evaluate" => evaluate(input, options),
        "agreement" => agreement(input, options),
        "keywords" => keywords(input, options),
        "discover" => discover(input, options),
        "score_by_reason" => score_by_reason(input, options),
        _ => return None,
    })
}
