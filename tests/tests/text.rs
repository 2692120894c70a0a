//! Reading text against the libraries that it must agree with, on real comments.

use heedful::text::{Kind, Language, Lexer, Phrase, Phrases, Redactor};
use heedful::{Given, ReasonMapper, Taxonomy};
use heedful_tests::shared;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// Everything that stands in the files of comments, line by line, whatever their format.
fn lines(files: &[&str]) -> Vec<String> {
    let texts = files.iter().filter_map(|file| std::fs::read(shared(file)?).ok());
    let texts: Vec<_> = texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    texts.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
}

const ENGLISH: &[&str] = &[
    "nps_broadband/responses.csv",
    "banking77/train.csv",
    "mams_acsa/train.xml",
    "vader_truth/tweets_GroundTruth.txt",
    "vader_truth/amazonReviewSnippets_GroundTruth.txt",
];
const FRENCH: &[&str] = &["nps_retail_fr/responses.csv"];

#[test]
fn cached_stems_are_those_of_snowball() {
    for (language, algorithm, files) in [
        (Language::English, Algorithm::English, ENGLISH),
        (Language::French, Algorithm::French, FRENCH),
    ] {
        let stemmer = Stemmer::create(algorithm);
        let mut lexer = Lexer::new(language).with_capacity(5_000);
        let mut tokens = Vec::new();
        let mut plain = 0;
        for line in lines(files) {
            lexer.read(&line, &mut tokens);
            for token in &tokens {
                let word = lexer.word(token.slot);
                if word.kind() != Kind::Word {
                    continue;
                }
                assert_eq!(word.stem(), stemmer.stem(word.folded()), "{}", word.surface());
                let surface = line.get(token.range()).expect("a whole piece");
                if word.folded() == surface.to_lowercase() {
                    plain += 1;
                    assert_eq!(word.stem(), stemmer.stem(&surface.to_lowercase()));
                }
            }
        }
        assert!(plain == 0 || plain > 50_000, "{language}: {plain}");
        assert!(plain == 0 || lexer.generation() > 0);
    }
}

#[test]
fn words_are_those_of_unicode_segmentation() {
    let mut lexer = Lexer::new(Language::Other);
    let mut tokens = Vec::new();
    for line in lines(ENGLISH).iter().chain(&lines(FRENCH)) {
        if line.contains('&') {
            continue; // entities are words here
        }
        lexer.read(line, &mut tokens);
        let mut rest = tokens.as_slice();
        // Every word of theirs is a token of ours, or lies within an address, a tag or an emoticon.
        for (start, word) in line.unicode_word_indices() {
            while let Some(token) = rest.first().filter(|token| (token.end as usize) <= start) {
                assert!(token.start < token.end);
                rest = rest.get(1..).unwrap_or_default();
            }
            let token = rest.first().expect("a token for each word");
            let joined = matches!(
                lexer.word(token.slot).kind(),
                Kind::Url | Kind::Email | Kind::Hashtag | Kind::Mention | Kind::Emoticon
            );
            assert!(joined || token.range() == (start..start + word.len()), "{line}: {word}");
        }
    }
}

#[test]
fn time_is_linear_whatever_the_text() {
    let phrases = [Phrase::new("a * a * a * a", 0).gap(20), Phrase::new("b*", 1)];
    let phrases = Phrases::new(Language::English, phrases).expect("phrases with words");
    let mut lexer = Lexer::new(Language::English);
    let (mut tokens, mut hits) = (Vec::new(), Vec::new());
    let mut redactor = Redactor::new(["Anna"]);
    let taxonomy = Taxonomy::preset("telecom", [Language::English]).expect("a starter");
    let mapper = ReasonMapper::new(taxonomy).expect("plain options");
    for piece in [
        "a ",
        "a",
        "a@",
        "a.",
        "@",
        "www.",
        "http://",
        "&amp;",
        "&",
        "1 ",
        "1-",
        "+1 ",
        "é",
        "e\u{301}",
        "\u{301}",
        "😀",
        "\u{200D}",
        "🇩🇪",
        "漢",
        ":-)",
        "!",
        "a,",
        "'",
        "\n",
        "_",
        "#",
        "DE89 ",
        "a:\u{301}",
        "x1",
        "price ",
        "late, not late but good ",
    ] {
        let text = piece.repeat(30_000 / piece.len());
        let mappings = mapper.map(&[Some(&text)], Given::default()).expect("terms alone");
        let ends = mappings.iter().flat_map(|mapping| mapping.spans);
        assert!(
            ends.into_iter().all(|(start, end)| text.get(*start as usize..*end as usize).is_some())
        );
        lexer.read(&text, &mut tokens);
        phrases.finder().find(&lexer, &tokens, &mut hits);
        assert!(hits.iter().all(|hit| text.get(hit.start as usize..hit.end as usize).is_some()));
        assert!(redactor.redact(&text).len() <= 8 * text.len());
    }
}
