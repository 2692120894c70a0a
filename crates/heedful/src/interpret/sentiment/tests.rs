use std::path::Path;

use proptest::prelude::*;

use super::*;

fn reader(language: Language) -> Sentiment {
    Sentiment::new(SentimentOptions::new(language)).unwrap()
}

/// Comments and the sign of their value.
fn signs(language: Language, comments: &[(&str, i32)]) {
    let mut sentiment = reader(language);
    let wrong: Vec<_> = comments
        .iter()
        .map(|(comment, sign)| (comment, sign, sentiment.value(comment)))
        .filter(|(_, sign, value)| {
            value.map_or(0, |v| if v.abs() < NEUTRAL { 0 } else { v.signum() as i32 }) != **sign
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The examples that VADER's authors publish with it, and the direction of their compound score
/// (vaderSentiment 3.3.2, README).
#[test]
fn agrees_with_vader_on_its_own_examples() {
    signs(
        Language::English,
        &[
            ("VADER is smart, handsome, and funny.", 1),
            ("VADER is smart, handsome, and funny!", 1),
            ("VADER is very smart, handsome, and funny.", 1),
            ("VADER is VERY SMART, handsome, and FUNNY.", 1),
            ("VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", 1),
            ("The book was good.", 1),
            ("At least it isn't a horrible book.", 1),
            (
                "The plot was good, but the characters are uncompelling and the dialog is not great.",
                -1,
            ),
            ("Today SUX!", -1),
            ("Today only kinda sux! But I'll get by, lol", 1),
            ("Make sure you :) or :D today!", 1),
            ("Not bad at all", 1),
        ],
    );
    let mut sentiment = reader(Language::English);
    let mut rising = [
        "VADER is smart, handsome, and funny.",
        "VADER is smart, handsome, and funny!",
        "VADER is very smart, handsome, and funny!!",
        "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!",
    ]
    .map(|comment| sentiment.value(comment).unwrap());
    assert!(rising.is_sorted());
    rising.reverse();
    assert!(!rising.is_sorted());
}

#[test]
fn words_act_on_each_other() {
    signs(
        Language::English,
        &[
            ("No problems at all", 1),
            ("never had a problem with it", 1),
            ("without any trouble", 1),
            ("it does not work", -1),
            ("I would not recommend it", -1),
            ("not good enough", -1),
            ("not only fast but also cheap and reliable", 1),
            ("less reliable than before", -1),
            ("not the worst", 0),
            ("could be better", -1),
            ("nothing could be better", 1),
            ("couldn't be happier", 1),
            ("please add a dark mode", -1),
            ("it would be nice if it were faster", -1),
            ("the app needs to be faster", -1),
            ("don't waste your money", -1),
            ("waste of money", -1),
            ("too expensive", -1),
            ("sooooo goooood", 1),
            ("I dont like it", -1),
            ("nobody called me back", -1),
            ("👍🏽", 1),
            ("😡", -1),
            ("#fail", -1),
            ("&lt;3", 1),
        ],
    );
    let mut sentiment = reader(Language::English);
    let mut value = |comment: &str| sentiment.value(comment).unwrap();
    assert!(value("very slow") < value("slow"));
    assert!(value("slow") < value("slightly slow"));
    assert!(value("slow service") < value("is the service slow?") + 1e-9);
    assert!(value("good food") > value("is the food good?"));
    assert!(value("slow but good") > value("good but slow"));
}

/// What customers say without a word that is good or bad by itself, and what turns such words.
#[test]
fn knows_what_customers_mean() {
    signs(
        Language::English,
        &[
            ("Never been so happy with a purchase", 1),
            ("Never been so disappointed", -1),
            ("The staff couldn't have been nicer", 1),
            ("I cannot recommend them enough", 1),
            ("I would recommend it to nobody", -1),
            ("It used to be good", -1),
            ("I hope it gets better", -1),
            ("It hardly ever works", -1),
            ("Neither friendly nor helpful", -1),
            ("Neither the food nor the service was good", -1),
            ("Less than impressed", -1),
            ("It was supposed to be great", -1),
            ("Thanks for nothing", -1),
            ("Problem solved", 1),
            ("My problem was not solved", -1),
            ("My refund was processed immediately", 1),
            ("I never received my order", -1),
            ("I didnt have to wait", 1),
            ("I had to wait an hour", -1),
            ("The wait was not long", 1),
            ("10/10", 1),
            ("0/10", -1),
            ("The app no longer crashes", 1),
            ("It wouldn't let me pay", -1),
            ("Low prices", 1),
            ("Treated like family", 1),
            ("Treated like a number", -1),
            ("Your competitors are faster", -1),
        ],
    );
    signs(
        Language::German,
        &[
            ("Mein Problem wurde gelöst", 1),
            ("Ich musste nicht lange warten", 1),
            ("Früher war es besser", -1),
            ("Die Ware ist immer noch nicht da", -1),
            ("Doppelt abgebucht", -1),
        ],
    );
    signs(
        Language::French,
        &[
            ("On trouve tout", 1),
            ("Problème résolu", 1),
            ("Une seule caisse ouverte", -1),
            ("Jamais reçu mon colis", -1),
        ],
    );
    signs(
        Language::Spanish,
        &[
            ("Problema resuelto", 1),
            ("Todavía no ha llegado", -1),
            ("Me cobraron dos veces", -1),
            ("Sin esperas", 1),
        ],
    );
}

#[test]
fn speaks_german_french_and_spanish() {
    signs(
        Language::German,
        &[
            ("Sehr freundliche Mitarbeiter, schnelle Lieferung", 1),
            ("Das Essen war kalt und der Kellner unfreundlich", -1),
            ("Das gefällt mir nicht", -1),
            ("Ich kann diesen Laden nicht empfehlen", -1),
            ("Keine Probleme, alles bestens", 1),
            ("funktioniert nicht", -1),
            ("Die App stürzt nicht mehr ab, super!", 1),
            ("Enttäuschend", -1),
            ("ENTTAEUSCHEND", -1),
            ("Es wäre schön, wenn die App schneller wäre", -1),
            ("Man wird nie zurückgerufen", -1),
        ],
    );
    signs(
        Language::French,
        &[
            ("Personnel très accueillant et bons conseils", 1),
            ("L'accueil n'est pas agréable", -1),
            ("Je ne recommande pas", -1),
            ("Je ne suis jamais déçu", 1),
            ("trop d'attente en caisse", -1),
            ("Très déçue par la qualité", -1),
            ("tres decu", -1),
            ("pas de problème", 1),
        ],
    );
    signs(
        Language::Spanish,
        &[
            ("Excelente atención, muy amables", 1),
            ("No funciona", -1),
            ("No tengo ningún problema", 1),
            ("El servicio es pésimo y muy lento", -1),
            ("no lo recomiendo", -1),
            ("Me gusta mucho", 1),
            ("Nunca contestan el teléfono", -1),
            ("Me siento estafado", -1),
        ],
    );
    // What is not spoken is not guessed at; signs speak.
    signs(Language::Finnish, &[("huono palvelu", 0), ("huono palvelu 😡", -1)]);
}

#[test]
fn clauses_are_told_apart() {
    let mut sentiment = reader(Language::English);
    let comment = "Food great, service slow";
    let feeling = sentiment.read(comment);
    let spans: Vec<_> =
        feeling.clauses.iter().filter_map(|c| comment.get(c.start..c.end)).collect();
    assert_eq!(spans, ["Food great", "service slow"]);
    assert!(feeling.mixed);
    assert!(feeling.around(0, 4) > Some(0.3));
    assert!(feeling.around(12, 19) < Some(-0.3));

    let comment = "The rooms were clean and the breakfast was terrible. Great food and service.";
    let feeling = sentiment.read(comment);
    let at = |word: &str| {
        let start = comment.find(word).unwrap();
        feeling.around(start, start + word.len())
    };
    assert!(at("rooms") > Some(0.2));
    assert!(at("breakfast") < Some(-0.2));
    assert_eq!(at("service"), at("food"));
    assert!(at("service") > Some(0.5));
    assert_eq!(feeling.around(9999, 10000), None);

    let comment = "The staff, although it was late, were lovely. Why?";
    let feeling = sentiment.read(comment);
    assert!(feeling.clauses.iter().any(|c| c.contrast));
    assert_eq!(
        feeling.clauses.last().map(|c| (c.mood, c.sentence)),
        Some((ClauseMood::Question, 1))
    );
}

#[test]
fn emotions_are_named_denied_and_strengthened() {
    let mut sentiment = reader(Language::English);
    let mut named = |comment: &str| -> Vec<(Emotion, String)> {
        let feeling = sentiment.read(comment);
        let text = |e: &EmotionMention| comment.get(e.start..e.end).unwrap().to_owned();
        feeling.emotions.iter().map(|e| (e.emotion, text(e))).collect()
    };
    let pair = |emotion, text: &str| (emotion, text.to_owned());
    assert_eq!(named("I was not angry, just confused"), [pair(Emotion::Confused, "confused")]);
    assert_eq!(named("Not happy"), [pair(Emotion::Disappointed, "happy")]);
    assert_eq!(named("They made me feel welcome"), [pair(Emotion::Valued, "made me feel welcome")]);
    assert_eq!(named("I feel ripped off"), [pair(Emotion::Betrayed, "ripped off")]);
    assert_eq!(
        named("Thank you, what a relief"),
        [pair(Emotion::Grateful, "Thank you"), pair(Emotion::Relieved, "relief")]
    );
    let mut intensity = |comment: &str| sentiment.read(comment).emotions[0].intensity;
    assert!(intensity("furious") > intensity("very annoyed"));
    assert!(intensity("very annoyed") > intensity("annoyed"));
}

/// A phrase or form with a value of its own names the emotion of the word in it.
#[test]
fn emotions_are_named_in_phrases_too() {
    let named = [
        (Language::English, "Pleasantly surprised by the room", Emotion::Surprised),
        (Language::English, "It makes my blood boil", Emotion::Angry),
        (Language::English, "We loved it", Emotion::Delighted),
        (Language::German, "Rundum zufrieden", Emotion::Satisfied),
        (Language::German, "Alles Lügen", Emotion::Betrayed),
        (Language::French, "Je suis inquiet", Emotion::Anxious),
        (Language::French, "Je ne comprends pas la facture", Emotion::Confused),
        (Language::Spanish, "Muchas gracias por todo", Emotion::Grateful),
        (Language::Spanish, "Muy decepcionante", Emotion::Disappointed),
    ];
    for (language, comment, emotion) in named {
        let feeling = reader(language).read(comment);
        assert!(feeling.emotions.iter().any(|e| e.emotion == emotion), "{comment}");
    }
}

#[test]
fn nothing_felt_is_not_zero() {
    let mut sentiment = reader(Language::English);
    for comment in ["", "   ", "17", "https://example.com", "The parcel is here", "?!", "\u{200b}"]
    {
        let feeling = sentiment.read(comment);
        assert_eq!((feeling.value, feeling.strength, feeling.band), (None, 0.0, None), "{comment}");
    }
    let balanced = sentiment.read("good and bad, bad and good");
    assert!(balanced.value.is_some() && balanced.strength > 0.4 && balanced.mixed);
}

#[test]
fn own_words_come_first() {
    let options =
        SentimentOptions::default().word("Great", -1.0).word("sick beats", 0.9).word("awful", 0.0);
    let mut sentiment = Sentiment::new(options).unwrap();
    assert!(sentiment.value("great") < Some(-0.5));
    assert!(sentiment.value("sick beat") > Some(0.5));
    assert_eq!(sentiment.value("awful"), None);
    let error = Sentiment::new(SentimentOptions::default().word("x", f64::NAN)).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "words"));
    let error = SentimentOptions::from_json(r#"{"word": {}}"#).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, "word"));
}

#[test]
fn tables_have_a_row_for_each() {
    let mut sentiment = reader(Language::English);
    let texts: Texts =
        [Some("Food great, service slow"), None, Some("Furious!")].into_iter().collect();
    let feelings = sentiment.read_all(&texts);
    assert_eq!((feelings.to_table().len(), feelings.clauses_to_table().len()), (3, 3));
    assert_eq!(feelings.emotions_to_table().len(), 2);
    let json = serde_json::to_string(&feelings).unwrap();
    assert!(json.contains(r#""band":"very_negative""#) && json.starts_with("[{"), "{json}");
}

/// Mean human ratings of tweets and review snippets (Hutto and Gilbert 2014). VADER itself, 3.3.2, reaches 0.872
/// and 0.590.
#[test]
fn agrees_with_people() {
    for (name, least) in [("tweets", 0.87), ("amazonReviewSnippets", 0.62)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../../../shared/data/vader_truth/{name}_GroundTruth.txt"));
        let Ok(bytes) = std::fs::read(&path) else {
            eprintln!("skipped: no {}", path.display());
            return;
        };
        let mut sentiment = reader(Language::English);
        let (mut found, mut truth) = (Vec::new(), Vec::new());
        for line in String::from_utf8_lossy(&bytes).lines() {
            let mut columns = line.splitn(3, '\t').skip(1);
            truth.push(columns.next().unwrap().parse::<f64>().unwrap());
            found.push(sentiment.value(columns.next().unwrap()).unwrap_or(0.0));
        }
        let r = pearson(&found, &truth);
        assert!(r >= least, "{name}: {r}");
    }
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a_mean, b_mean) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(x, y)| f(x - a_mean, y - b_mean)).sum()
    };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

#[test]
fn a_long_comment_takes_its_time_and_no_more() {
    let mut sentiment = reader(Language::English);
    for piece in [
        "not very good, but ",
        "!",
        "no ",
        "would not ",
        "great ",
        "\u{301}",
        "if ",
        "waste of ",
        "a",
    ] {
        let comment = piece.repeat((1 << 18) / piece.len());
        let feeling = sentiment.read(&comment);
        assert!(feeling.value.is_none_or(|v| (-1.0..=1.0).contains(&v)));
    }
}

proptest! {
    #[test]
    fn any_text_is_read(comment in ".{0,60}|([a-z ,.!?'😡👍🏽-]|not |good |but |if |slow ){0,40}", language in 0..Language::ALL.len()) {
        let mut sentiment = reader(Language::ALL[language]);
        let feeling = sentiment.read(&comment);
        prop_assert!(feeling.value.is_none_or(|v| (-1.0..=1.0).contains(&v)));
        prop_assert!((0.0..=1.0).contains(&feeling.strength));
        prop_assert_eq!(sentiment.value(&comment), feeling.value);
        let mut last = 0;
        for clause in &feeling.clauses {
            prop_assert!(clause.start >= last && comment.get(clause.start..clause.end).is_some());
            last = clause.end;
            let around = feeling.around(clause.start, clause.end);
            prop_assert!(clause.value.is_none() || around.is_some());
        }
        for mention in &feeling.emotions {
            prop_assert!(comment.get(mention.start..mention.end).is_some_and(|text| !text.is_empty()));
            prop_assert!(mention.intensity > 0.0 && mention.intensity <= 1.0);
        }
    }
}

/// What is felt about a span, by reading the clauses one by one.
fn around_one_by_one(feeling: &Feeling, start: usize, end: usize) -> Option<f64> {
    let touches = |clause: &FeelingClause| clause.start < end.max(start + 1) && start < clause.end;
    let clauses = &feeling.clauses;
    let mut mass = Mass::default();
    for clause in clauses.iter().filter(|clause| touches(clause)) {
        let (good, bad, count) = clause.mass;
        mass.merge(Mass { good, bad, count }, 1.0);
    }
    if mass.count > 0 {
        return value(mass);
    }
    let first = clauses.iter().position(touches)?;
    let last = clauses.iter().rposition(touches)?;
    let sentence = clauses[first].sentence;
    for clause in &clauses[last + 1..] {
        if clause.sentence != sentence || clause.contrast {
            break;
        }
        if clause.value.is_some() {
            return clause.value;
        }
    }
    for clause in clauses[..=first].iter().rev() {
        if clause.sentence != sentence || clause.value.is_some() {
            return clause.value.filter(|_| clause.sentence == sentence);
        }
        if clause.contrast {
            break;
        }
    }
    None
}

proptest::proptest! {
    #[test]
    fn the_feeling_around_a_span_is_that_of_its_clauses(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "good", "bad", "staff", "the food", ",", ",", ".", "but", "although", "and we", "if", "?", "not",
            ]),
            0..16,
        ),
    ) {
        let text = pieces.join(" ");
        let feeling = Sentiment::new(SentimentOptions::default()).unwrap().read(&text);
        for start in 0..=text.len() {
            for end in start..=text.len() {
                let expected = around_one_by_one(&feeling, start, end);
                proptest::prop_assert_eq!(feeling.around(start, end), expected, "{} {} {}", text, start, end);
            }
        }
    }
}
