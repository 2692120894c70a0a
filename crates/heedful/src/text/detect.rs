//! The language of a text, guessed from its letters.

use whatlang::{Detector, Lang};

use super::language::Language;
use crate::base::table::Table;

impl Language {
    /// The language that a text is most likely written in, and how sure that is, from 0 to 1; `None` where nothing
    /// in it tells.
    ///
    /// Guessed by script and by trigrams of letters (the library `whatlang`). A language that is not among
    /// [`ALL`](Self::ALL) is [`Other`](Self::Other) where it is plain to see, or else taken for the nearest one. Texts
    /// of a few words are often guessed wrong: where the possible languages are known, ask
    /// [`detect_among`](Self::detect_among).
    ///
    /// ```
    /// use heedful::text::Language;
    ///
    /// let (language, confidence) = Language::detect("Le temps d'attente en caisse est beaucoup trop long").unwrap();
    /// assert_eq!(language, Language::French);
    /// assert!((0.0..=1.0).contains(&confidence));
    /// ```
    #[must_use]
    pub fn detect(text: &str) -> Option<(Self, f64)> {
        let any = Detector::new().detect(text)?;
        let known = Self::ALL.iter().any(|language| language.lang() == Some(any.lang()));
        if !known && any.is_reliable() {
            return Some((Self::Other, any.confidence().clamp(0.0, 1.0)));
        }
        Self::detect_among(text, Self::ALL)
    }

    /// The most likely one of these languages, and how sure that is, from 0 to 1; `None` where nothing in the text
    /// tells, or the text is in a script that none of them is written in.
    ///
    /// ```
    /// use heedful::text::Language;
    ///
    /// let market = [Language::English, Language::French];
    /// let language = |text| Language::detect_among(text, &market).map(|(language, _)| language);
    /// assert_eq!(language("très bien"), Some(Language::French));
    /// assert_eq!(language("送货太慢了"), None);
    /// ```
    #[must_use]
    pub fn detect_among(text: &str, languages: &[Self]) -> Option<(Self, f64)> {
        let among = languages.iter().filter_map(|language| language.lang()).collect();
        let found = Detector::with_allowlist(among).detect(text)?;
        // A script of one language is taken for it, whatever was asked.
        let own = languages.iter().find(|language| language.lang() == Some(found.lang()))?;
        // Not a number where nothing speaks for any language.
        let confidence = found.confidence();
        (confidence >= 0.0).then(|| (*own, confidence.min(1.0)))
    }

    /// The language of each text as a table with a row for each: `language`, its code, and `confidence`, from 0 to 1, both
    /// missing where nothing tells. Among all languages where none are named.
    ///
    /// ```
    /// use heedful::text::Language;
    ///
    /// let table = Language::detect_all([Some("Das Personal war sehr freundlich"), None], None);
    /// assert_eq!(serde_json::to_value(&table).unwrap()[0]["language"], "de");
    /// ```
    #[must_use]
    pub fn detect_all<'a>(
        texts: impl IntoIterator<Item = Option<&'a str>>,
        among: Option<&[Self]>,
    ) -> Table {
        let detect = |text: &str| match among {
            Some(among) => Self::detect_among(text, among),
            None => Self::detect(text),
        };
        let found: Vec<_> = texts.into_iter().map(|text| text.and_then(detect)).collect();
        let mut table = Table::new();
        table.texts("language", found.iter().map(|found| found.map(|(own, _)| own.code())));
        table.floats("confidence", found.iter().map(|found| found.map(|(_, sure)| sure)));
        table
    }

    const fn lang(self) -> Option<Lang> {
        Some(match self {
            Self::Arabic => Lang::Ara,
            Self::Chinese => Lang::Cmn,
            Self::Danish => Lang::Dan,
            Self::Dutch => Lang::Nld,
            Self::English => Lang::Eng,
            Self::Finnish => Lang::Fin,
            Self::French => Lang::Fra,
            Self::German => Lang::Deu,
            Self::Greek => Lang::Ell,
            Self::Hungarian => Lang::Hun,
            Self::Italian => Lang::Ita,
            Self::Japanese => Lang::Jpn,
            Self::Norwegian => Lang::Nob,
            Self::Portuguese => Lang::Por,
            Self::Romanian => Lang::Ron,
            Self::Russian => Lang::Rus,
            Self::Spanish => Lang::Spa,
            Self::Swedish => Lang::Swe,
            Self::Tamil => Lang::Tam,
            Self::Thai => Lang::Tha,
            Self::Turkish => Lang::Tur,
            Self::Other => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, expected) in [
            ("The delivery was late and nobody answered the phone", Language::English),
            ("Die Lieferung kam zu spät und niemand ging ans Telefon", Language::German),
            ("La entrega llegó tarde y nadie contestó el teléfono", Language::Spanish),
            ("Доставка опоздала, и никто не отвечал на звонки", Language::Russian),
            ("送货太慢了，客服也不回复", Language::Chinese),
            ("配送が遅くて、電話に誰も出ませんでした", Language::Japanese),
            ("ส่งของช้ามาก", Language::Thai),
            ("Dostawa była spóźniona i nikt nie odbierał telefonu", Language::Other),
        ] {
            assert_eq!(Language::detect(text).unwrap().0, expected, "{text}");
        }
        for text in ["", "123 !?", "😀"] {
            assert_eq!(Language::detect(text), None, "{text}");
        }
    }

    #[test]
    fn only_those_asked_for() {
        let among = [Language::English, Language::French];
        assert_eq!(Language::detect_among("très bien", &among).unwrap().0, Language::French);
        assert_eq!(Language::detect_among("送货太慢了", &among), None);
        assert_eq!(Language::detect_among("very good", &[]), None);
    }
}
