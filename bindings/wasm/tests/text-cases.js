// Checks of `heedful/text` that hold in every environment, as those of cases.js. `taxonomy` is a starter of the package.
import { equal, same } from "./cases.js";

export function textCases(text, taxonomy) {
  const {
    agreement, attach, crossValidateSentiment, discover, evaluate, fitSentiment, keywords, privateSpans, ReasonMapper, redact, sentiment,
    SentimentModel, split, tokens, withReason,
  } = text;
  const shop = {
    id: "shop",
    reasons: [
      { id: "food", terms: ["food", "pasta"], reasons: [{ id: "taste", terms: ["tasty", "bland"] }] },
      { id: "service", terms: ["service", "wait* * minutes"], touchpoints: ["shop"] },
    ],
  };
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof text.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      return;
    }
    throw new Error("nothing was thrown");
  };
  const using = (mapper, check) => {
    try {
      return check(mapper);
    } finally {
      mapper.free();
    }
  };
  // Emoji, combining marks, right-to-left text, and halves of surrogate pairs.
  const odd = ["👍🏽", "e\u0301", "שלום", "\ud83d", "\udc00", "a\ud83d", "\u{10FFFD}", "\u{10FFFD}\ue000", "\u0000", "漢字", ""];

  return [
    ["what identifies a person is found and replaced", () => {
      const written = "Anna (anna@mail.example, +44 20 7946 0000) waited 40 minutes on 12/05/2024";
      equal(redact(written, { names: ["anna"] }), "[name] ([email], [phone]) waited 40 minutes on 12/05/2024");
      same(redact(["a@b.example", null, "", "nothing"]), ["[email]", null, "", "nothing"]);
      const [span] = privateSpans("👍é 漢 a@b.example");
      same(span, { kind: "email", start: 6, end: 17 });
      for (const sign of odd) {
        equal(redact(`${sign} a@b.example ${sign}`), `${sign} [email] ${sign}`);
        const [{ start, end }] = privateSpans(`${sign} a@b.example`);
        equal(`${sign} a@b.example`.slice(start, end), "a@b.example");
      }
      fails(() => redact([1]), { code: "column-type", row: 0 });
      fails(() => redact("a", { names: "Anna" }), { code: "invalid-argument", path: "names" });
    }],
    ["feelings", () => {
      const [good, none, mixed, unknown] = sentiment(["Excellent, I love it", null, "Great food, but terrible service", "Parcel 17"]);
      if (!(good.value > 0.5)) throw new Error(`value ${good.value}`);
      equal(good.band, "very_positive");
      equal(none, null);
      equal(mixed.mixed, true);
      same(mixed.clauses.map(({ contrast }) => contrast), [false, true]);
      equal(unknown.value, null);
      if (!(sentiment("Buffering again", { words: { buffering: -0.6 } }).value < 0)) throw new Error("own words");
      if (!(sentiment("Das war schrecklich", { language: "de" }).value < 0)) throw new Error("German");
      same(Object.keys(good), ["value", "strength", "band", "mixed", "clauses", "emotions"]);
      fails(() => sentiment("a", { words: { a: 2 } }), { code: "invalid-argument" });
      fails(() => sentiment("a", { colour: 1 }), { code: "invalid-config" });
      for (const sign of odd) {
        const comment = `${sign} I am furious`;
        const { emotion, start, end } = sentiment(comment).emotions.at(-1); // a thumb is one as well
        same([emotion, comment.slice(start, end)], ["angry", "furious"]);
      }
    }],
    ["reasons of comments", () => using(new ReasonMapper(shop), (mapper) => {
      const comment = "The food was great, but terrible service: we waited forty minutes";
      const found = mapper.map([comment, null, "bland"]);
      same(found.map(({ row, reason, parent, main }) => [row, reason, parent, main]),
        [[0, "service", null, true], [0, "food", null, false], [2, "taste", "food", true]]);
      same(Object.keys(found[0]), ["row", "reason", "parent", "main", "source", "confidence", "sentiment", "start", "end", "spans"]);
      same([found[0].sentiment < 0, found[1].sentiment > 0, found[0].source], [true, true, "terms"]);
      same(found[0].spans.map(([start, end]) => comment.slice(start, end)), ["service", "waited forty minutes"]);
      same(mapper.read(comment), found.slice(0, 2));
      same(structuredClone(found), found);
    })],
    ["positions are JavaScript's", () => using(new ReasonMapper(shop), (mapper) => {
      for (const sign of odd) {
        const comment = `${sign} the pasta ${sign} and service`;
        const found = [mapper.read(comment), mapper.map([sign, comment]).filter(({ row }) => row === 1)];
        for (const mappings of found) {
          same(mappings.map(({ start, end }) => comment.slice(start, end)).sort(), ["pasta", "service"]);
        }
        for (const half of [sign, sign + sign]) mapper.read(half);
      }
    })],
    ["clicks, codes, touchpoints and languages", () => using(new ReasonMapper(shop), (mapper) => {
      const comments = ["good food", "good food", "slow service", null];
      const found = mapper.map(comments, { clicks: ["service", null, null, "food"], manual: [null, [], null, null] });
      same(found.map(({ row, reason, source }) => [row, reason, source]),
        [[0, "service", "click"], [0, "food", "terms"], [2, "service", "terms"], [3, "food", "click"]]);
      same(mapper.map(comments, { touchpoint: "web" }).map(({ row }) => row), [0, 1]);
      same(mapper.map(comments, { touchpoint: [null, "web", "shop", null] }).map(({ row }) => row), [0, 1, 2]);
      same(mapper.map(comments, { language: ["en", "fr", null, null] }).map(({ row }) => row), [0, 2]);
      fails(() => mapper.map(comments, { clicks: ["food"] }), { code: "length-mismatch", path: "clicks" });
      fails(() => mapper.map(comments, { clicks: [null, "fod", null, null] }), { code: "unknown-name" });
      fails(() => mapper.map(comments, { language: "klingon" }), { code: "unknown-name", row: 0 });
    })],
    ["totals", () => using(new ReasonMapper(shop), (mapper) => {
      const totals = mapper.totals(["bland food", "slow service", "nothing", null]);
      same(totals.map(({ reason, level, mentions, main }) => [reason, level, mentions, main]),
        [["food", 0, 1, 1], ["taste", 1, 1, 1], ["service", 0, 1, 1]]);
      equal(totals[0].mentionShare, 0.5);
      if (!(totals[0].mentionInterval.lower < 0.5)) throw new Error("interval");
    })],
    ["a starter taxonomy, and typing errors", () => using(new ReasonMapper(taxonomy, { typos: true }), (mapper) => {
      const reasons = mapper.read("Far too expensve, and rude staff").map(({ reason }) => reason);
      same(reasons.sort(), ["price", "staff"]);
      same(mapper.taxonomy.id, "retail");
    })],
    ["a mapper learns, is stored and comes back", () => using(new ReasonMapper({ id: "shop", reasons: [] }), (mapper) => {
      const comments = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me", null];
      const labels = ["delay", "delay", "price", "price", "delay", ["price"], "delay"];
      same(mapper.predict(["late", null]), [null, null]);
      for (const ask of [() => mapper.suggest(comments), () => mapper.curve(comments, labels)]) fails(ask, { code: "too-few" });
      equal(mapper.toBytes(), undefined);
      equal(mapper.fit(comments, labels), mapper);
      same(mapper.taxonomy.reasons.map(({ id }) => id), ["delay", "price"]);
      const guesses = mapper.predict(["The parcel was late", null, "zzz", "dear"]);
      same(guesses, ["delay", null, null, "price"]);
      same(mapper.map(["The parcel was late"]).map(({ reason, source }) => [reason, source]), [["delay", "model"]]);
      equal(mapper.predict(["late dear"], { abstain: true }).length, 1);
      using(new ReasonMapper(mapper.taxonomy, {}, mapper.toBytes()), (again) => {
        same(again.map(comments), mapper.map(comments));
        again.fit(["wonderful staff", "staff again", "rude staff", "late"], ["staff", "staff", "staff", "delay"], { more: true });
        same(again.taxonomy.reasons.map(({ id }) => id), ["delay", "price", "staff"]);
      });
      fails(() => mapper.fit(["a"], ["x", "y"]), { code: "length-mismatch" });
      fails(() => mapper.fit(["a"], ["x"], { folds: 1 }), { code: "invalid-argument", path: "folds" });
      fails(() => new ReasonMapper(shop, {}, new Uint8Array(9)), {});
    })],
    ["ids of any kind come back as they were", () => {
      for (const id of odd.filter((sign) => sign !== "")) {
        using(new ReasonMapper({ id: "odd", reasons: [{ id, terms: ["late"] }] }), (mapper) => {
          same(mapper.map(["late"], { clicks: [id] }).map(({ reason }) => reason), [id]);
          equal(mapper.taxonomy.reasons[0].id, id);
        });
      }
    }],
    ["a mapper is freed, by hand or by its block", () => {
      const mapper = new ReasonMapper(shop);
      mapper.free();
      mapper.free();
      fails(() => mapper.read("food"), { code: "invalid-argument" });
      if (Symbol.dispose !== undefined) equal(typeof mapper[Symbol.dispose], "function");
      fails(() => new ReasonMapper({ id: "shop" }), { code: "invalid-config" });
      fails(() => new ReasonMapper(undefined), { code: "invalid-config" });
      fails(() => new ReasonMapper(shop, { typo: true }), { code: "invalid-config" });
    }],
    ["keywords of groups", () => {
      const comments = Array.from({ length: 41 }, (_, i) => (i === 0 ? null : i % 2 ? "very long waiting time" : "great staff"));
      const by = comments.map((_, i) => (i % 2 ? "detractor" : "promoter"));
      const [best] = keywords(comments, { by });
      same([best.group, best.term, best.comments, best.restComments], ["detractor", "long waiting time", 20, 0]);
      same(best.examples.map((row) => comments[row]), Array(3).fill("very long waiting time"));
      fails(() => keywords(comments, { by: [] }), { code: "length-mismatch" });
      fails(() => keywords(comments, {}), { code: "invalid-argument", path: "by" });
      fails(() => keywords(comments, { by, words: 9 }), { code: "invalid-argument", path: "words" });
    }],
    ["keywords of the bands of a table's ratings", () => {
      const rows = Array.from({ length: 41 }, (_, i) =>
        ({ score: i === 0 ? null : i % 2 ? 3 : "10 - Extremely likely", text: i % 2 ? "very long waiting time" : "great staff", shop: i % 2 }));
      const own = { scale: "0-10", rule: { type: "mean" }, bands: [{ name: "low", from: 0, to: 5 }, { name: "high", from: 6, to: 10 }] };
      const best = (options, data = rows) => keywords(data, { comment: "text", rating: "score", ...options })[0].group;
      const [first] = keywords(rows, { comment: "text", rating: "score" });
      same([first.group, first.term, first.comments, first.restComments], ["detractor", "long waiting time", 20, 0]);
      same(first.examples.map((row) => rows[row].text), Array(3).fill("very long waiting time"));
      equal(best({ metric: own }), "low");
      equal(best({ by: "shop" }), 1);
      const columns = { text: rows.map(({ text }) => text), score: Float64Array.from(rows, (_, i) => (i % 2 ? 3 : 10)) };
      equal(keywords({ columns, roles: { comment: "text", rating: "score" } })[0].group, "detractor");
      fails(() => keywords(rows, { rating: "score" }), { code: "missing-column", path: "comment" });
      fails(() => keywords(rows, { comment: "texts" }), { code: "missing-column", path: "texts" });
      fails(() => best({}, [{ score: 11, text: "good" }]), { code: "rating-out-of-range", path: "score", row: 0 });
      fails(() => best({ metric: "nsp" }), { code: "unknown-name" });
    }],
    ["topics, and those beyond a taxonomy", () => {
      const comments = Array.from({ length: 30 }, (_, i) =>
        i % 3 === 0 ? null : i % 3 === 1 ? `the parking garage was full on day ${i}` : `rude staff at desk ${i}`);
      const { topics, comments: n } = discover(comments);
      equal(n, 20);
      same(topics[0].rows.every((row) => comments[row] !== null), true);
      using(new ReasonMapper({ id: "x", reasons: [{ id: "staff", terms: ["staff"] }] }), (known) => {
        const beyond = discover(comments, { known });
        equal(beyond.comments, 10);
        equal(beyond.topics[0].rows[0] % 3, 1);
        equal(discover(comments, { known, within: "staff" }).comments, 10);
        fails(() => discover(comments, { known, within: "stuff" }), { code: "unknown-name" });
      });
      const { byGroup } = discover(comments, { by: comments.map((comment, i) => comment && i % 2) });
      same(byGroup.map(({ group, comments: of }) => [group, of]), [[0, 10], [1, 10]]);
      fails(() => discover(comments, { by: [1] }), { code: "length-mismatch" });
      fails(() => discover(comments, { within: "staff" }), { code: "invalid-argument", path: "known" });
    }],
    ["how good a mapping is", () => {
      const quality = evaluate([["price", "staff"], ["staff"], [], null], [["price"], "staff", ["price"], []]);
      same([quality.n, quality.missing], [3, 1]);
      equal(quality.reasons[0].precision.value, 0.5);
      equal(quality.micro.recall.value, 2 / 3);
      equal(quality.macroAverage.f1.interval.lower <= quality.macroAverage.f1.value, true);
    }],
    ["a classifier that answers at once", () => {
      const asked = [];
      const classifier = (comments) => {
        asked.push(comments);
        return comments.map((comment) => (comment.includes("cold") ? [{ reason: "food", confidence: 0.9, spans: [[comment.indexOf("cold"), comment.indexOf("cold") + 4]] }] : null));
      };
      using(new ReasonMapper(shop, { classifier, reasons: ["food"], leastConfidence: 0.5 }), (mapper) => {
        const comments = ["👍 cold, bland food", null, "good food", "slow service"];
        const found = mapper.map(comments);
        same(found.map(({ row, reason, source }) => [row, reason, source]), [[0, "food", "model"], [0, "taste", "terms"], [3, "service", "terms"]]);
        equal(comments[0].slice(found[0].start, found[0].end), "cold");
        same(asked, [["👍 cold, bland food", "good food", "slow service"]]);
        same(mapper.read("so cold").map(({ reason }) => reason), ["food"]);
        same(mapper.read("good food").map(({ reason }) => reason), []);
        same(mapper.predict(comments), ["food", null, null, "service"]);
        equal(mapper.totals(comments)[0].mentions, 1);
        same(mapper.unmapped(comments), [2]);
        equal(discover(comments, { known: mapper }).comments, 1);
        // What it has learned goes with what it is told.
        mapper.fit(["slow", "so slow", "dear", "too dear"], ["delay", "delay", "price", "price"]);
        same(mapper.read("cold").map(({ reason, source }) => [reason, source]), [["food", "model"]]);
      });
    }],
    ["a classifier that answers later", async () => {
      const classifier = async (comments) => comments.map(() => [{ reason: "service", confidence: 0.8 }]);
      const mapper = new ReasonMapper(shop, { classifier, reasons: ["service"] });
      const comments = ["rude", null, "food"];
      fails(() => mapper.map(comments), { code: "invalid-argument", path: "classifier" });
      const claims = await mapper.classify(comments);
      same(claims.map((each) => each.length), [1, 0, 1]);
      same(mapper.map(comments, { claims }).map(({ row, reason }) => [row, reason]), [[0, "service"], [2, "service"], [2, "food"]]);
      same(mapper.predict(comments, { claims }), ["service", null, "service"]);
      same(mapper.read("rude", claims[0]).map(({ reason }) => reason), ["service"]);
      equal(discover(comments, { known: mapper, claims }).comments, 0);
      mapper.free();
      const broken = new ReasonMapper(shop, { classifier: () => Promise.reject(new RangeError("no answer")) });
      let message;
      await broken.classify(["a"]).catch((error) => (message = error.message));
      equal(message, "no answer");
      broken.free();
      using(new ReasonMapper(shop), (plain) => {
        same(plain.map(["rude"], { claims: [[{ reason: "food", confidence: 1 }]] }).map(({ reason, source }) => [reason, source]), [["food", "model"]]);
        same(plain.map(["rude"]), []);
        fails(() => plain.map(["rude"], { claims: [[{ reason: "food", confidence: 1 }]], clicks: [] }), { code: "length-mismatch", path: "clicks" });
        same(plain.map(["rude"]), []);
      });
    }],
    ["what a classifier must not say", () => {
      const told = (classifier, reasons = ["food"]) => () => using(new ReasonMapper(shop, { classifier, reasons }), (mapper) => mapper.map(["the 😡 food"]));
      let thrown;
      try {
        told(() => { throw new TypeError("the service is down"); })();
      } catch (error) {
        thrown = error;
      }
      equal(thrown.message, "the service is down");
      fails(told(() => []), { code: "length-mismatch", path: "classifier" });
      fails(told(() => undefined), { code: "column-type", path: "classifier" });
      fails(told(() => ["food"]), { code: "column-type", path: "classifier", row: 0 });
      fails(told(() => [[{ reason: "food" }]]), { code: "column-type", row: 0 });
      fails(told(() => [[null]]), { code: "column-type", row: 0 });
      fails(told(() => [[{ reason: "food", confidence: 1, spans: [3] }]]), { code: "column-type", row: 0 });
      fails(told(() => [[{ reason: "prize", confidence: 1 }]]), { code: "unknown-name", path: "classifier", row: 0 });
      fails(told(() => [[{ reason: "food", confidence: 9 }]]), { code: "invalid-argument", path: "classifier", row: 0 });
      fails(told(() => [[{ reason: "food", confidence: NaN }]]), { code: "invalid-argument", path: "classifier", row: 0 });
      // Within a pair, beyond the text, and backwards.
      for (const span of [[5, 6], [0, 99], [-1, 2], [0.5, 2], [3, 1]]) {
        fails(told(() => [[{ reason: "food", confidence: 1, spans: [span] }]]), { code: "invalid-argument", path: "classifier", row: 0 });
      }
      fails(told(() => [[]], ["prize"]), { code: "unknown-name" });
      fails(() => using(new ReasonMapper(shop), (mapper) => mapper.map(["a"], { claims: [] })), { code: "length-mismatch" });
      fails(() => discover(["a"], { claims: [[]] }), { code: "invalid-argument", path: "known" });
    }],
    ["levels of the tree", () => using(new ReasonMapper(shop), (mapper) => {
      same(mapper.map(["bland"], { level: 0 }).map(({ reason, parent }) => [reason, parent]), [["food", null]]);
      same(mapper.labels(["bland", null, "nothing", "slow service, bland"]), [["taste"], null, [], ["service", "taste"]]);
      same(mapper.labels(["slow service, bland", null], { level: 0, clicks: [["taste"], ["service"]] }, "main"), [["food"], ["service"]]);
      fails(() => mapper.map(["bland"], { level: -1 }), { code: "invalid-argument", path: "level" });
    })],
    ["what is wrong with terms", () => {
      const doubtful = { id: "x", reasons: [{ id: "price", terms: ["price", "prices"] }, { id: "staff", terms: [{ term: "rude", negated: false }, "nice"] }] };
      using(new ReasonMapper(doubtful), (mapper) => {
        same(mapper.lint().map(({ kind, term, otherTerm }) => [kind, term, otherTerm]), [["repeated", "prices", "price"]]);
        equal(mapper.lint(["price", null]).some(({ kind, term }) => kind === "unseen" && term === "nice"), true);
        same(mapper.overlaps(["a nice price", "price", "nice"]),
          [{ reason: "price", other: "staff", comments: 2, otherComments: 2, both: 1, share: 0.5, jaccard: 1 / 3 }]);
      });
    }],
    ["what to label next, and other thresholds", () => using(new ReasonMapper({ id: "shop", reasons: [] }), (mapper) => {
      const comments = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me", null];
      const labels = ["delay", "delay", "price", "price", "delay", ["price"], null];
      mapper.fit(comments, labels);
      const next = mapper.suggest(["late", null, "late and dear", "zzz"], 2);
      equal(next.length, 2);
      equal(next.includes(1), false);
      fails(() => mapper.suggest(comments, -1), { code: "invalid-argument", path: "count" });
      const curve = mapper.curve(comments, labels);
      equal(curve.length, 2 * 99);
      same(Object.keys(curve[0]), ["reason", "threshold", "found", "precision", "recall", "f1"]);
      fails(() => mapper.curve(comments, ["delay"]), { code: "length-mismatch" });
    })],
    ["who is held out", () => {
      const comments = Array.from({ length: 40 }, (_, i) => (i === 5 ? null : `parcel ${i % 10} ${i % 2 ? "late" : "LATE!"}`));
      const { train, test } = split(comments, comments.map((_, i) => (i % 3 ? "delay" : [])), { share: 0.25, seed: 3 });
      equal(train.length + test.length, 39);
      const plain = (row) => comments[row].toLowerCase().replace("!", "");
      equal(test.some((row) => train.some((other) => plain(row) === plain(other))), false);
      fails(() => split(["a"], ["b"], { share: 1 }), { code: "invalid-argument", path: "share" });
      fails(() => split(["a"], ["b"], { seed: 0.5 }), { code: "invalid-argument", path: "seed" });
    }],
    ["how coders agree", () => {
      const agreed = agreement([["price", "staff", "price", null], ["price", "staff", "staff", "price"]]);
      same([agreed.n, agreed.overall.share.value, agreed.reasons.map(({ reason }) => reason)], [3, 2 / 3, ["price", "staff"]]);
      equal(agreed.overall.kappa.interval.lower <= agreed.overall.kappa.value, true);
      equal(agreement([["a", "b"], ["a", "b"], ["a", null]]).overall.kappa.value, null);
      fails(() => agreement([["a"], ["a", "b"]]), { code: "length-mismatch" });
      fails(() => agreement("ab"), { code: "invalid-argument", path: "coders" });
      fails(() => agreement([["a"], ["b"]], { replicates: 3 }), { code: "invalid-argument", path: "replicates" });
    }],
    ["sentiment that is learned from ratings", () => {
      const said = ["brilliant engineer", "engineer never came", "ok so far", "never again", null];
      const comments = Array.from({ length: 100 }, (_, i) => said[i % 5]);
      const ratings = comments.map((_, i) => [10, 1, 7, 0, 5][i % 5]);
      using(fitSentiment(comments, ratings), (model) => {
        equal(model.comments, 80);
        const [good, bad, none, missing] = model.predict(["Brilliant!", "the engineer never came", "zzz", null]);
        same([good > 0, bad < 0, none, missing], [true, true, null, null]);
        equal(model.topWords(2).length, 4);
        using(new SentimentModel(model.toBytes()), (again) => same(again.predict(comments), model.predict(comments)));
        fails(() => model.topWords(-1), { code: "invalid-argument", path: "most" });
      });
      using(fitSentiment(comments, Float64Array.from(ratings), { language: "de", words: { engineer: 0 }, penalty: 1, scale: "0-10" }), (model) => model.predict(["a"]));
      const { predicted, n, correlation } = crossValidateSentiment(comments, ratings, { folds: 4 });
      same([predicted.length, n, correlation > 0.5], [100, 80, true]);
      fails(() => crossValidateSentiment(comments, ratings, { folds: 1 }), { code: "invalid-argument", path: "folds" });
      fails(() => fitSentiment(["a"], [1]), { code: "too-few" });
      fails(() => fitSentiment(comments, ratings, { scale: "0-9" }), { code: "unknown-name" });
      fails(() => fitSentiment(comments, ratings, { scale: "1-5" }), { code: "rating-out-of-range", row: 0 });
      fails(() => fitSentiment(comments, ["10"]), { code: "column-type", row: 0 });
      fails(() => fitSentiment(comments, 3), { code: "invalid-argument", path: "ratings" });
      fails(() => fitSentiment(comments, [1]), { code: "length-mismatch" });
      fails(() => new SentimentModel(new Uint8Array(3)), {});
    }],
    ["words", () => {
      const [first, last] = [tokens(["Soooo late 😡"])[0], tokens(["Soooo late 😡"])[2]];
      same(first, { row: 0, kind: "word", folded: "soo", stem: "soo", stop: false, upper: false, elongated: true, start: 0, end: 5 });
      same([last.kind, last.start, last.end], ["emoji", 11, 13]);
      same(tokens([null, "", "Preise"], { language: "de" }).map(({ row, stem }) => [row, stem]), [[2, "preis"]]);
      fails(() => tokens(["a"], { language: "klingon" }), { code: "unknown-name", path: "language" });
    }],
    ["reasons beside a table", () => using(new ReasonMapper(shop), (mapper) => {
      const rows = [{ score: 9, text: "bland food" }, { score: 2, text: "slow service, bland" }, { score: 5, text: null }];
      const mappings = mapper.map(rows.map((row) => row.text));
      const long = attach(rows, mappings);
      same(long.map(({ score, reason }) => [score, reason]), [[9, "taste"], [9, "food"], [2, "service"], [2, "taste"], [5, null]]);
      same(attach(rows, mappings, { count: "main", name: "why" }).length, 3);
      const columns = attach({ score: new Uint8Array([9, 2, 5]), text: rows.map((row) => row.text) }, mappings);
      same(columns.reason, long.map(({ reason }) => reason));
      same(attach({ columns: { score: [9, 2, 5] }, roles: { rating: "score" } }, mappings).roles, { rating: "score" });
      fails(() => attach(rows, mappings, { name: "score" }), { code: "duplicate-column", path: "score" });
      fails(() => attach(rows.slice(0, 1), mappings), { code: "length-mismatch" });
      fails(() => attach(rows, mappings, { count: "all" }), { code: "invalid-argument", path: "count" });
      fails(() => attach(null, mappings), { code: "invalid-argument" });
    })],
    ["a topic becomes a reason", () => {
      const comments = Array.from({ length: 8 }, () => "the parking garage was full");
      const [topic] = discover(comments).topics;
      const wider = withReason(shop, topic, { id: "parking", under: "service" });
      using(new ReasonMapper(wider), (mapper) => {
        same(mapper.read("no space in the parking garage").map(({ reason, parent }) => [reason, parent]), [["parking", "service"]]);
      });
      equal(shop.reasons[1].reasons, undefined);
      same(withReason(shop, { id: "queue" }).reasons.map(({ id }) => id), ["food", "service", "queue"]);
      fails(() => withReason(shop, { id: "queue" }, { under: "prize" }), { code: "unknown-name", path: "under" });
      fails(() => new ReasonMapper(withReason(shop, { id: "food" })), { code: "duplicate-key" });
    }],
  ];
}
