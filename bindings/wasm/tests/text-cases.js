// Checks of `heedful/text` that hold in every environment, as those of cases.js. `taxonomy` is a starter of the package.
import { equal, same } from "./cases.js";

export function textCases(text, taxonomy) {
  const { discover, evaluate, keywords, privateSpans, ReasonMapper, redact, sentiment } = text;
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
      fails(() => discover(comments, { within: "staff" }), { code: "invalid-argument", path: "known" });
    }],
    ["how good a mapping is", () => {
      const quality = evaluate([["price", "staff"], ["staff"], [], null], [["price"], "staff", ["price"], []]);
      same([quality.n, quality.missing], [3, 1]);
      equal(quality.reasons[0].precision.value, 0.5);
      equal(quality.micro.recall.value, 2 / 3);
      equal(quality.macroAverage.f1.interval.lower <= quality.macroAverage.f1.value, true);
    }],
  ];
}
