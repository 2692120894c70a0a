//! Ground floor: the words of a comment, with spans that point into the original text.
