"""Makes the vectors of comments that every language runs: `python3 make_text.py`.

Python 3.11 with mpmath 1.4, scikit-learn 1.9, krippendorff 0.9, uniseg 0.10, snowballstemmer 2.0 and vaderSentiment 3.3;
`snowballstemmer` is of the age of the stemmers under test: later versions stem some words otherwise.

A span is written in all three units, `{"bytes": [0, 5], "characters": [0, 4], "utf16": [0, 4]}`: every language looks at its
own. U+FFFD stands for a lone surrogate in JavaScript, which is run with both.

What comes from nobody else, such as the bytes of a trained model, is marked as a record in `source`: it says that all
languages agree, and with what was before, not that it is right.
"""

import collections
import importlib.metadata

import krippendorff
import mpmath as mp
import sklearn.metrics as metrics
import snowballstemmer
import uniseg.wordbreak
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from make import number, score, vector, wilson, write, z_of
from recorded_text import RECORDED

HAND = "by hand, from the documentation"
RECORD = "a record of what Rust gave, for agreement between languages and versions"


def span(text, start, end):
    """A place, given in characters."""
    before, within = text[:start], text[start:end]
    size = lambda piece: (len(piece.encode()), len(piece), len(piece.encode("utf-16-le")) // 2)
    return {
        unit: [skip, skip + length]
        for unit, skip, length in zip(("bytes", "characters", "utf16"), size(before), size(within), strict=True)
    }


def places(text, pieces):
    """Where pieces stand, one after the other; a piece may begin within the one before."""
    at = 0
    for piece in pieces:
        start = text.index(piece, at)
        yield span(text, start, start + len(piece))
        at = start + 1


# Words


def read(id, language, *texts, source=HAND):
    """Each text with its tokens: pieces of it, with kind and what else is known of each."""
    rows = []
    for row, (text, tokens) in enumerate(texts):
        known = [token if isinstance(token, tuple) else (token, "word", {}) for token in tokens]
        known = [(token[0], token[1], token[2] if len(token) > 2 else {}) for token in known]
        for (_, kind, more), place in zip(known, places(text, [piece for piece, *_ in known]), strict=True):
            rows.append({"row": row, "kind": kind, "span": place} | more)
    texts = [text for text, _ in texts]
    return vector(f"tokens-{id}", "tokens", {"texts": texts}, {"language": language}, rows, source=source)


def folded(form):
    return {"folded": form}


def words():
    word, emoji, mark, gram = "word", "emoji", "punctuation", "gram"
    out = [
        read("kinds", "en",
             ("Deliveries were soooo late 😡!!",
              [("Deliveries", word, {"folded": "deliveries", "stem": "deliveri", "stop": False, "upper": False, "elongated": False}),
               ("were", word, {"stop": True}), ("soooo", word, {"folded": "soo", "elongated": True}), "late", ("😡", emoji), ("!!", mark, folded("!"))]),
             ("VERY BAD: 10/10, 3.5?!", [("VERY", word, {"upper": True, "folded": "very"}), "BAD", (":", mark), ("10", "number"), ("10", "number"), (",", mark), ("3.5", "number"), ("?!", mark, folded("?!"))]),
             ("check-out...", ["check", "out", ("...", mark, folded("…"))]),
             ("", [])),
        read("apostrophes", "en",
             ("DON’T dont can't won’t", [(piece, word, folded(form)) for piece, form in (("DON’T", "don't"), ("dont", "don't"), ("can't", "can't"), ("won’t", "won't"))])),
        read("elisions", "fr",
             ("L’accueil qu'ils aujourd'hui ÉTÉ", [("L’accueil", word, folded("accueil")), ("qu'ils", word, folded("ils")), ("aujourd'hui", word, folded("aujourd'hui")), ("ÉTÉ", word, folded("été"))])),
        read("elisions-italian", "it", ("dell'albergo", [("dell'albergo", word, folded("albergo"))])),
        read("elongations", "en", ("Goooood SOOOO yesss no", [("Goooood", word, {"folded": "good", "elongated": True}), ("SOOOO", word, {"folded": "soo", "upper": True}), ("yesss", word, folded("yess")), ("no", word, {"elongated": False})])),
        read("addresses", "en",
             ("#Fail @heedful www.shop.example/a?b=1 anna@mail.example",
              [("#Fail", "hashtag", folded("fail")), ("@heedful", "mention", folded("@heedful")), ("www.shop.example/a?b=1", "url", folded("[url]")), ("anna@mail.example", "email", folded("[email]"))])),
        read("entities", "en",
             ("it&rsquo;s R&amp;D&hellip; &#x1F600;&nbsp;ok",
              [("it&rsquo;s", word, folded("it's")), ("R", word), ("D", word), ("&hellip;", mark, folded("…")), ("&#x1F600;", emoji, folded("😀")), "ok"]),
             ("caf&eacute; &lt;3", [("caf&eacute;", word, folded("café")), ("&lt;3", "emoticon", folded("<3"))])),
        read("emoji", "en",
             ("👍🏽 👩‍👩‍👧 🇩🇪 ❤️ 1️⃣", [("👍🏽", emoji, folded("👍")), ("👩‍👩‍👧", emoji), ("🇩🇪", emoji), ("❤️", emoji, folded("❤")), ("1️⃣", emoji)]),
             ("🤷🏾‍♀️🤷", [("🤷🏾‍♀️", emoji, folded("🤷")), ("🤷", emoji, folded("🤷"))]),
             ("a😡b", ["a", ("😡", emoji), "b"])),
        read("emoticons", "en", ("good :-))) bad :( <3 xD", ["good", (":-)))", "emoticon", folded(":)")), "bad", (":(", "emoticon"), ("<3", "emoticon"), ("xD", "emoticon", folded("xd"))])),
        read("combining-marks", "fr", ("cafe\u0301 noir, re\u0301el", ["cafe\u0301", "noir", (",", mark), "re\u0301el"])),
        read("right-to-left", "und", ("שלום עולם! טוב", ["שלום", "עולם", ("!", mark), "טוב"]), ("الخدمة بطيئة جدا، شكرا", ["الخدمة", "بطيئة", "جدا", ("،", mark, folded(",")), "شكرا"])),
        read("lone-surrogates", "en", ("bad\ufffd service \ufffd\ufffd😡 end", ["bad", "service", ("😡", emoji), "end"])),
        read("controls", "en", ("a\u0000b\u200bc\u00add", ["a", ("b\u200bc\u00add", word)] if False else ["a", "b", "c\u00add"])),
        read("chinese", "zh", ("送货太慢。OK 好", [("送货", gram), ("货太", gram), ("太慢", gram), ("慢", gram), ("。", mark, folded(".")), "OK", ("好", gram)])),
        read("japanese", "ja", ("サービスが悪い", ["サービス", ("が悪", gram), ("悪い", gram), ("い", gram)])),
        read("thai", "th", ("ราคา ดี", [("รา", gram), ("าค", gram), ("คา", gram), ("า", gram), ("ดี", gram)])),
        read("beyond-the-basic-plane", "en", ("𝒳 𐐷 bad", ["𝒳", "𐐷", "bad"])),
        vector("tokens-unknown-language", "tokens", {"texts": ["a"]}, {"language": "klingon"}, error={"code": "unknown-name"}, source=HAND),
    ]
    # Plain sentences, split by another implementation of UAX #29.
    sentences = {
        "en": "The driver can't find 3,000.50 parcels at O'Neill's can_do shop",
        "de": "Die Lieferung kam schließlich übermorgen in der Straße an",
        "el": "Η παράδοση άργησε πολύ στο κατάστημα",
        "ru": "Доставка очень медленная и дорогая",
        "ar": "التوصيل متأخر والموظف لطيف",
        "hi": "ग्राहक सेवा बहुत धीमी है",
        "ko": "배송이 너무 느려요",
        "tr": "Kargo çok geç İstanbul'a ulaştı",
        "und": "a.b 1.5a x٣y é́ zw\u200dj naïve co\u00adop",
    }
    for language, text in sentences.items():
        rows, at = [], 0
        for piece in uniseg.wordbreak.words(text):
            if any(letter.isalnum() for letter in piece):
                rows.append({"row": 0, "span": span(text, at, at + len(piece))})
            at += len(piece)
        code = "und" if language in ("hi", "ko") else language
        out.append(vector(f"tokens-boundaries-{language}", "tokens", {"texts": [text]}, {"language": code}, rows, source="make_text.py: word boundaries of UAX #29 by uniseg 0.10"))
    return out


WORDS = {  # language: Snowball's name of it, and words of customers
    "ar": ("arabic", "التوصيل الخدمة سريعة منتجات الموظفين أسعار"),
    "da": ("danish", "leveringen pakkerne ventetiden venlige medarbejdere prisen betaling"),
    "nl": ("dutch", "levering pakketten wachttijden vriendelijke medewerkers prijzen betalingen klantenservice"),
    "en": ("english", "deliveries delivered delivering waiting waited happily generously relational conditional argument expensive expenses cancellation skies dying easily news inning succeed running relate agreement"),
    "fi": ("finnish", "toimitukset paketit odotusaika ystävällinen hinnat palvelussa"),
    "fr": ("french", "livraisons livreur attendre gentillesse rapidement payements continuellement vendeuses malheureusement"),
    "de": ("german", "lieferungen lieferung gewartet freundlichkeit preise zahlungen bestellte kundinnen verspätungen"),
    "hu": ("hungarian", "szállítás csomagok várakozási kedvesek árak fizetések"),
    "it": ("italian", "consegne consegnato attesa gentilezza prezzi pagamenti velocemente venditori"),
    "no": ("norwegian", "leveringen pakkene ventetiden vennlige medarbeidere prisene betalingen"),
    "pt": ("portuguese", "entregas entregador esperando gentileza preços pagamentos rapidamente vendedoras"),
    "ro": ("romanian", "livrare pachetele așteptare amabilitate prețuri plăți"),
    "ru": ("russian", "доставка доставки курьеры ожидание вежливость цены оплаты медленно"),
    "es": ("spanish", "entregas entregado esperando amabilidad precios pagos rápidamente vendedoras desafortunadamente"),
    "sv": ("swedish", "leveransen paketen väntetiden vänliga medarbetare priserna betalningen"),
    "tr": ("turkish", "teslimatlar paketler bekleme nazik fiyatlar ödemeler"),
}


def stems():
    assert importlib.metadata.version("snowballstemmer").startswith("2.0."), "later versions stem otherwise"
    out = []
    for language, (name, words) in WORDS.items():
        stem = snowballstemmer.stemmer(name)
        out.append(vector(f"stems-{name}", "stems", {"words": words.split()}, {"language": language}, [stem.stemWord(word) for word in words.split()],
                          source="make_text.py: Snowball's stems by snowballstemmer 2.0"))
    return out


def redaction():
    def of(id, names, *texts):
        clean, spans = [], []
        for row, (text, pieces) in enumerate(texts):
            found = list(places(text, [piece for piece, _ in pieces])) if text else []
            made, at = "", 0
            for (piece, kind), place in zip(pieces, found, strict=True):
                start, end = place["characters"]
                made, at = made + text[at:start] + f"[{kind}]", end
                spans.append({"row": row, "kind": kind, "span": place})
            clean.append(text if text is None else made + text[at:])
        return vector(f"redact-{id}", "redact", {"texts": [text for text, _ in texts]}, {"names": names}, {"texts": clean, "spans": spans}, source=HAND)

    return [
        of("kinds", ["anna", "O'Neill"],
           ("write to jo.e@mail.example.com.", [("jo.e@mail.example.com", "email")]),
           ("call 0800 123 4567 or +44 (0)20 7946 0018!", [("0800 123 4567", "phone"), ("+44 (0)20 7946 0018", "phone")]),
           ("card 4111 1111 1111 1111 declined", [("4111 1111 1111 1111", "card")]),
           ("IBAN DE89 3704 0044 0532 0130 00, thanks", [("DE89 3704 0044 0532 0130 00", "iban")]),
           ("from 192.168.0.1 and 2001:db8::8a2e:370:7334", [("192.168.0.1", "ip"), ("2001:db8::8a2e:370:7334", "ip")]),
           ("order 123456789", [("123456789", "number")]),
           ("https://shop.example/reset?token=abc now", [("https://shop.example/reset?token=abc", "url")]),
           ("ANNA's and Bob", [("ANNA's", "name")])),
        of("what-stays", [],
           ("waited 45 minutes on 12/05/2024 at 10:30, rated 10/10", []),
           ("paid 1 250.50 or 1.250.000 or 39.99 for 3 of 12345", []),
           ("https://shop.example/help now", []), ("", []), (None, [])),
        of("signs", ["Åsa"],
           ("👩‍👩‍👧 e\u0301 שלום a@b.example 漢字 Åsa", [("a@b.example", "email"), ("Åsa", "name")]),
           ("\ufffd a@b.example \ufffd", [("a@b.example", "email")])),
    ]


# Reasons

SHOP = {
    "id": "shop",
    "language": "en",
    "reasons": [
        {"id": "food", "terms": ["food", "meal", "fish chips"], "reasons": [{"id": "taste", "terms": ["tasty food", "bland"]}]},
        {"id": "service", "terms": {"en": ["service", "wait* * minutes", "=us"], "de": ["bedienung"]}, "touchpoints": ["shop"]},
        {"id": "phone", "terms": ["battery +phone", {"term": "screen +phone", "within": "comment"}, "charger -free"], "metrics": ["csat"]},
        {"id": "fault", "terms": [{"term": "problem", "negated": False}, {"term": "work", "negated": True}]},
        {"id": "delay", "terms": ["slow|late delivery|parcel"]},
        {"id": "price", "terms": ["expensive", "price"]},
    ],
}
PARENT = {"taste": "food"}


def maps(id, comments, expected, given=None, source=HAND, **options):
    """`expected`: row, reason, source, confidence and pieces of the comment; the first of each row is the main one."""
    rows, seen = [], set()
    for row, reason, origin, confidence, *pieces in expected:
        text = comments[row] or ""
        rows.append({"row": row, "reason": reason, "parent": PARENT.get(reason), "main": row not in seen, "source": origin,
                     "confidence": confidence, "spans": list(places(text, pieces))})
        seen.add(row)
    return vector(f"map-{id}", "map", {"comments": comments} | (given or {}), {"taxonomy": SHOP} | options, rows, source=source)


def one(*confidences):
    """Of several terms: at least one of them is right."""
    rest = 1.0
    for confidence in confidences:
        rest *= 1 - confidence
    return 1 - rest


def claim(text, reason, confidence, *pieces):
    return {"reason": reason, "confidence": confidence, "spans": list(places(text, pieces))}


def reasons():
    comments = ["The battery of my phone died", "a rude battery", "the parcel was late, sorry"]
    model = [[claim(comments[0], "phone", 0.9, "battery"), claim(comments[0], "service", 0.6)], [claim(comments[1], "service", 0.4, "rude")], []]
    odd = "🤷🏾‍♀️ e\u0301 שלום"
    return [
        maps("stems-and-phrases", ["Two Meals, and fish chips", "fish and chips", "mealy", None, ""],
             [(0, "food", "terms", one(0.5, 0.7), "Meals", "fish chips")]),
        maps("a-branch-is-silent-within-what-is-below-it", ["tasty food", "tasty food and more meals", "bland"],
             [(0, "taste", "terms", 0.7, "tasty food"), (1, "taste", "terms", 0.7, "tasty food"), (1, "food", "terms", 0.5, "meals"), (2, "taste", "terms", 0.5, "bland")]),
        maps("gaps", ["we waited forty minutes", "waiting for about forty minutes", "waited for more than forty minutes", "waits minutes"],
             [(0, "service", "terms", 0.7, "waited forty minutes"), (1, "service", "terms", 0.7, "waiting for about forty minutes"), (3, "service", "terms", 0.7, "waits minutes")]),
        maps("exact-forms", ["ask US now", "we use it"], [(0, "service", "terms", 0.5, "US")]),
        maps("needed-and-refused-words", ["the battery of my phone", "the battery", "the battery, my phone", "the screen, my phone", "a charger", "a free charger", "a charger, free"],
             [(0, "phone", "terms", 0.5, "battery"), (3, "phone", "terms", 0.5, "screen"), (4, "phone", "terms", 0.5, "charger"), (6, "phone", "terms", 0.5, "charger")]),
        maps("negation", ["a problem", "no problems at all", "never a problem", "it works", "it does not work", "it doesn’t work"],
             [(0, "fault", "terms", 0.5, "problem"), (4, "fault", "terms", 0.5, "work"), (5, "fault", "terms", 0.5, "work")]),
        maps("alternatives", ["slow parcel", "late delivery", "fast delivery"], [(0, "delay", "terms", 0.7, "slow parcel"), (1, "delay", "terms", 0.7, "late delivery")]),
        maps("typing-errors", ["far too expensve", "expensiev", "expnsv", "fod"], [(0, "price", "terms", 0.4, "expensve"), (1, "price", "terms", 0.4, "expensiev")], typos=True),
        maps("no-typing-errors-unless-asked", ["far too expensve"], []),
        maps("several-reasons", ["Great food, but terrible service: we waited forty minutes"],
             [(0, "service", "terms", one(0.5, 0.7), "service", "waited forty minutes"), (0, "food", "terms", 0.5, "food")]),
        maps("one-word-twice-is-one-word", ["price, price, price"], [(0, "price", "terms", 0.5, "price", "price", "price")]),
        maps("clicks-and-codes", ["good food", "good food", "good food", "slow service", None, None, "no food"],
             [(0, "service", "click", 1.0), (0, "food", "terms", 0.5, "food"), (1, "food", "click", 1.0, "food"), (3, "price", "manual", 1.0), (4, "price", "click", 1.0), (6, "price", "click", 1.0), (6, "delay", "manual", 1.0)],
             {"clicks": [["service"], ["food"], None, None, ["price"], None, ["price"]], "manual": [None, None, [], ["price"], None, None, ["delay"]]}),
        maps("a-model-beats-terms", comments,
             [(0, "phone", "model", 0.9, "battery"), (0, "service", "model", 0.6), (1, "service", "model", 0.4, "rude")],
             {"claims": model}, reasons=["phone", "service", "delay"]),
        maps("clicks-beat-codes-beat-a-model", ["the battery of my phone died", "price and battery", "price"],
             [(0, "food", "click", 1.0), (0, "phone", "model", 0.9), (1, "price", "manual", 1.0, "price"), (2, "phone", "model", 0.9), (2, "price", "terms", 0.5, "price")],
             {"claims": [[claim("", "phone", 0.9)]] * 3, "clicks": [["food"], None, None], "manual": [None, ["price"], None]}, reasons=["phone"]),
        maps("least-confidence", comments, [(0, "phone", "model", 0.9, "battery"), (0, "service", "model", 0.6)], {"claims": model}, reasons=["phone", "service", "delay"], least_confidence=0.5),
        maps("touchpoints", ["slow service", "slow service", "slow service"], [(0, "service", "terms", 0.5, "service"), (2, "service", "terms", 0.5, "service")], {"touchpoint": ["shop", "web", None]}),
        maps("languages", ["die bedienung", "the service", "die bedienung"], [(0, "service", "terms", 0.5, "bedienung"), (1, "service", "terms", 0.5, "service")], {"language": ["de", "en", "en"]}),
        maps("metrics", ["a charger and a price"], [(0, "price", "terms", 0.5, "price")], metric="nps"),
        maps("spans", [f"{odd} the food {odd} and service"], [(0, "food", "terms", 0.5, "food"), (0, "service", "terms", 0.5, "service")]),
        maps("lone-surrogates", ["\ufffd food \ufffd", "fo\ufffdod"], [(0, "food", "terms", 0.5, "food")]),
        vector("map-unknown-click", "map", {"comments": ["a"], "clicks": [["prize"]]}, {"taxonomy": SHOP}, error={"code": "unknown-name", "path": "clicks", "row": 0}, source=HAND),
        vector("map-unknown-claim", "map", {"comments": ["a"], "claims": [[claim("a", "prize", 0.5)]]}, {"taxonomy": SHOP, "reasons": ["price"]}, error={"code": "unknown-name", "path": "classifier", "row": 0}, source=HAND),
        vector("map-claim-too-sure", "map", {"comments": ["a"], "claims": [[claim("a", "price", 1.5)]]}, {"taxonomy": SHOP, "reasons": ["price"]}, error={"code": "invalid-argument", "path": "classifier", "row": 0}, source=HAND),
        vector("map-unknown-reason-of-a-classifier", "map", {"comments": ["a"], "claims": [[]]}, {"taxonomy": SHOP, "reasons": ["prize"]}, error={"code": "unknown-name"}, source=HAND),
        vector("map-unknown-language", "map", {"comments": ["a"], "language": ["klingon"]}, {"taxonomy": SHOP}, error={"code": "unknown-name", "row": 0}, source=HAND),
        vector("map-contradiction", "map", {"comments": ["a"]}, {"taxonomy": {"reasons": [{"id": "a", "terms": ["* minutes"]}]}}, error={"code": "invalid-argument"}, source=HAND),
        vector("map-one-id-twice", "map", {"comments": ["a"]}, {"taxonomy": {"reasons": [{"id": "a"}, {"id": "a"}]}}, error={"code": "duplicate-key"}, source=HAND),
    ]


# 6 rows with a reason.
COUNTED = ["bland food", "tasty food, slow service", "service", "service and price", "price", "food, service, price", "nothing of that", None]


def totals():
    reasons = [["taste", "food"], ["taste", "service"], ["service"], ["service", "price"], ["price"], ["food", "service", "price"]]
    main = ["taste", "taste", "service", "service", "price", "food"]
    above = lambda reason: {reason, PARENT.get(reason)}
    z, n = z_of(0.95), len(reasons)
    rows = []
    for place, reason in enumerate(["food", "taste", "service", "phone", "fault", "delay", "price"]):
        row = {"reason": reason, "parent": PARENT.get(reason), "level": int(reason == "taste")}
        counts = {"mention": sum(any(reason in above(one) for one in own) for own in reasons), "main": sum(reason in above(one) for one in main)}
        for name, count in counts.items():
            lower, upper = wilson(count, n, z)
            row |= {"mentions" if name == "mention" else "main": count, f"{name}_share": number(mp.mpf(count) / n), f"{name}_lower": number(lower), f"{name}_upper": number(upper)}
        rows.append(row)
    source = "make_text.py: counts by hand, Wilson's intervals by mpmath"
    return [vector("totals", "totals", {"comments": COUNTED}, {"taxonomy": SHOP}, rows, source=source)]


def by_reason():
    ratings = [10, 3, 0, 9, 8, 2, 10, 7]
    mentions = [["taste", "food"], ["taste", "service"], ["service"], ["service", "price"], ["price"], ["food", "service", "price"], [None], [None]]
    out = []
    for count in ("mentions", "main"):
        groups = collections.defaultdict(list)
        for rating, reasons in zip(ratings, mentions, strict=True):
            for reason in reasons if count == "mentions" else reasons[:1]:
                groups[reason].append(rating)
        rows = []
        for reason in sorted(groups, key=lambda reason: (reason is None, reason)):
            s = score(groups[reason], "nps")
            rows.append({"reason": reason, "n": s["n"], "value": s["value"], "lower": s["interval"]["lower"], "upper": s["interval"]["upper"]})
        out.append(vector(f"score-by-reason-{count}", "score_by_reason", {"table": {"score": ratings, "text": COUNTED}}, {"taxonomy": SHOP, "metric": "nps", "count": count}, rows, tolerance=1e-10,
                          source="make.py: reasons by hand, scores by mpmath"))
    return out


def disagreements():
    comments = ["too expensive", "too expensive", "tasty food", "nothing", None, "price and service"]
    clicks = [["service"], ["price"], ["food"], ["price"], ["price"], ["service"]]
    expected = {"disagreements": [{"row": 0, "clicked": "service", "read": "price"}], "unmapped": [],
                "labels": [["price", "service"], ["price"], ["food", "taste"], ["price"], ["price"], ["price", "service"]]}
    without = {"disagreements": [], "unmapped": [3], "labels": [["price"], ["price"], ["taste"], [], None, ["price", "service"]]}
    return [
        vector("labels-with-clicks", "labels", {"comments": comments, "clicks": clicks}, {"taxonomy": SHOP}, expected, source=HAND),
        vector("labels-without-clicks", "labels", {"comments": comments}, {"taxonomy": SHOP}, without, source=HAND),
    ]


def lints():
    taxonomy = {"id": "lint", "reasons": [
        {"id": "price", "terms": ["price", "prices", "fee +phone -phone", "the"]},
        {"id": "bill", "terms": ["bill", "price"]},
        {"id": "staff", "terms": ["rude staff", "nice"]},
    ]}
    finding = lambda kind, reason, term, other=None, other_term=None, comments=None: {"kind": kind, "language": "en", "reason": reason, "term": term, "other_reason": other, "other_term": other_term, "comments": comments}
    plain = [finding("dead", "price", "fee +phone -phone"), finding("stop_words", "price", "the"), finding("repeated", "price", "prices", "price", "price"), finding("shared", "bill", "price", "price", "price")]
    comments = ["bill and nice people", "a nice bill", "bill of a nice man", "nice, this bill", "a nice bill again", "nothing"]
    overlaps = [{"reason": "bill", "other": "staff", "comments": 5, "other_comments": 5, "both": 5, "share": 1.0, "jaccard": 1.0}]
    return [
        vector("lint-terms", "lint", {"comments": []}, {"taxonomy": taxonomy}, {"findings": plain, "overlaps": []}, source=HAND),
        vector("lint-overlaps", "lint", {"comments": comments}, {"taxonomy": taxonomy}, {"overlaps": overlaps}, source=HAND),
    ]


# Models

TAUGHT = [
    ("the parcel came late", "delay"), ("late again, three days", "delay"), ("my order was delayed", "delay"), ("still waiting for the parcel", "delay"),
    ("delivery took two weeks", "delay"), ("the courier was late", "delay"), ("waiting since monday", "delay"), ("parcel delayed again", "delay"),
    ("much too expensive", "price"), ("the price is too high", "price"), ("cheaper elsewhere", "price"), ("prices went up", "price"),
    ("not worth the price", "price"), ("expensive for what it is", "price"), ("good price", "price"), ("too dear", "price"),
    ("the staff was rude", "staff"), ("rude lady at the till", "staff"), ("friendly staff", "staff"), ("nobody helped me", "staff"),
    ("helpful people", "staff"), ("the staff ignored us", "staff"), ("unfriendly cashier", "staff"), ("staff was helpful", "staff"),
    ("rude staff and high prices", ["staff", "price"]), ("late and expensive", ["delay", "price"]), ("nothing to say", []), ("all fine", []),
]
ASKED = ["The parcel is late", "far too expensive", "such rude staff", "zzz", "", None, "👍🏽 teurer Preis", "the price was fine, the staff rude"]


def models():
    texts = [text for text, _ in TAUGHT]
    labels = [label for _, label in TAUGHT]
    best = ["delay", "price", "staff", None, None, None]
    given = {"texts": texts, "labels": labels, "comments": ASKED[:6]}
    more = {"texts": texts, "labels": labels, "comments": ASKED}
    return [
        vector("predict-best", "predict", given, {}, {"best": best}, source=HAND),
        vector("predict-same-model", "predict", more, {"seed": 3}, RECORDED["predict"], source=RECORD),
        vector("predict-recall", "predict", more, {"aim": {"recall": 0.9}, "class_weight": "balanced", "grams": [0, 0], "window": 0}, RECORDED["predict-recall"], source=RECORD),
        vector("predict-too-few", "predict", {"texts": ["a"], "labels": ["x"], "comments": []}, {"folds": 1}, error={"code": "invalid-argument", "path": "folds"}, source=HAND),
        vector("predict-lengths", "predict", {"texts": ["a"], "labels": ["x", "y"], "comments": []}, {}, error={"code": "length-mismatch"}, source=HAND),
        vector("split", "split", {"texts": texts + ["Much TOO expensive!!"], "labels": labels + ["price"]}, {"share": 0.25, "seed": 7}, RECORDED["split"], source=RECORD),
        vector("split-share", "split", {"texts": texts, "labels": labels}, {"share": 1.0, "seed": 0}, error={"code": "invalid-argument", "path": "share"}, source=HAND),
        vector("fit-sentiment", "fit_sentiment", {"comments": [t for t, _ in RATED], "ratings": [r for _, r in RATED], "ask": ["brilliant engineer", "the engineer never came", "zzz", None, "ok 🙂"]},
               {"scale": "0-10"}, RECORDED["fit-sentiment"], source=RECORD, tolerance=1e-9),
        vector("fit-sentiment-too-few", "fit_sentiment", {"comments": ["a"], "ratings": [1], "ask": []}, {}, error={"code": "too-few"}, source=HAND),
        vector("fit-sentiment-out-of-range", "fit_sentiment", {"comments": ["a", "b"], "ratings": [1, 11], "ask": []}, {}, error={"code": "rating-out-of-range", "row": 1}, source=HAND),
        vector("fit-sentiment-lengths", "fit_sentiment", {"comments": ["a", "b"], "ratings": [1], "ask": []}, {}, error={"code": "length-mismatch"}, source=HAND),
    ]


RATED = [(text, rating) for text, rating in [("brilliant engineer", 10), ("engineer never came", 1), ("ok so far", 7), ("never again", 0), ("good but slow", 6), (None, 5), ("no rating", None)] for _ in range(6)]


# Feelings


def feelings():
    """Where one word speaks, the value is that of the definition on VADER's published list; else what is felt and where."""
    lexicon = SentimentIntensityAnalyzer().lexicon
    out = []
    words = ["good", "bad", "great", "terrible", "excellent", "horrible", "nice", "awful", "love", "hate"]
    value = lambda x: number(mp.mpf(x) / mp.sqrt(mp.mpf(x) ** 2 + 20))
    band = lambda v: "very_positive" if v >= 0.5 else "positive" if v >= 0.1 else "neutral" if v > -0.1 else "negative" if v > -0.5 else "very_negative"
    rows = [{"value": value(lexicon[word]), "strength": value(abs(lexicon[word])), "band": band(value(lexicon[word])), "mixed": False} for word in words]
    out.append(vector("sentiment-of-words", "sentiment", {"comments": words}, {"language": "en"}, rows, tolerance=1e-6, source="make_text.py: VADER 3.3.2's values in x / sqrt(x^2 + 20)"))
    pair = lambda *values: value(sum(mp.mpf(v) for v in values) / mp.sqrt(len(values)))
    two = [pair(lexicon["good"], lexicon["nice"]), pair(lexicon["good"], lexicon["bad"]), None, None]
    rows = [{"value": v} for v in two[:3]] + [None]
    out.append(vector("sentiment-of-two-words", "sentiment", {"comments": ["good, nice", "good. bad.", "Parcel 17", None]}, {}, rows, tolerance=1e-6, source="make_text.py: VADER 3.3.2's values in x / sqrt(x^2 + 20)"))
    own = {"buffering": -0.6, "good": 0.0, "very snappy": 0.5}
    rows = [{"value": value(4 * mp.mpf("-0.6")), "band": "negative"}, {"value": None}, {"value": value(4 * mp.mpf("0.5"))}]
    out.append(vector("sentiment-own-words", "sentiment", {"comments": ["buffering", "good", "Very snappy"]}, {"words": own}, rows, tolerance=1e-6, source=HAND))

    def clause(text, start_with, mood, sign, sentence, contrast):
        start = text.index(start_with)
        return {"mood": mood, "sign": sign, "sentence": sentence, "contrast": contrast, "start": span(text, start, start)}

    texts = ["Great food, but terrible service", "Is this a good phone? I hate it.", "Please add a dark mode", "😡 e\u0301 nice, awful 🤷🏾‍♀️"]
    rows = [
        {"mixed": True, "clauses": [clause(texts[0], "Great", "statement", 1, 0, False), clause(texts[0], "but", "statement", -1, 0, True)]},
        {"clauses": [clause(texts[1], "Is", "question", 1, 0, False), clause(texts[1], "I hate", "statement", -1, 1, False)]},
        {"clauses": [clause(texts[2], "Please", "request", -1, 0, False)]},
        {"clauses": [clause(texts[3], "😡", "statement", None, 0, False), clause(texts[3], "awful", "statement", -1, 0, False)]},
    ]
    del rows[3]["clauses"][0]["sign"]
    out.append(vector("sentiment-clauses", "sentiment", {"comments": texts}, {}, rows, source=HAND))

    named = [
        ("I am furious", "angry", "furious"), ("so grateful for your help", "grateful", "grateful"), ("I was confused by the menu", "confused", "confused"),
        ("what a disappointing stay", "disappointed", "disappointing"), ("delighted", "delighted", "delighted"), ("e\u0301 👩‍👩‍👧 \ufffd disgusting", "disgusted", "disgusting"),
    ]
    rows = [{"emotions": [{"emotion": emotion, "span": next(places(text, [piece]))}]} for text, emotion, piece in named]
    out.append(vector("sentiment-emotions", "sentiment", {"comments": [text for text, *_ in named]}, {}, rows, source=HAND))

    signs = {
        "en": [("no problems at all", 1), ("not good", -1), ("never again", -1), ("not bad", 1), ("could be better", -1), ("easy to use", 1), ("it stopped working", -1), ("👍", 1), (":(", -1)],
        "de": [("sehr freundlich", 1), ("gefällt mir nicht", -1), ("furchtbar langsam", -1), ("keine Probleme", 1)],
        "fr": [("très sympa", 1), ("pas bon", -1), ("service horrible", -1)],
        "es": [("muy amable", 1), ("no me gusta", -1), ("servicio horrible", -1)],
        "ja": [("👍", 1), ("良い", 0)],
    }
    for language, pairs in signs.items():
        out.append(vector(f"sentiment-signs-{language}", "sentiment", {"comments": [text for text, _ in pairs]}, {"language": language}, [{"sign": sign or None} for _, sign in pairs], source="by hand: what people mean"))
    out.append(vector("sentiment-word-out-of-range", "sentiment", {"comments": ["a"]}, {"words": {"a": 2}}, error={"code": "invalid-argument"}, source=HAND))
    return out


# How good it is

CODES = [
    ("cbccabaacacaabbaabbcacbccbbcbbcbcacbcaaa", "bdcdabaacadcbdbaabbcacbacbacabcbbacbcada"),
    ("aabbdcccedda", "babbbccceddd"),
    ("0100000000", "1110010100"),
]
SETS = ("ac - c bc a ab a - a c a ab - ab - - - abc ab a abc ac a c c - a bc b -", "abc - - bc a ab a c a c a ab - ab - c - abc b abc abc c ac c - - a bc bc c")


def evaluations():
    source = "make_text.py: scikit-learn 1.9; intervals of precision and recall by mpmath"
    z = z_of(0.95)
    out = []

    def rows_of(known, found, labels, single):
        matrix = lambda sides: [[int(label in side) for label in labels] for side in sides]
        k, f = matrix(known), matrix(found)
        rows = []
        ratio = lambda a, b: a / b if b else None
        for place, label in enumerate(labels):
            one, other = [row[place] for row in k], [row[place] for row in f]
            right, support, given = sum(a * b for a, b in zip(one, other)), sum(one), sum(other)
            precision, recall = ratio(right, given), ratio(right, support)
            row = {"reason": label, "support": support, "found": given, "precision": precision, "recall": recall}
            if given:
                assert abs(precision - metrics.precision_score(one, other)) < 1e-15
                row |= {"precision_lower": number(wilson(right, given, z)[0]), "precision_upper": number(wilson(right, given, z)[1])}
            if support:
                assert abs(recall - metrics.recall_score(one, other)) < 1e-15
                row |= {"recall_lower": number(wilson(right, support, z)[0]), "recall_upper": number(wilson(right, support, z)[1])}
            if support or given:
                row["f1"] = float(metrics.f1_score(one, other))
            if len({*one, *other}) > 1 and support:
                row["kappa"] = float(metrics.cohen_kappa_score(one, other))
            rows.append(row)
        for average in ("micro", "macro"):
            p, r, f1, _ = metrics.precision_recall_fscore_support(k, f, average=average, zero_division=0)
            rows.append({"reason": average, "precision": float(p), "recall": float(r), "f1": float(f1)})
        return rows, float(metrics.accuracy_score(k, f))

    for place, (known, found) in enumerate(CODES):
        labels = sorted({*known, *found})
        rows, exact = rows_of([{c} for c in known], [{c} for c in found], labels, True)
        counts = metrics.confusion_matrix([*known], [*found], labels=labels)
        confusion = [{"known": a, "found": b, "n": int(counts[i][j])} for i, a in enumerate(labels) for j, b in enumerate(labels) if counts[i][j]]
        out.append(vector(f"evaluate-single-{place}", "evaluate", {"known": [*known], "found": [*found]}, {"replicates": 0},
                          {"n": len(known), "missing": 0, "exact": exact, "rows": rows, "confusion": confusion}, source=source))
    known, found = ([sorted(set(word) - {"-"}) for word in side.split()] for side in SETS)
    rows, exact = rows_of(known, found, ["a", "b", "c"], False)
    out.append(vector("evaluate-several", "evaluate", {"known": known + [None, ["a"]], "found": found + [["a"], None]}, {"replicates": 0},
                      {"n": 30, "missing": 2, "exact": exact, "rows": rows, "confusion": None}, source=source))
    out.append(vector("evaluate-lengths", "evaluate", {"known": ["a"], "found": ["a", "b"]}, {}, error={"code": "length-mismatch"}, source=HAND))
    out.append(vector("evaluate-replicates", "evaluate", {"known": ["a"], "found": ["a"]}, {"replicates": 7}, error={"code": "invalid-argument", "path": "replicates"}, source=HAND))
    out.append(vector("evaluate-bootstrap", "evaluate", {"known": known, "found": found}, {"replicates": 200, "seed": 5, "confidence": 0.9}, RECORDED["evaluate-bootstrap"], source=RECORD))
    return out


def agreements():
    source = "make_text.py: krippendorff 0.9, scikit-learn 1.9"
    out = []

    def alpha(coders):
        numbers = {code: place for place, code in enumerate(sorted({str(code) for coder in coders for code in coder if code is not None}))}
        data = [[float("nan") if code is None else numbers[str(code)] for code in coder] for coder in coders]
        return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))

    def kappa(one, other):
        both = [(str(a), str(b)) for a, b in zip(one, other) if a is not None and b is not None]
        return float(metrics.cohen_kappa_score(*zip(*both)))

    for place, (one, other) in enumerate(CODES):
        coders = [[*one], [*other]]
        reasons = []
        for reason in sorted({*one, *other}):
            has = [[code == reason for code in coder] for coder in coders]
            reasons.append({"reason": reason, "alpha": alpha(has), "kappa": kappa(*has)})
        equal = sum(a == b for a, b in zip(one, other)) / len(one)
        out.append(vector(f"agreement-two-{place}", "agreement", {"coders": coders}, {"replicates": 0},
                          {"n": len(one), "agreement": equal, "kappa": kappa(*coders), "alpha": alpha(coders), "reasons": reasons}, source=source))
    four = ["123321412***", "1233224125*3", "*3332342251*", "12332441251*"]
    coders = [[None if c == "*" else c for c in coder] for coder in four]
    out.append(vector("agreement-four", "agreement", {"coders": coders}, {"replicates": 0}, {"kappa": None, "alpha": alpha(coders)}, source=source))
    three = ["*****34121133*3", "1*213343*******", "**21344*21133*4"]
    coders = [[None if c == "*" else c for c in coder] for coder in three]
    out.append(vector("agreement-three", "agreement", {"coders": coders}, {"replicates": 0}, {"kappa": None, "alpha": alpha(coders)}, source=source))
    known, found = ([sorted(set(word) - {"-"}) for word in side.split()] for side in SETS)
    whole = [["".join(codes) or "none" for codes in side] for side in (known, found)]
    out.append(vector("agreement-several", "agreement", {"coders": [known, found]}, {"replicates": 0}, {"n": 30, "kappa": kappa(*whole), "alpha": alpha(whole)}, source=source))
    out.append(vector("agreement-always-the-same", "agreement", {"coders": [["a", "a"], ["a", "a"]]}, {}, {"n": 2, "agreement": 1.0, "kappa": None, "alpha": None}, source=HAND))
    out.append(vector("agreement-lengths", "agreement", {"coders": [["a"], ["a", "b"]]}, {}, error={"code": "length-mismatch"}, source=HAND))
    return out


# What they are about


def telling():
    source = "make_text.py: Dunning's G2, chi-square, Benjamini and Hochberg, Bouma's NPMI, by mpmath"

    def g2(a, n, b, m):
        cells = [(a, n, a + b), (n - a, n, n + m - a - b), (b, m, a + b), (m - b, m, n + m - a - b)]
        return 2 * sum(mp.mpf(o) * mp.log(mp.mpf(o) * (n + m) / (r * c)) for o, r, c in cells if o)

    def keywords(counts, sizes, alpha=0.05):
        """`counts`: of each term, the comments of each group that have it."""
        total = sum(sizes.values())
        tests = []
        for group in sorted(sizes):
            n, m = sizes[group], total - sizes[group]
            for term in sorted(counts):
                a, b = counts[term].get(group, 0), sum(counts[term].values()) - counts[term].get(group, 0)
                statistic = g2(a, n, b, m)
                tests.append((mp.erfc(mp.sqrt(statistic / 2)), group, term, a, b, n, m, statistic))
        order = sorted(range(len(tests)), key=lambda i: tests[i][0])
        adjusted, least = {}, mp.mpf(1)
        for rank, i in reversed([*enumerate(order, 1)]):
            least = min(least, tests[i][0] * len(tests) / rank)
            adjusted[i] = least
        rows = []
        for i, (p, group, term, a, b, n, m, statistic) in enumerate(tests):
            if a * m > b * n and adjusted[i] <= alpha:
                ratio = mp.log((mp.mpf(a) + 0.5) / (n + 1) / ((mp.mpf(b) + 0.5) / (m + 1)), 2)
                rows.append((group, -statistic, term, {"group": group, "term": term, "comments": a, "rest_comments": b, "share": number(mp.mpf(a) / n), "rest_share": number(mp.mpf(b) / m),
                                                       "log_ratio": number(ratio), "g2": number(statistic), "p_value": number(p), "p_adjusted": number(adjusted[i])}))
        return [row for *_, row in sorted(rows, key=lambda row: row[:3])]

    # Comments of words with spaces; none says a word twice.
    said = {"low": [("slow app", 18), ("rude agent", 9), ("fine app", 6)], "high": [("quick agent", 21), ("fine app", 14), ("slow agent", 2)], "mid": [("fine agent", 11), ("slow bus", 5)]}
    comments, by, counts = [], [], collections.defaultdict(dict)
    for group, pairs in said.items():
        for text, times in pairs:
            comments += [text] * times
            by += [group] * times
            for word in text.split():
                counts[word][group] = counts[word].get(group, 0) + times
    sizes = collections.Counter(by)
    out = [vector("keywords-of-three-groups", "keywords", {"comments": comments, "by": by}, {"words": 1, "minimum_comments": 1}, keywords(counts, sizes), source=source)]
    out.append(vector("keywords-all", "keywords", {"comments": comments, "by": by}, {"words": 1, "minimum_comments": 1, "alpha": 1.0}, keywords(counts, sizes, 1), source=source))
    out.append(vector("keywords-with-missing", "keywords", {"comments": [None, *comments, "\ufffd"], "by": ["low", *by, "mid"]}, {"words": 1, "minimum_comments": 1}, keywords(counts, sizes + collections.Counter(mid=1)), source=source))
    out.append(vector("keywords-lengths", "keywords", {"comments": ["a"], "by": []}, {}, error={"code": "length-mismatch"}, source=HAND))
    out.append(vector("keywords-words", "keywords", {"comments": ["a"], "by": ["x"]}, {"words": 9}, error={"code": "invalid-argument", "path": "words"}, source=HAND))
    return out


def topics():
    comments = []
    for day in range(12):
        comments += [f"the parking garage was full on day {day}", f"rude staff at desk {day}", None, f"wifi password did not work in room {day}"]
    comments += ["\ufffd", "😡"]
    rows = lambda rest: [row for row in range(48) if row % 4 == rest]
    known = {"taxonomy": {"id": "known", "reasons": [{"id": "staff", "terms": ["staff"]}]}}
    topic = lambda rest: {"comments": 12, "rows": rows(rest)}
    staff = [*range(1, 48, 4)]
    same = ["the parking garage was full"] * 8
    # Of 120 pairs of comments the 28 of the same 8 are alike; the words of the others stand in one comment each.
    odd = same + ["late parcel", "rude waiter", "soup salty", "lift stuck", "towel wet", "pool closed", "bar loud", "fee hidden", " "]
    talk = {"taxonomy": {"id": "talk", "reasons": [{"id": "communication", "terms": ["communicat*"]}]}, "within": "communication"}
    talked = ["communication about invoices", "your communications: only invoices", "communication of the invoices"] * 4
    return [
        vector("discover", "discover", {"comments": comments}, {}, {"comments": 38, "rest": [48, 49], "topics": [{"comments": 12, "share": number(mp.mpf(12) / 38)}] * 3}, source=HAND),
        vector("discover-beyond", "discover", {"comments": comments}, known, {"comments": 26, "topics": [{"comments": 12}] * 2}, source=HAND),
        vector("discover-within", "discover", {"comments": comments}, known | {"within": "staff"}, {"comments": 12, "rest": [], "topics": [{"comments": 12, "rows": staff}]}, source=HAND),
        vector("discover-all-the-same", "discover", {"comments": same}, {}, {"comments": 8, "homogeneity": 1.0, "topics": [topic(0) | {"comments": 8, "rows": [*range(8)], "homogeneity": 1.0}]}, source=HAND),
        vector("discover-few-the-same", "discover", {"comments": odd}, {}, {"comments": 16, "rest": [*range(8, 16)], "homogeneity": number(mp.mpf(28) / 120), "topics": [{"comments": 8, "share": 0.5, "homogeneity": 1.0}]}, source=HAND),
        vector("discover-within-not-itself", "discover", {"comments": talked}, talk, {"comments": 12, "rest": [], "topics": [{"name": "invoices", "comments": 12}]}, source=HAND),
        vector("discover-record", "discover", {"comments": comments}, {"minimum_comments": 3, "words": 3}, RECORDED["discover"], source=RECORD),
        vector("discover-unknown", "discover", {"comments": comments}, known | {"within": "stuff"}, error={"code": "unknown-name", "path": "within"}, source=HAND),
        vector("discover-options", "discover", {"comments": comments}, {"minimum_comments": 1}, error={"code": "invalid-argument", "path": "minimum_comments"}, source=HAND),
    ]


if __name__ == "__main__":
    write("text", words() + stems() + redaction())
    write("reasons", reasons() + totals() + by_reason() + disagreements() + lints())
    write("models", models())
    write("sentiment", feelings())
    write("evaluate", evaluations() + agreements())
    write("topics", telling() + topics())
