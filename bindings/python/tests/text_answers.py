"""The vectors of comments in this language's spelling: what `heedful` answers, for each function."""

from typing import Any

import heedful as hf


def fingerprint(data: bytes) -> dict[str, int]:
    """The 32 bits of Fowler, Noll and Vo (1a): two models are the same where these are."""
    state = 0x811C9DC5
    for byte in data:
        state = (state ^ byte) * 0x01000193 & 0xFFFFFFFF
    return {"size": len(data), "fingerprint": state}


def local(value: Any) -> Any:
    """Of a place in a text, written in every unit, the one of this language."""
    if isinstance(value, list):
        return [local(item) for item in value]
    if not isinstance(value, dict):
        return value
    return value["characters"] if "utf16" in value else {name: local(item) for name, item in value.items()}


def sign(value: float | None) -> int | None:
    return None if value is None else (value > 0) - (value < 0)


def spanned(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"span": [row["start"], row["end"]]}


def mapped(given: dict[str, Any], taxonomy: Any, reasons: Any = (), **options: Any) -> hf.Mappings:
    comments = given["comments"]
    if "claims" in given:
        said = [claims for claims, comment in zip(given["claims"], comments, strict=True) if comment is not None]

        def classifier(texts: list[str]) -> list[list[tuple[str, float, list[tuple[int, int]]]]]:
            assert len(texts) == len(said)
            return [[(c["reason"], c["confidence"], [(a, b) for a, b in c["spans"]]) for c in claims] for claims in said]

        options |= {"classifier": classifier, "reasons": reasons}
    table = {"comment": comments} | {name: given[name] for name in ("touchpoint", "language") if name in given}
    for name in ("clicks", "manual"):
        if name in given:
            table[name] = [None if cell is None else ";".join(cell) for cell in given[name]]
    return hf.ReasonMapper(taxonomy, **options).mappings(table, **{name: name for name in table})


def maps(given: dict[str, Any], options: dict[str, Any]) -> Any:
    found = mapped(given, **options)
    spans: dict[tuple[int, str], list[list[int]]] = {}
    for row in found.spans().to_pylist():
        spans.setdefault((row["row"], row["reason"]), []).append([row["start"], row["end"]])
    return [row | {"spans": spans.get((row["row"], row["reason"]), [])} for row in found.table().to_pylist()]


def labels(given: dict[str, Any], options: dict[str, Any]) -> Any:
    found = mapped(given, **options)
    return {"disagreements": found.disagreements(), "unmapped": found.unmapped(), "labels": found.labels()}


def redact(given: dict[str, Any], options: dict[str, Any]) -> Any:
    texts, spans = hf.redact(given["texts"], **options)
    return {"texts": texts, "spans": [spanned(row) for row in spans.to_pylist()]}


def lint(given: dict[str, Any], options: dict[str, Any]) -> Any:
    mapper = hf.ReasonMapper(options["taxonomy"])
    comments = given["comments"]
    return {"findings": mapper.lint(comments).to_pylist(), "overlaps": mapper.overlaps(comments).to_pylist()}


def predict(given: dict[str, Any], options: dict[str, Any]) -> Any:
    texts, known, comments = given["texts"], given["labels"], given["comments"]
    mapper = hf.ReasonMapper().fit(texts, known, **options)
    found = mapper.map({"comment": comments}, comment="comment").to_pylist()
    return fingerprint(mapper.to_bytes() or b"") | {
        "best": mapper.predict(comments),
        "sure": mapper.predict(comments, abstain=True),
        "claims": [{name: row[name] for name in ("row", "reason", "confidence")} for row in found],
        "suggested": mapper.suggest(comments, 3),
        "curve": [row for row in mapper.curve(texts, known).to_pylist() if row["threshold"] == 0.5],
    }


def fit_sentiment(given: dict[str, Any], options: dict[str, Any]) -> Any:
    rated = (given["comments"], given["ratings"])
    model = hf.fit_sentiment(*rated, **options)
    return {
        "comments": model.comments,
        "values": model.predict(given["ask"]),
        "top": model.top_words(3).to_pylist(),
        "correlation": hf.cross_validate_sentiment(*rated, **options)[1],
    }


def sentiment(given: dict[str, Any], options: dict[str, Any]) -> Any:
    comments = given["comments"]
    rows = hf.sentiment(comments, **options).to_pylist()
    clauses = hf.clauses(comments, **options).to_pylist()
    emotions = hf.emotions(comments, **options).to_pylist()
    return [
        None
        if comments[place] is None
        else row
        | {
            "sign": sign(row["value"]),
            "clauses": [c | {"sign": sign(c["value"]), "start": [c["start"]] * 2} for c in clauses if c["row"] == place],
            "emotions": [spanned(e) for e in emotions if e["row"] == place],
        }
        for place, row in enumerate(rows)
    ]


def evaluate(given: dict[str, Any], options: dict[str, Any]) -> Any:
    quality = hf.evaluate(given["known"], given["found"], **options)
    exact = quality.exact
    ends = {} if exact.interval is None else {"exact_lower": exact.interval.lower, "exact_upper": exact.interval.upper}
    confusion = None if quality.confusion is None else quality.confusion.to_pylist()
    rows = quality.table().to_pylist()
    return {"n": quality.n, "missing": quality.missing, "exact": exact.value, "rows": rows, "confusion": confusion} | ends


def agreement(given: dict[str, Any], options: dict[str, Any]) -> Any:
    agreed = hf.agreement(*given["coders"], **options)
    rows = agreed.table().to_pylist()
    return rows[0] | {"n": agreed.n, "reasons": rows[1:]}


def keywords(given: dict[str, Any], options: dict[str, Any]) -> Any:
    return hf.keywords({"comment": given["comments"], "group": given["by"]}, comment="comment", by="group", **options).to_pylist()


def discover(given: dict[str, Any], options: dict[str, Any]) -> Any:
    found = hf.discover(given["comments"], known=options.pop("taxonomy", None), **options)
    topics = [
        {name: getattr(topic, name) for name in ("name", "comments", "share", "homogeneity", "rows", "representative", "diverse")}
        for topic in found
    ]
    return {"comments": found.comments, "rest": found.rest, "homogeneity": found.homogeneity, "topics": topics}


def score_by_reason(given: dict[str, Any], options: dict[str, Any]) -> Any:
    found = hf.ReasonMapper(options["taxonomy"]).mappings(given["table"], comment="text")
    attached = found.attach(count=options["count"])
    return hf.score(attached, rating="score", metric=options["metric"], by="reason").to_pylist()


ANSWERS = {
    "tokens": lambda given, options: [spanned(row) for row in hf.tokens(given["texts"], **options).to_pylist()],
    "stems": lambda given, options: [*hf.tokens(given["words"], **options)["stem"]],
    "redact": redact,
    "map": maps,
    "totals": lambda given, options: mapped(given, **options).totals().to_pylist(),
    "score_by_reason": score_by_reason,
    "labels": labels,
    "lint": lint,
    "predict": predict,
    "split": lambda given, options: hf.split(given["texts"], given["labels"], **options)._asdict(),
    "fit_sentiment": fit_sentiment,
    "sentiment": sentiment,
    "evaluate": evaluate,
    "agreement": agreement,
    "keywords": keywords,
    "discover": discover,
}
