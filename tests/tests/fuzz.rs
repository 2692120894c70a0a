//! Any text through everything that reads text: no panic, and every span is a piece of the text.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use heedful::text::{Language, Lexer, Phrase, Phrases, Redactor};
use heedful::{
    Given, Key, Keyness, Labels, MapperOptions, ModelOptions, ReasonMapper, Sentiment,
    SentimentOptions, Taxonomy,
};
use proptest::prelude::*;

/// Words that the tools below know, and what breaks tools that read text: marks that stand alone, text from right to
/// left and its controls, emoji put together, what lone surrogates become, entities, addresses, numbers.
const PIECES: &[&str] = &[
    "a",
    "b",
    "late delivery",
    "not good",
    "but",
    "terrible!!",
    "wait",
    "minutes",
    "10/10",
    "I'm",
    "don’t",
    "GREAT",
    "\u{301}",
    "e\u{301}\u{327}",
    "\u{200D}",
    "\u{200B}",
    "\u{FEFF}",
    "\u{FE0F}",
    "\u{20E3}",
    "\u{E0061}",
    "\u{FFFD}",
    "\u{FFFD}\u{FFFD}",
    "\0",
    "\u{85}",
    "\u{2028}",
    "\r\n",
    "\u{202E}abc\u{202C}",
    "שלום\u{5B0}",
    "א\"ב",
    "مرحبا،",
    "👩\u{200D}👩\u{200D}👧\u{200D}👦",
    "👍🏽",
    "🏽",
    "🇩🇪🇫",
    "❤️\u{200D}🔥",
    "1️⃣",
    "送货慢",
    "サービス",
    "ไม่ดี",
    "한국어",
    "&amp;",
    "&#x1F600;",
    "&#xD800;",
    "&#0;",
    "&",
    "<3",
    ":-)",
    "¯\\_(ツ)_/¯",
    "http://x.com/?a=b",
    "www.",
    "a@b.co",
    "@",
    "#ok",
    "+44 20 7946 0000",
    "DE89 3704 0044 0532 0130 00",
    "1:1",
    "ß",
    "İ",
    "ǅ",
    "ﬁ",
    "Σ",
    "_",
    "-",
    ".",
    ",",
    "…",
    "?",
    " ",
    "\t",
    "sooooo",
    "*",
    "=",
    "%",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => ".{0,12}",
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(|b| String::from_utf8_lossy(&b).into_owned()),
        1 => prop::collection::vec(any::<u16>(), 0..6).prop_map(|units| String::from_utf16_lossy(&units)),
    ];
    let glue = prop::sample::select(vec!["", " "]);
    prop::collection::vec((piece, glue), 0..16).prop_map(|pieces| {
        pieces.into_iter().flat_map(|(piece, glue)| [piece, glue.to_owned()]).collect()
    })
}

fn mappers() -> [ReasonMapper; 2] {
    let taxonomy = Taxonomy::from_json(
        r##"{"reasons": [
            {"id": "delivery", "terms": ["late * delivery", "deliver*", "送货", "慢", "wait * minutes -not"]},
            {"id": "tone", "terms": ["=good", "😡", "a * b * a", {"term": "a +b", "within": "comment", "negated": false}],
             "reasons": [{"id": "feel", "terms": ["not good", "#ok", "שלום", "ไม่ดี", "10/10"]}]}
        ]}"##,
    )
    .unwrap();
    let forgiving = MapperOptions { typos: true, ..MapperOptions::default() };
    let terms = ReasonMapper::with_options(taxonomy, forgiving).unwrap();
    let texts = ["late again", "so late 送货", "too dear", "dear 😡", "late שלום", "dear me"];
    let labels = ["delay", "delay", "price", "price", "delay", "price"].map(Some);
    let labels = Labels::single(labels).unwrap();
    let trained = terms.fit(&texts, &labels, &ModelOptions::default()).unwrap();
    [terms, trained]
}

#[test]
fn any_text_is_read_and_every_span_is_a_piece_of_it() {
    let mappers = mappers();
    let phrases = ["a * b", "deliver*", "not good", "送货", "*a b".trim_matches('*')];
    let phrases = Phrases::new(
        Language::English,
        phrases.iter().zip(0..).map(|(p, i)| Phrase::new(p, i % 2)),
    );
    let phrases = phrases.unwrap();
    let languages = [
        Language::English,
        Language::German,
        Language::French,
        Language::Spanish,
        Language::Turkish,
        Language::Chinese,
        Language::Arabic,
        Language::Other,
    ];
    let mut lexers = languages.map(Lexer::new);
    let feelings =
        languages.map(|language| Sentiment::new(SentimentOptions::new(language)).unwrap());
    let feelings = std::cell::RefCell::new(feelings);
    let mut finder = phrases.finder();
    let (mut tokens, mut hits) = (Vec::new(), Vec::new());
    let mut redactor = Redactor::new(["Anna", "b", "שלום"]);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(600));
    let cell =
        std::cell::RefCell::new((&mut lexers, &mut finder, &mut tokens, &mut hits, &mut redactor));
    runner
        .run(&text(), |text| {
            let piece = |start: usize, end: usize| {
                let piece = text.get(start..end);
                prop_assert!(
                    piece.is_some_and(|piece| !piece.is_empty()),
                    "{:?} {}..{}",
                    text,
                    start,
                    end
                );
                Ok(())
            };
            let mut all = cell.borrow_mut();
            let (lexers, finder, tokens, hits, redactor) = &mut *all;
            for lexer in lexers.iter_mut().rev() {
                lexer.read(&text, tokens);
                for token in tokens.iter() {
                    piece(token.start as usize, token.end as usize)?;
                }
                prop_assert!(tokens.is_sorted_by_key(|token| token.start), "{:?}", text);
            }
            // The last one read is the English one.
            finder.find(&lexers[0], tokens, hits);
            for hit in hits.iter() {
                piece(hit.start as usize, hit.end as usize)?;
            }
            for sentiment in feelings.borrow_mut().iter_mut() {
                let feeling = sentiment.read(&text);
                prop_assert!(feeling.value.is_none_or(|value| (-1.0..=1.0).contains(&value)));
                prop_assert_eq!(sentiment.value(&text), feeling.value);
                for clause in &feeling.clauses {
                    piece(clause.start, clause.end)?;
                }
                for emotion in &feeling.emotions {
                    piece(emotion.start, emotion.end)?;
                    prop_assert!((0.0..=1.0).contains(&emotion.intensity));
                }
            }
            for mapper in &mappers {
                let mappings = mapper.map(&[Some(text.as_str())], Given::default()).unwrap();
                for mapping in mappings.iter() {
                    prop_assert!((0.0..=1.0).contains(&mapping.confidence));
                    for (start, end) in mapping.spans {
                        piece(*start as usize, *end as usize)?;
                    }
                }
            }
            for span in redactor.find(&text) {
                piece(span.start, span.end)?;
            }
            redactor.redact(&text);
            let groups = [Key::from("one"), Key::from("other")];
            let keyness = Keyness::new(Language::English);
            drop(keyness.run(&[text.as_str(), "late delivery"], &groups));
            drop(keyness.collocations(&[text.as_str(), text.as_str()]));
            Ok(())
        })
        .unwrap();
}
