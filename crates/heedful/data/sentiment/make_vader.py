"""Derives `vader.txt` from the lists of VADER (Hutto and Gilbert 2014; MIT, see LICENSE-VADER).

    pip install vaderSentiment==3.3.2 && python make_vader.py

Words keep VADER's mean rating, -4 to 4, to a tenth. Left out are digits used as code words, words that VADER uses as
intensifiers, and inflections whose value follows from a listed word by the rule in `lexicon.rs` to within 0.4. An emoji
gets what VADER makes of its English name.
"""

from collections import defaultdict
from pathlib import Path

from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer

ENDINGS = [("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("'s", ""), ("ly", ""), ("ied", "y")]


def base(word, known):
    """The listed word that `word` is an inflection of."""
    for ending, instead in ENDINGS:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) >= 5 and stem in known and abs(known[stem]) >= 1:
            return stem
    return None


def main():
    vader = SentimentIntensityAnalyzer()
    known = {
        word.replace(" ", "_"): round(value, 1)
        for word, value in vader.lexicon.items()
        if abs(value) >= 0.05 and not word.isdigit() and word not in BOOSTER_DICT
    }
    kept = {}
    for word in sorted(known, key=lambda word: (len(word), word)):
        stem = base(word, kept)
        if stem is None or abs(kept[stem] - known[word]) > 0.4:
            kept[word] = known[word]
    values = defaultdict(list)
    for word, value in kept.items():
        values[value].append(word)
    for emoji in vader.emojis:
        bare = emoji.replace("\ufe0f", "")
        name = vader.emojis[emoji]
        if any("\U0001f3fb" <= c <= "\U0001f3ff" for c in bare):
            continue  # skin tones do not change what is meant
        compound = vader.polarity_scores(name)["compound"]
        # VADER's normalisation, undone.
        value = round(compound * (15 / (1 - compound**2)) ** 0.5, 1)
        if value and bare not in values[value]:
            values[value].append(bare)
    lines = [
        "# Derived from VADER's lists by make_vader.py; MIT, Copyright (c) 2016 C.J. Hutto, see LICENSE-VADER.",
        *(f"[{value:g}]\n{' '.join(sorted(words))}" for value, words in sorted(values.items())),
    ]
    Path(__file__).with_name("vader.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
