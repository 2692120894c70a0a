use super::*;
use crate::interpret::reason::mappings::ReasonCount;

fn taxonomy() -> Taxonomy {
    Taxonomy::from_json(
        r#"{"id": "t", "language": "en", "reasons": [
            {"id": "food", "terms": ["food", "meal", "pasta"], "reasons": [
                {"id": "portions", "terms": ["portion", "small meal", "food portion"]}]},
            {"id": "service", "terms": ["service", "wait* * minutes", "wait*"]},
            {"id": "queue", "terms": ["wait*", "queue"], "touchpoints": ["store"], "metrics": ["csat"]},
            {"id": "price", "terms": {"en": ["price", "expensive"], "de": ["Preis", "teuer"]}}]}"#,
    )
    .unwrap()
}

fn plain(options: MapperOptions) -> ReasonMapper {
    ReasonMapper::with_options(taxonomy(), MapperOptions { sentiment: false, ..options }).unwrap()
}

fn read(mapper: &ReasonMapper, text: &str, given: Given<'_>) -> Vec<(String, Source, Vec<String>)> {
    let mappings = mapper.map(&[Some(text)], given).unwrap();
    let spans = |m: &crate::interpret::reason::mappings::Mapping<'_>| {
        m.spans
            .iter()
            .map(|(a, b)| text.get(*a as usize..*b as usize).unwrap().to_owned())
            .collect()
    };
    mappings.iter().map(|m| (m.id.to_owned(), m.source, spans(&m))).collect()
}

fn ids(mapper: &ReasonMapper, text: &str) -> Vec<String> {
    read(mapper, text, Given::default()).into_iter().map(|(id, ..)| id).collect()
}

#[test]
fn leftmost_longest_within_a_reason_and_overlapping_across() {
    let mapper = plain(MapperOptions::default());
    let found = read(&mapper, "We waited twenty minutes, waiting for pasta", Given::default());
    let expected = [
        ("service", vec!["waited twenty minutes", "waiting"]),
        ("queue", vec!["waited", "waiting"]),
        ("food", vec!["pasta"]),
    ];
    for ((id, source, spans), (expected, words)) in found.iter().zip(expected) {
        assert_eq!((id.as_str(), *source), (expected, Source::Terms));
        assert_eq!(spans, &words);
    }
    assert_eq!(found.len(), 3);
}

#[test]
fn a_branch_is_silent_within_what_is_below_it() {
    let mapper = plain(MapperOptions::default());
    assert_eq!(ids(&mapper, "a small meal"), ["portions"]);
    assert_eq!(ids(&mapper, "a small meal, good pasta"), ["portions", "food"]);
    let mappings = mapper.map(&[Some("a small meal, good pasta")], Given::default()).unwrap();
    let risen = mappings.at_level(0);
    let spans: Vec<_> = risen.iter().map(|m| (m.id, m.spans.to_vec())).collect();
    assert_eq!(spans, [("food", vec![(2, 12), (19, 24)])]);
}

#[test]
fn confidence_grows_with_distinct_terms() {
    let mapper = plain(MapperOptions { typos: true, ..MapperOptions::default() });
    let sure = |text: &str| {
        let mappings = mapper.map(&[Some(text)], Given::default()).unwrap();
        mappings.iter().next().map(|m| m.confidence)
    };
    assert_eq!(sure("expensive"), Some(0.5));
    assert_eq!(sure("expensive, expensive"), Some(0.5));
    assert_eq!(sure("price expensive"), Some(0.75));
    assert_eq!(sure("small meal"), Some(0.7));
    assert_eq!(sure("expensives"), Some(0.5));
    assert_eq!(sure("expenssive"), Some(0.4));
    assert_eq!(sure("nothing"), None);
}

#[test]
fn trust_decides() {
    let mapper = plain(MapperOptions::default());
    let label = |ids: &[&str]| Labels::sets([Some(ids.to_vec())]).unwrap();
    let (click, code) = (label(&["price"]), label(&["queue"]));
    let given = Given { clicks: Some(&click), ..Given::default() };
    let found = read(&mapper, "good pasta", given);
    assert_eq!(found[0], ("price".to_owned(), Source::Click, vec![]));
    assert_eq!(found[1].0, "food");
    let found = read(&mapper, "a fair price", given);
    assert_eq!(found, [("price".to_owned(), Source::Click, vec!["price".to_owned()])]);
    let found = read(&mapper, "good pasta", Given { manual: Some(&code), ..given });
    let order: Vec<_> = found.iter().map(|(id, source, _)| (id.as_str(), *source)).collect();
    assert_eq!(order, [("price", Source::Click), ("queue", Source::Manual)]);
    let none = label(&[]);
    assert_eq!(read(&mapper, "pasta", Given { manual: Some(&none), ..Given::default() }), []);
}

struct Fixed(Vec<Claim>);

impl Classifier for Fixed {
    fn reasons(&self) -> Vec<String> {
        vec!["food".to_owned(), "price".to_owned()]
    }

    fn classify(&self, texts: &[&str]) -> Result<Vec<Vec<Claim>>> {
        Ok(texts.iter().map(|_| self.0.clone()).collect())
    }
}

#[test]
fn a_classifier_silences_terms_about_what_it_knows() {
    let claims = |claims: Vec<Claim>| {
        let options = MapperOptions { least_confidence: 0.5, ..MapperOptions::default() };
        plain(options).with_classifier(Arc::new(Fixed(claims))).unwrap()
    };
    let mapper =
        claims(vec![Claim::new("price", 0.9), Claim::new("price", 0.6), Claim::new("food", 0.4)]);
    let found = read(&mapper, "pasta and service", Given::default());
    let order: Vec<_> = found.iter().map(|(id, source, _)| (id.as_str(), *source)).collect();
    assert_eq!(order, [("price", Source::Model), ("service", Source::Terms)]);
    let spans = vec![(0, 2)];
    for claim in [
        Claim::new("prise", 0.9),
        Claim::new("price", 1.5),
        Claim::new("price", f64::NAN),
        Claim { reason: "price".into(), confidence: 0.9, spans },
    ] {
        let error = claims(vec![claim]).map(&[Some("aé")], Given::default()).unwrap_err();
        assert_eq!((error.path(), error.row()), ("classifier", Some(0)));
    }
}

#[test]
fn a_model_is_trained_and_predicts() {
    let texts: Vec<String> = (0..60)
        .map(|i| {
            if i % 2 == 0 {
                format!("the soup tasted of salt {i}")
            } else {
                format!("paid far too many euros {i}")
            }
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let labels =
        Labels::single((0..60).map(|i| Some(if i % 2 == 0 { "food" } else { "price" }))).unwrap();
    let mapper = plain(MapperOptions::default())
        .fit(&texts, &labels, &crate::ModelOptions::default())
        .unwrap();
    let new = ["the soup tasted of salt", "paid far too many euros", "xyz"];
    let best = mapper.predict(&new, false).unwrap();
    assert_eq!((best[0].as_deref(), best[1].as_deref()), (Some("food"), Some("price")));
    for (sure, best) in mapper.predict(&new, true).unwrap().iter().zip(&best) {
        assert!(sure.is_none() || sure == best);
    }
    let mappings = mapper.map(&[Some("salty soup and slow service")], Given::default()).unwrap();
    assert!(mappings.iter().any(|m| m.id == "service" && m.source == Source::Terms));
    // What the taxonomy lacks is added to it.
    let unknown = Labels::single([Some("zoo"), Some("food")]).unwrap();
    let options = crate::ModelOptions::default();
    let grown = plain(MapperOptions::default()).fit(&["a", "b"], &unknown, &options).unwrap();
    assert!(grown.taxonomy().get("zoo").is_some());
}

#[test]
fn parts_make_the_whole() {
    let mapper = plain(MapperOptions::default());
    let texts = [Some("small meal"), None, Some("service, price"), Some("service")];
    let clicks = Labels::single([None, None, Some("food"), Some("price")]).unwrap();
    let whole = mapper.map(&texts, Given { clicks: Some(&clicks), ..Given::default() }).unwrap();
    let mut parts = mapper.map(&texts[..2], Given::default()).unwrap();
    let clicks = Labels::single([Some("food"), Some("price")]).unwrap();
    let rest =
        mapper.map(&texts[2..], Given { clicks: Some(&clicks), ..Given::default() }).unwrap();
    parts.append(&rest).unwrap();
    assert_eq!(parts, whole);
    let other = ReasonMapper::new(Taxonomy::new("x", Language::English)).unwrap();
    assert!(parts.append(&other.map(&[Some("x")], Given::default()).unwrap()).is_err());
}

#[test]
fn reasons_apply_where_they_are_asked_for() {
    let mapper = plain(MapperOptions { metric: Some("nps".into()), ..MapperOptions::default() });
    assert_eq!(ids(&mapper, "queue"), [""; 0]);
    let mapper = plain(MapperOptions { metric: Some("csat".into()), ..MapperOptions::default() });
    assert_eq!(ids(&mapper, "queue"), ["queue"]);
    let at = |place| {
        let touchpoints = [Some(place)];
        let given = Given { touchpoints: Some(&touchpoints), ..Given::default() };
        read(&mapper, "queue", given).len()
    };
    assert_eq!((at("store"), at("web")), (1, 0));
}

#[test]
fn each_comment_has_its_language() {
    let mapper = plain(MapperOptions::default());
    let languages = [Some(Language::German), None, Some(Language::French)];
    let given = Given { languages: Some(&languages), ..Given::default() };
    let texts = [Some("viel zu teuer"), Some("teuer, expensive"), Some("price")];
    let mappings = mapper.map(&texts, given).unwrap();
    assert_eq!(mappings.iter().map(|m| m.row).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn feelings_belong_to_their_clause() {
    let mapper = ReasonMapper::new(taxonomy()).unwrap();
    let mappings = mapper.map(&[Some("great food, terrible service")], Given::default()).unwrap();
    let feelings: Vec<_> = mappings.iter().map(|m| (m.id, m.sentiment.unwrap() > 0.0)).collect();
    assert_eq!(feelings, [("food", true), ("service", false)]);
}

#[test]
fn disagreement_is_reported() {
    let mapper = plain(MapperOptions::default());
    let clicks =
        Labels::sets([Some(vec!["food"]), Some(vec!["price"]), Some(vec!["price"]), None]).unwrap();
    let texts = [Some("small meal"), Some("bad service"), Some("no word"), Some("service")];
    let mappings = mapper.map(&texts, Given { clicks: Some(&clicks), ..Given::default() }).unwrap();
    let found: Vec<_> = mappings.disagreements().map(|d| (d.row, d.clicked, d.read)).collect();
    assert_eq!(found, [(1, "price", "service")]);
    assert_eq!(mappings.compared(), 2);
}

#[test]
fn totals_keep_mentions_and_main_apart() {
    let mapper = plain(MapperOptions::default());
    let texts = [
        Some("small meal and pasta"),
        Some("service, expensive price"),
        Some("hm"),
        None,
        Some("pasta"),
    ];
    let mappings = mapper.map(&texts, Given::default()).unwrap();
    let totals = mappings.totals();
    let of = |id: &str| {
        let total = totals.iter().find(|t| t.id == id).unwrap();
        (total.mentions, total.main)
    };
    assert_eq!(
        (of("food"), of("portions"), of("service"), of("price")),
        ((2, 2), (1, 1), (1, 0), (1, 1))
    );
    let top: f64 = totals.iter().filter(|t| t.level == 0).filter_map(|t| t.main_share).sum();
    assert!((top - 1.0).abs() < 1e-12);
    // Wilson's 95 % interval of 2 of 3: 0.2077 to 0.9385 (by the formula).
    let interval = totals[0].mention_interval.unwrap();
    assert!(
        (interval.lower - 0.207_660).abs() < 1e-5 && (interval.upper - 0.938_508).abs() < 1e-5,
        "{interval:?}"
    );
    assert_eq!(mappings.unmapped().collect::<Vec<_>>(), [2]);
    assert_eq!(mappings.labels(ReasonCount::Main).unwrap().row(3), None);
    assert_eq!(mappings.labels(ReasonCount::Main).unwrap().names(1).unwrap(), ["price"]);
    let table = serde_json::to_value(mappings.to_table()).unwrap();
    assert_eq!(table[0]["reason"], "portions");
    assert_eq!(table[0]["parent"], "food");
    assert_eq!((&table[0]["start"], &table[0]["end"]), (&0.into(), &10.into()));
}

#[test]
fn rows_must_fit() {
    let mapper = plain(MapperOptions::default());
    let labels = Labels::single([Some("food"), None]).unwrap();
    let given = Given { clicks: Some(&labels), ..Given::default() };
    let error = mapper.map(&[Some("x")], given).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::LengthMismatch, "clicks"));
    let labels = Labels::single([Some("zoo")]).unwrap();
    let error =
        mapper.map(&[Some("x")], Given { manual: Some(&labels), ..Given::default() }).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::UnknownName, "manual"));
    let options = MapperOptions { least_confidence: f64::NAN, ..MapperOptions::default() };
    assert_eq!(
        ReasonMapper::with_options(taxonomy(), options).unwrap_err().path(),
        "least_confidence"
    );
    assert_eq!(MapperOptions::from_json(r#"{"typo": true}"#).unwrap_err().path(), "typo");
}

proptest::proptest! {
    #[test]
    fn any_text_has_spans_on_boundaries(text in "\\PC{0,40}(wait|meal|small meal|\u{301}|🙁|,)?\\PC{0,20}(minutes|price|teuer)?") {
        static MAPPER: std::sync::OnceLock<ReasonMapper> = std::sync::OnceLock::new();
        let mapper = MAPPER.get_or_init(|| plain(MapperOptions { typos: true, ..MapperOptions::default() }));
        let mappings = mapper.map(&[Some(&text)], Given::default()).unwrap();
        for mapping in mappings.iter() {
            proptest::prop_assert!(!mapping.spans.is_empty());
            proptest::prop_assert!((0.0..=1.0).contains(&mapping.confidence));
            for (start, end) in mapping.spans {
                proptest::prop_assert!(text.get(*start as usize..*end as usize).is_some_and(|s| !s.is_empty()));
            }
        }
    }
}

#[test]
fn a_long_comment_takes_its_time_and_no_more() {
    let mapper = plain(MapperOptions::default());
    let text = "waiting for a small meal of forty minutes waiting ".repeat(20_000);
    let mappings = mapper.map(&[Some(&text)], Given::default()).unwrap();
    let spans: Vec<usize> = mappings.iter().map(|m| m.spans.len()).collect();
    assert_eq!(spans.iter().sum::<usize>(), 100_000, "{spans:?}");
    let taxonomy = Taxonomy::from_json(
        r#"{"reasons": [{"id": "a", "terms": ["a * a * a * a * a * b", "a * * * * * a"]}]}"#,
    )
    .unwrap();
    let nested = ReasonMapper::new(taxonomy).unwrap();
    let found = nested.map(&[Some("a ".repeat(20_000))], Given::default()).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn responses_are_scored_by_reason() {
    use crate::base::metric::Metric;
    use crate::interpret::scoring::Scoring;
    use crate::interpret::select::Repeats;
    let responses = Responses::new()
        .with("score", Column::numbers(vec![10_u8, 0, 9, 7]))
        .and_then(|r| {
            r.with(
                "said",
                Column::texts([Some("pasta, expensive"), Some("service"), None, Some("pasta")]),
            )
        })
        .and_then(|r| {
            r.with("clicked", Column::categories([None, Some("price; food"), Some(""), None]))
        })
        .unwrap()
        .rating("score")
        .comment("said");
    let mapper = plain(MapperOptions::default());
    let columns = ReasonColumns { clicks: Some("clicked".into()), ..ReasonColumns::default() };
    let mappings = mapper.map_responses(&responses, &columns).unwrap();
    let found: Vec<_> = mappings.iter().map(|m| (m.row, m.id, m.source)).collect();
    let (click, terms) = (Source::Click, Source::Terms);
    let expected = [
        (0, "food", terms),
        (0, "price", terms),
        (1, "food", click),
        (1, "price", click),
        (1, "service", terms),
        (3, "food", terms),
    ];
    assert_eq!(found, expected);
    let n = |count| -> Vec<(String, u64)> {
        let table = mappings.attach(&responses, "reason", count).unwrap();
        let scores = table.score_by(&Metric::nps(), ["reason"]).unwrap();
        scores.rows.iter().map(|row| (row.keys[0].to_string(), row.score.n)).collect()
    };
    let row = |id: &str, n| (id.to_owned(), n);
    assert_eq!(n(ReasonCount::Main), [row("food", 3), row("(missing)", 1)]);
    assert_eq!(
        n(ReasonCount::Mentions),
        [row("food", 3), row("price", 2), row("service", 1), row("(missing)", 1)]
    );
    let table = mappings.attach(&responses, "reason", ReasonCount::Mentions).unwrap();
    assert_eq!(table.score(&Metric::nps()).unwrap_err().path(), "by");
    let latest = Scoring::new(Metric::nps()).by(["reason"]).repeats(Repeats::Latest);
    assert_eq!(latest.run(&table.slice(0, 3)).unwrap_err().path(), "repeats");
    let error = mapper.map_responses(
        &responses.slice(0, 2),
        &ReasonColumns { touchpoint: Some("x".into()), ..columns },
    );
    assert_eq!(error.unwrap_err().code(), ErrorCode::MissingColumn);
    assert_eq!(ReasonColumns::from_json(r#"{"click": "x"}"#).unwrap_err().path(), "click");
}

/// Every starter maps each of its examples to the reason that it is an example of.
#[cfg(feature = "taxonomies")]
#[test]
fn starters_fire_on_their_own_examples() {
    let mut misses = Vec::new();
    for field in Taxonomy::presets() {
        for language in [Language::English, Language::German, Language::French, Language::Spanish] {
            let taxonomy = Taxonomy::preset(field, [language]).unwrap();
            let mapper = ReasonMapper::with_options(
                taxonomy.clone(),
                MapperOptions { sentiment: false, ..MapperOptions::default() },
            )
            .unwrap();
            for entry in taxonomy.iter() {
                for example in entry.reason.examples(language) {
                    let found = ids(&mapper, example);
                    if !found.iter().any(|id| id == entry.reason.id()) {
                        misses.push(format!(
                            "{field}.{} {}: {example} -> {found:?}",
                            language.code(),
                            entry.reason.id()
                        ));
                    }
                }
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

/// Precision and recall over all labels of restaurant sentences, without training.
#[cfg(feature = "taxonomies")]
#[test]
fn the_restaurant_starter_is_good_enough_without_training() {
    let Some(sentences) = mams("test.xml") else { return };
    let taxonomy = Taxonomy::preset("restaurants", [Language::English]).unwrap();
    let options = MapperOptions { sentiment: false, ..MapperOptions::default() };
    let mapper = ReasonMapper::with_options(taxonomy, options).unwrap();
    let texts: Vec<Option<&str>> = sentences.iter().map(|(text, _)| Some(text.as_str())).collect();
    let mappings = mapper.map(&texts, Given::default()).unwrap().at_level(0);
    let labels = ["food", "menu", "service", "staff", "price", "ambience", "place"];
    let (mut hits, mut found, mut wanted) = ([0.0; 7], [0.0; 7], [0.0; 7]);
    for (row, (_, gold)) in sentences.iter().enumerate() {
        for (i, label) in labels.iter().enumerate() {
            let read = mappings.row(row).any(|m| m.id == *label);
            let given = gold.iter().any(|g| g == label);
            hits[i] += f64::from(u8::from(read && given));
            found[i] += f64::from(u8::from(read));
            wanted[i] += f64::from(u8::from(given));
        }
    }
    let sum = |list: &[f64]| list.iter().sum::<f64>();
    let (precision, recall) = (sum(&hits) / sum(&found), sum(&hits) / sum(&wanted));
    for (i, label) in labels.iter().enumerate() {
        println!("{label}: precision {:.3} recall {:.3}", hits[i] / found[i], hits[i] / wanted[i]);
    }
    println!("micro: precision {precision:.3} recall {recall:.3}");
    assert!(precision >= 0.65 && recall >= 0.88, "precision {precision:.3}, recall {recall:.3}");
}

/// Sentences with their categories; `None`, with a message, where the data are not there.
#[cfg(feature = "taxonomies")]
fn mams(name: &str) -> Option<Vec<(String, Vec<String>)>> {
    let path = format!("{}/../../../shared/data/mams_acsa/{name}", env!("CARGO_MANIFEST_DIR"));
    let Ok(xml) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is missing");
        return None;
    };
    let between = |text: &str, start: &str, end: &str| -> Option<String> {
        let (_, rest) = text.split_once(start)?;
        Some(rest.split_once(end)?.0.to_owned())
    };
    let sentence = |part: &str| {
        let text = between(part, "<text>", "</text>")?;
        let categories = part.split("category=\"").skip(1);
        Some((text, categories.filter_map(|c| Some(c.split_once('"')?.0.to_owned())).collect()))
    };
    Some(xml.split("<sentence>").skip(1).filter_map(sentence).collect())
}

#[test]
fn a_model_speaks_for_what_it_has_learned_and_terms_for_the_rest() {
    let taxonomy = Taxonomy::from_json(
        r#"{"reasons": [{"id": "delay", "terms": ["late", "waited"]}, {"id": "staff", "terms": ["staff", "rude"]}]}"#,
    )
    .unwrap();
    let texts = [
        "late again",
        "so late",
        "waited for ever",
        "it came late",
        "too dear",
        "dear stuff",
        "dear me",
        "a dear price",
    ];
    let labels = Labels::single(["delay"; 4].into_iter().chain(["price"; 4]).map(Some)).unwrap();
    let mapper = ReasonMapper::new(taxonomy).unwrap();
    let fitted = mapper.fit(&texts, &labels, &crate::ModelOptions::default()).unwrap();
    assert_eq!(fitted.model().unwrap().ids(), ["delay", "price"]);
    let comment = "The staff was fine, but the parcel came late";
    let mappings = fitted.map(&[Some(comment)], Given::default()).unwrap();
    let found: Vec<_> = mappings.iter().map(|m| (m.id, m.source)).collect();
    assert_eq!(found, [("delay", Source::Model), ("staff", Source::Terms)]);
    let spans: Vec<&str> = mappings
        .row(0)
        .flat_map(|m| {
            m.spans.iter().map(|(start, end)| comment.get(*start as usize..*end as usize).unwrap())
        })
        .collect();
    assert!(spans[0].contains("late") && spans.contains(&"staff"), "{spans:?}");
    // Stored and given back, it says the same; another taxonomy must know its reasons.
    let stored = crate::Model::from_bytes(&fitted.model().unwrap().to_bytes()).unwrap();
    let again = mapper.with_model(stored.clone()).unwrap_err();
    assert_eq!((again.code(), again.message().contains("price")), (ErrorCode::UnknownName, true));
    let again = ReasonMapper::new(fitted.taxonomy().clone()).unwrap().with_model(stored).unwrap();
    assert_eq!(again.map(&[Some(comment)], Given::default()).unwrap(), mappings);
}

const GERMAN: [&str; 6] = [
    "kam zu spät",
    "wieder verspätet",
    "zu spät da",
    "viel zu teuer",
    "teuer hier",
    "alles teurer",
];

fn german_labels() -> Labels {
    Labels::single(["verzug"; 3].into_iter().chain(["price"; 3]).map(Some)).unwrap()
}

#[test]
fn a_model_reads_the_language_of_its_mapper() {
    let german = MapperOptions { language: Some(Language::German), ..MapperOptions::default() };
    let of_taxonomy = Taxonomy::from_json(
        r#"{"language": "de", "reasons": [{"id": "price", "terms": ["teuer"]}]}"#,
    );
    for mapper in [plain(german), ReasonMapper::new(of_taxonomy.unwrap()).unwrap()] {
        let options = crate::ModelOptions::default();
        let fitted = mapper.fit(&GERMAN, &german_labels(), &options).unwrap();
        let fitted = fitted.fit_more(&GERMAN, &german_labels(), &options).unwrap();
        assert_eq!(fitted.model().unwrap().language(), Language::German);
        let found = read(&fitted, "leider verspätet", Given::default());
        assert_eq!((found[0].0.as_str(), found[0].1), ("verzug", Source::Model));
    }
}

#[test]
fn terms_speak_where_the_model_does_not_know_the_language() {
    let options = crate::ModelOptions::default().language(Language::German);
    let mapper = plain(MapperOptions::default()).fit(&GERMAN, &german_labels(), &options).unwrap();
    let comments = ["viel zu teuer", "expensive, but good pasta"].map(Some);
    let languages = [Some(Language::German), None];
    let given = Given { languages: Some(&languages), ..Given::default() };
    let mappings = mapper.map(&comments, given).unwrap();
    let found: Vec<_> = mappings.iter().map(|m| (m.row, m.id, m.source)).collect();
    let expected =
        [(0, "price", Source::Model), (1, "price", Source::Terms), (1, "food", Source::Terms)];
    assert_eq!(found, expected);
}

#[test]
fn what_to_label_next_follows_from_what_the_mapper_says() {
    let taxonomy = Taxonomy::from_json(
        r#"{"reasons": [{"id": "delay", "terms": ["late", "tardy|overdue|sluggish"]}]}"#,
    );
    let texts: Vec<String> = (0..40)
        .map(|i| if i % 2 == 0 { format!("late {i}x") } else { format!("dear {i}y") })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let labels = Labels::single((0..40).map(|i| Some(["delay", "price"][i % 2]))).unwrap();
    let options = crate::ModelOptions { grams: [0, 0], ..crate::ModelOptions::default() };
    let mapper = ReasonMapper::new(taxonomy.unwrap()).unwrap();
    let mapper = mapper.fit(&texts, &labels, &options).unwrap();
    // That the first one has a term of the reason makes it a plain case; without it both would be unknown words.
    let proposed = mapper.suggest(&["tardy", "quaint"], 2).unwrap();
    let sure = mapper.predictions(&["tardy", "quaint"]).unwrap();
    assert!((0..2).all(|reason| {
        let doubt = |row| (sure.probability(row, reason).unwrap() - 0.5).abs();
        doubt(0) > doubt(1)
    }));
    assert_eq!(proposed, [1, 0]);
    assert_eq!(mapper.model().unwrap().suggest(&["tardy", "quaint"], 2), [0, 1]);
}

#[test]
fn blank_comments_are_none_and_errors_name_their_row() {
    let mapper = plain(MapperOptions::default());
    let mappings =
        mapper.map(&[Some("hm"), Some(""), Some(" \n"), None], Given::default()).unwrap();
    assert_eq!(mappings.unmapped().collect::<Vec<_>>(), [0]);
    let labels = mappings.labels(ReasonCount::Mentions).unwrap();
    assert_eq!(labels.iter().collect::<Vec<_>>(), [Some(&[][..]), None, None, None]);

    let clicks = Labels::single([None, Some("price"), Some("prize"), Some("prize")]).unwrap();
    let given = Given { clicks: Some(&clicks), ..Given::default() };
    let error = mapper.map(&[None::<&str>; 4], given).unwrap_err();
    assert_eq!(
        (error.code(), error.path(), error.row()),
        (ErrorCode::UnknownName, "clicks", Some(2))
    );
    let table = Responses::new()
        .with("text", Column::texts([Some("a"), Some("b")]))
        .and_then(|table| table.with("tongue", Column::texts([Some("en"), Some("xx")])))
        .unwrap()
        .comment("text");
    let columns = ReasonColumns { language: Some("tongue".to_owned()), ..ReasonColumns::default() };
    let error = mapper.map_responses(&table, &columns).unwrap_err();
    assert_eq!(
        (error.code(), error.path(), error.row()),
        (ErrorCode::UnknownName, "tongue", Some(1))
    );
}
