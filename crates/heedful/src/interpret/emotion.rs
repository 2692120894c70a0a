//! Emotions that comments name.

use serde::Serialize;

macro_rules! emotions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// An emotion that a comment names.
        ///
        /// The list is that of customer experience, not of psychology: what is felt towards a company. In JSON
        /// and tables it is the snake-case name.
        ///
        /// ```
        /// use heedful::Emotion;
        /// assert_eq!(Emotion::Disappointed.as_str(), "disappointed");
        /// assert_eq!(Emotion::ALL.len(), 12);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive] // a later version may tell more apart
        pub enum Emotion { $($(#[$doc])* $name,)* }

        impl Emotion {
            /// Every emotion there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in JSON and tables, for example `disappointed`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

emotions! {
    /// Content with what was received.
    Satisfied = "satisfied",
    /// More than content: love, excitement, joy.
    Delighted = "delighted",
    /// Thanks.
    Grateful = "grateful",
    /// A worry has gone.
    Relieved = "relieved",
    /// Felt welcome, listened to, respected.
    Valued = "valued",
    /// Expected more; sad about it.
    Disappointed = "disappointed",
    /// Did not understand.
    Confused = "confused",
    /// Worried, stressed, afraid.
    Anxious = "anxious",
    /// From annoyed to furious.
    Angry = "angry",
    /// Revolted.
    Disgusted = "disgusted",
    /// Lied to, cheated; trust is lost.
    Betrayed = "betrayed",
    /// Did not expect it, good or bad.
    Surprised = "surprised",
}

impl Emotion {
    /// What is felt where this is denied: who is "not happy" is disappointed, who is "not angry" need not feel
    /// anything.
    pub(crate) const fn denied(self) -> Option<Self> {
        match self {
            Self::Satisfied | Self::Delighted => Some(Self::Disappointed),
            _ => None,
        }
    }
}

/// An emotion and where the comment names it.
///
/// ```
/// use heedful::{Emotion, Sentiment, SentimentOptions};
/// let text = "I am furious about the bill";
/// let found = Sentiment::new(SentimentOptions::default())?.read(text).emotions;
/// assert_eq!((found[0].emotion, &text[found[0].start..found[0].end]), (Emotion::Angry, "furious"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct EmotionMention {
    /// Which.
    pub emotion: Emotion,
    /// How strong, above 0 and up to 1: "annoyed" less than "furious", "very annoyed" more than "annoyed".
    pub intensity: f64,
    /// First byte of the words that name it.
    pub start: usize,
    /// The byte after them.
    pub end: usize,
}
