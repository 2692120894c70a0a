// Checks of `heedful/money` that hold in every environment, as those of cases.js.
import { moneyAnswers } from "./act-answers.js";
import { equal, same } from "./cases.js";
import { actVectorCases } from "./vector-cases.js";

export function moneyCases(money) {
  const { avoidableContacts, businessCase, initiative, linkage, valueAtRisk } = money;
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof money.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      return;
    }
    throw new Error("nothing was thrown");
  };
  const near = (found, expected) => {
    if (!(Math.abs(found - expected) < 1e-9)) throw new Error(`${found} is not ${expected}`);
  };

  return [
    ["what is at risk", () => {
      const rows = [[1000, 0.5, "pro"], [400, 0.1, "pro"], [250, 0.8, "free"], [600, 0.6, "pro"]].map(([revenue, p, plan_name]) => ({ revenue, p, plan_name }));
      const found = valueAtRisk(rows, { value: "revenue", churn: "p", by: "plan_name", silent: 3 });
      same(found.rows.map(({ kind, keys, exposure }) => [kind, keys, exposure]), [["all", [], 1850], ["segment", ["free"], 250], ["segment", ["pro"], 1600]]);
      same([found.by, found.rows[0].expectedLoss, found.rows[0].silentExposure], [["plan_name"], 1060, 5550]);
      same(structuredClone(found), found);
      const bands = rows.map((row, i) => ({ ...row, band: i < 2 ? "dark_red" : "green", why: i % 2 ? ["price"] : [] }));
      const banded = valueAtRisk(bands, { value: "revenue", band: "band", atRisk: "dark_red", rates: { dark_red: { events: 30, n: 400 } }, reasons: "why" });
      near(banded.rows[0].expectedLoss, 1400 * 30 / 400);
      same(banded.rows.filter(({ kind }) => kind === "reason").map(({ reason, exposure }) => [reason, exposure]), [["price", 400], [null, 1000]]);
      fails(() => valueAtRisk(bands, { value: "revenue", band: "band" }), { code: "invalid-argument", path: "atRisk" });
      fails(() => valueAtRisk(rows, { value: "revenue", churn: "chance" }), { code: "missing-column", path: "chance" });
      fails(() => valueAtRisk([{ ...rows[0], p: 2 }], { value: "revenue", churn: "p" }), { code: "invalid-argument", path: "p", row: 0 });
      fails(() => valueAtRisk([{ revenue: -1, p: 0 }], { value: "revenue", churn: "p" }), { code: "invalid-argument", path: "revenue", row: 0 });
      fails(() => valueAtRisk(rows, { value: "revenue", churn: "p", colour: 1 }), { code: "invalid-config", path: "colour" });
    }],
    ["a link from data, and an assumption where data are thin", () => {
      const few = { nps: [9, 3, 10, 6], left_us: [false, true, false, false] };
      const thin = linkage(few, { score: "nps", outcomes: "left_us", metric: "nps", worth: { left_us: -2_000_000 }, assumed: { left_us: { score: 10, change: -1 } } });
      same([thin.links[0].basis, thin.links[0].slope, thin.links[0].money], ["assumption", -0.1, 200_000]);
      same(thin.bands.map(({ band, rate }) => [band, rate]), [["detractor", 0.5], ["promoter", 0]]);
      const many = { nps: [], spend: [] };
      for (let i = 0; i < 200; i++) {
        many.nps.push(i % 11);
        many.spend.push(2 * (i % 11) + (i % 7));
      }
      const [link] = linkage(many, { score: "nps", outcomes: ["spend"] }).links;
      same([link.basis, link.told, Math.abs(link.slope - 2) < 0.1], ["data", true, true]);
      // A month is a Date or a number that counts months: the answer is the same.
      const panel = Array.from({ length: 40 * 6 }, (_, i) => ({ who: i % 40, month: Math.floor(i / 40), nps: (i * 7) % 11, spend: (i * 5) % 13 }));
      const options = { score: "nps", outcomes: "spend", unit: "who", at: "month", lags: [1, 2] };
      const dated = panel.map((row) => ({ ...row, month: new Date(Date.UTC(2026, row.month, 15)) }));
      same(linkage(dated, options), linkage(panel, options));
      equal(linkage(panel, options).lags.length, 2);
      fails(() => linkage(few, { score: "nps", outcomes: "left_us", worth: { stayed: 1 } }), { code: "unknown-name", path: "worth" });
      fails(() => linkage(panel, { score: "nps", outcomes: "spend", at: "month" }), { code: "invalid-argument", path: "unit" });
      fails(() => linkage(few, { score: "nps", outcomes: "left" }), { code: "missing-column", path: "left" });
    }],
    ["contacts that nobody needed", () => {
      const rows = ["where is my order", "wrong bill", "new address", "wrong bill"].map((why, i) => ({ why, minutes: i + 1, again: i % 2 }));
      const found = avoidableContacts(rows, { cost: 6, reasons: "why", failureReasons: ["where is my order", "wrong bill"], days: 30 });
      same(found.rows.slice(0, 2).map(({ reason, failureCost }) => [reason, failureCost]), [[null, 18], ["wrong bill", 12]]);
      equal(avoidableContacts(rows, { cost: "minutes", failure: "again" }).rows[0].failureCost, 6);
      const case_ = businessCase({ cost: 100, saved: found.rows[0].quantity, months: 12 });
      equal(Math.abs(case_.expectedReturn - (found.rows[0].yearly - 100)) < 10, true);
      fails(() => avoidableContacts(rows, { cost: 6 }), { code: "invalid-argument", path: "failure" });
      fails(() => avoidableContacts(rows, { cost: 6, failureReasons: "wrong bill" }), { code: "invalid-argument", path: "failureReasons" });
      fails(() => avoidableContacts(rows, { cost: -1, failure: "again" }), { code: "invalid-argument", path: "cost" });
    }],
    ["whether a change pays", () => {
      const chain = { effect: { normal: { mean: 0.4, sd: 0.1 } }, driverToScore: 8, scoreToBehaviour: -0.1, behaviourToMoney: -200_000 };
      const found = businessCase({ cost: 100_000, ...chain, saved: 10_000, months: 24 });
      equal(Math.abs(found.expectedReturn - 48_000) < 2_000 && Math.abs(found.chanceOfLoss - 0.067) < 0.01, true);
      same([found.tornado.map(({ input }) => input), found.lines[0].name], [["effect"], "cost_saved"]);
      same(businessCase({ cost: 100_000, ...chain, saved: 10_000, months: 24 }), found);
      const averse = businessCase({ cost: 100_000, ...chain, months: 24, lossAversion: 2 });
      equal(averse.returnWithoutLossAversion >= averse.expectedReturn, true);
      fails(() => businessCase({ cost: 1, delayMonth: 3 }), { code: "invalid-config", path: "delayMonth" });
      fails(() => businessCase({ cost: 1, effect: 1 }), { code: "invalid-argument", path: "scoreToBehaviour" });
      fails(() => businessCase({ cost: 1, delayMonths: 99 }), { code: "invalid-argument", path: "delayMonths" });
      fails(() => businessCase({ cost: { gauss: { mean: 1 } } }), { code: "invalid-config", path: "cost" });
      fails(() => businessCase({ cost: 1, seed: 0.5 }), { code: "invalid-config", path: "seed" });
    }],
    ["what an initiative did, and whom to tell", () => {
      const rows = [["ada", 1, "wait", 0], ["bob", 2, "wait", 1], ["cem", 2, "price", 0]].map(([who, month, why, never]) => ({ who, month, why, never }));
      const options = { name: "more staff at noon", reasons: "why", target: "wait", customer: "who", doNotContact: "never" };
      const found = initiative(rows, { ...options, at: "month", start: 3 });
      same([found.affected, found.withheld, found.tell.map(({ customer }) => customer), found.effect], [2, 1, ["ada"], null]);
      const dated = rows.map((row) => ({ ...row, month: new Date(Date.UTC(2026, row.month)) }));
      same(initiative(dated, { ...options, at: "month", start: new Date(Date.UTC(2026, 3)) }).tell, found.tell);
      const groups = { rating: [9, 7, 5, 6], fresh: [true, true, false, false] };
      near(initiative(groups, { name: "form", method: "randomised", outcome: "rating", treated: "fresh" }).effect.value, 2.5);
      fails(() => initiative(groups, { name: "form", outcome: "rating", treated: "fresh" }), { code: "invalid-argument", path: "start" });
      fails(() => initiative(rows, { ...options, target: "noise" }), { code: "unknown-name", path: "target" });
      fails(() => initiative(rows, { ...options, customer: "whom" }), { code: "missing-column", path: "whom" });
    }],
    ...actVectorCases(money, moneyAnswers, 20),
  ];
}
