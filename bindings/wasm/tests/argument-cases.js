// Wrong arguments, as those of cases.js: each is an error of ours that names what is wrong, and stops nothing.
import { equal, same } from "./cases.js";

export function argumentCases({ heedful, reader, why, watch, contact, survey, text, act, health, money }) {
  const rows = [{ id: "a", score: 3, at: "2026-01-05", plan: "pro", why: "wait" }, { id: "b", score: 9, at: "2026-01-06", plan: "free", why: "price" }];
  const card = { name: "use", groups: [{ id: "use", measures: [{ id: "score", points: { linear: [[0, 0], [10, 100]] } }] }] };
  const options = [
    ["nps", () => heedful.nps([9], null)],
    ["score", () => heedful.score(rows, 5)],
    ["contrast", () => heedful.contrast(rows)],
    ["league", () => heedful.league(rows, null)],
    ["weight", () => heedful.weight(rows)],
    ["sampleSize", () => heedful.sampleSize()],
    ["compare", () => heedful.compare([9], [8], null)],
    ["readCsv", () => reader.readCsv("score\n9\n")],
    ["join", () => reader.join(rows, rows, null)],
    ["funnel", () => reader.funnel({ invited: 5 }, null)],
    ["drivers", () => why.drivers(rows)],
    ["whatIf", () => why.whatIf(rows)],
    ["scan", () => why.scan(rows, null)],
    ["walkJourney", () => why.walkJourney({ name: "j", stages: [] }, rows)],
    ["compareJourneys", () => why.compareJourneys({}, {}, rows, rows)],
    ["detect", () => watch.detect([1, 2])],
    ["Detector.run", () => new watch.Detector({ every: "day" }).run(rows)],
    ["emerging", () => watch.emerging(rows)],
    ["decide", () => new contact.ContactPolicy({ rules: [] }).decide([{ customer: "ada" }])],
    ["pseudonym", () => contact.pseudonym("ada")],
    ["forget", () => contact.forget(rows)],
    ["Session", () => new survey.Session({}, null)],
    ["sentiment", () => text.sentiment("good", null)],
    ["tokens", () => text.tokens(["good"], null)],
    ["redact", () => text.redact("good", null)],
    ["discover", () => text.discover(["good"], null)],
    ["backtest", () => health.backtest(card, rows)],
    ["healthAgreement", () => health.healthAgreement(card, rows)],
    ["fitScorecard", () => health.fitScorecard(rows)],
    ["behaviour", () => health.behaviour(rows)],
    ["take", () => new act.Alerts().take([])],
    ["takeResponses", () => new act.Alerts().takeResponses(rows)],
    ["judge", () => new act.Pulse().judge(0, null)],
    ["open", () => new act.Desk().open(rows)],
    ["apply", () => new act.Desk().apply("a", { event: "start" })],
    ["start", () => new act.Playbooks([]).start({ rated: { band: "detractor" } })],
    ["valueAtRisk", () => money.valueAtRisk(rows)],
    ["linkage", () => money.linkage(rows, null)],
    ["initiative", () => money.initiative(rows)],
  ].map(([name, ask]) => [name, ask, "options"]);
  const others = [
    ["by", () => heedful.score(rows, { rating: "score", by: 5 }), "by"],
    ["weights", () => heedful.nps([9], { weights: null }), "weights"],
    ["a file", () => reader.readCsv(-1, { rating: "score" }), "source"],
    ["days", () => watch.detect([1, 2], { every: "day", holidays: 5 }), "holidays"],
    ["happenings", () => new act.Alerts().take(null, { now: 0 }), "happenings"],
    ["happenings that are none", () => new act.Alerts().take({}, { now: 0 }), "happenings"],
    ["optOut", () => new act.Desk().optOut(5, 0), "customer"],
    ["optOut, when", () => new act.Desk().optOut("ada", "x"), "now"],
    ["case", () => new act.Desk().case(5), "case"],
    ["another desk", () => new act.Desk().merge({}), "other"],
    ["another pulse", () => new act.Pulse().merge(null), "other"],
    ["responses", () => new act.Pulse().observe(null), "responses"],
    ["measures", () => health.fitScorecard(rows, { outcome: "plan", measures: 5 }), "measures"],
    ["previous", () => health.health(card, [{ account: "a", score: 5 }], { previous: null }), "previous"],
    ["target", () => money.initiative(rows, { name: "x", reasons: "why", target: "wiat" }), "target"],
    ["horizonDays", () => health.behaviour([{ id: "a", at: new Date(0) }], { customer: "id", at: "at", horizonDays: -1 }), "horizonDays"],
    ["comment", () => survey.commentStrength(5), "comment"],
    ["customers", () => contact.forget(rows, { customer: "id" }), "customers"],
    ["key", () => contact.pseudonym("ada", { key: 5 }), "key"],
  ];
  return [
    ...[...options, ...others].map(([name, ask, path]) => [name, () => {
      try {
        ask();
      } catch (error) {
        same([error.name, error.path, error.code === "internal"], ["HeedfulError", path, false]);
        return;
      }
      throw new Error("nothing was thrown");
    }]),
    ["a desk is there after a wrong argument", () => {
      const desk = new act.Desk();
      desk.open(rows, { id: "id", now: 0, every: true });
      for (const wrong of [5, null, {}]) {
        try {
          desk.forget(wrong);
        } catch (error) {
          equal(error.code, "invalid-argument");
        }
      }
      equal(desk.size, 2);
      desk.free();
    }],
  ];
}
