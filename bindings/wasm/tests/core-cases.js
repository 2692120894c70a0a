// Checks of `heedful/core` that hold in every environment: one module behind scores, files and comments, and that of
// `heedful/text` beside it for what learns.
import { equal, same } from "./cases.js";

const taxonomy = { id: "shop", reasons: [{ id: "food", terms: ["pasta"] }, { id: "service", terms: ["wait* * minutes"] }] };
const comments = ["The pasta was bland", "We waited forty minutes"];

export function coreCases(core, { heedful, reader, text }) {
  const mapper = () => new core.ReasonMapper(taxonomy);
  const reasons = (mapper) => mapper.map(comments).map(({ reason, main }) => [reason, main]);
  const found = [["food", true], ["service", true]];
  return [
    ["one module reads files, scores them and reads their comments", () => {
      const file = core.readCsv("score,text\n10,good pasta\n3,bad service\n", { rating: "score", comment: "text" });
      equal(core.nps(file.columns.score).value, 0);
      equal(core.score(file, { metric: "nps" })[0].n, 2);
      same(core.sentiment(file.columns.text).map(({ value }) => Math.sign(value)), [1, -1]);
      equal(core.redact("mail a@b.example"), "mail [email]");
      same(reasons(mapper()), found);
      equal(core.version(), heedful.version());
    }],
    ["the entries of each work on it", () => {
      equal(heedful.nps([10, 0]).value, 0);
      equal(reader.readCsv("score\n10\n", { rating: "score" }).rows, 1);
      equal(text.sentiment("great").band, "very_positive");
      if (core.ReasonMapper !== text.ReasonMapper || core.HeedfulError !== heedful.HeedfulError) throw new Error("two classes");
    }],
    ["errors are those of every entry", () => {
      try {
        core.nps([11]);
      } catch (error) {
        return equal(error.code, "rating-out-of-range");
      }
      throw new Error("nothing was thrown");
    }],
    ["what learns says where it is, and then learns", async () => {
      const known = mapper();
      const learns = {
        agreement: () => core.agreement([[["food"]], [["food"]]]),
        crossValidateSentiment: () => core.crossValidateSentiment(comments, [1, 2]),
        curve: () => known.curve(comments, ["food", "service"]),
        disagreements: () => known.disagreements(comments, { clicks: ["food", "service"] }),
        discover: () => core.discover(comments),
        discoverKnown: () => core.discover(comments, { known }),
        evaluate: () => core.evaluate([["food"]], [["food"]]),
        fit: () => known.fit(comments, ["food", "service"]),
        fitSentiment: () => core.fitSentiment(comments, [1, 2]),
        keywords: () => core.keywords(comments, { by: ["a", "b"] }),
        keywordsOfTable: () => core.keywords({ text: comments, score: [1, 9] }, { comment: "text", rating: "score" }),
        lint: () => known.lint(),
        split: () => core.split(comments, ["food", "service"]),
        suggest: () => known.suggest(comments),
        tokens: () => core.tokens(comments),
      };
      for (const [name, learn] of Object.entries(learns)) {
        try {
          learn();
        } catch (error) {
          if (!(error instanceof core.HeedfulError && /heedful\/text/.test(error.message))) throw new Error(`${name}: ${error}`);
          continue;
        }
        throw new Error(`${name} did not refuse`);
      }
      same(reasons(known), found);

      await text.init();
      const [many, labels] = [[], []];
      for (let at = 0; at < 40; at += 1) {
        many.push(at % 2 ? `slow and late ${at}` : `tasty dinner ${at}`);
        labels.push(at % 2 ? "service" : "food");
      }
      known.fit(many, labels);
      same(known.predict(["late again", "dinner"]), ["service", "food"]);
      equal(core.tokens(["late"])[0].stem, "late");
      equal(core.nps([10]).value, 100);
    }],
  ];
}
