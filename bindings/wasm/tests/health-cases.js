// Checks of `heedful/health` that hold in every environment, as those of cases.js.
import { equal, same } from "./cases.js";
import { healthVectorCases } from "./vector-cases.js";

export function healthCases(health) {
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof health.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      return;
    }
    throw new Error("nothing was thrown");
  };
  const near = (found, expected) => {
    if (!(Math.abs(found - expected) < 1e-9)) throw new Error(`${found} is not ${expected}`);
  };
  const now = new Date("2026-03-01T00:00:00Z");
  const days = (many) => new Date(now.getTime() - many * 86_400_000);
  const card = {
    name: "subscribers",
    groups: [
      { id: "use", weight: 3, measures: [
        { id: "logins", points: { linear: [[0, 0], [20, 100]] } },
        { id: "last_login", points: { decay: { halfLifeDays: 14 } } },
      ] },
      { id: "voice", measures: [{ id: "nps", points: { score: { worst: -100, best: 100 } }, standardError: "npsError" }] },
    ],
    alarms: [
      { id: "turned", when: [{ column: "rating", test: { fell: { from: 9, to: 6 } } }], effect: { cap: 50 } },
      { id: "away", when: [{ column: "last_login", test: { olderThanDays: 30 } }] },
    ],
  };
  const accounts = (rating) => [
    { account: "a", logins: 12, last_login: days(0), nps: 50, npsError: 10, rating },
    { account: "b", logins: 4, last_login: days(14), nps: null, npsError: null, rating: 8 },
    { account: "c", logins: null, last_login: days(40), nps: -20, npsError: 10, rating: 7 },
  ];
  const one = { name: "use", groups: [{ id: "use", measures: [{ id: "logins", points: { linear: [[0, 0], [19, 100]] } }] }] };
  const churn = {
    account: Array.from({ length: 400 }, (_, i) => `c${i}`),
    logins: Array.from({ length: 400 }, (_, i) => i % 20),
    plan_name: Array.from({ length: 400 }, (_, i) => ["free_plan", "pro"][Math.floor(i / 3) % 2]),
    left: Array.from({ length: 400 }, (_, i) => (i * 7) % 11 > i % 20),
  };

  return [
    ["health, and what changed", () => {
      const first = health.health(card, accounts(9), { now });
      near(first.accounts[0].total, (3 * 80 + 75) / 4);
      same(first.accounts.map(({ band }) => band), ["green", "red", "red"]);
      same(first.accounts[2].alarms, ["away"]);
      near(first.accounts[0].standardError, 10 / 2 / 4);
      const second = health.health(card, accounts(6), { now, previous: first.state });
      same([second.accounts[0].total, second.accounts[0].change.causes[0][0]], [50, "turned"]);
      near(second.accounts[0].lines.reduce((sum, { contribution }) => sum + contribution, 0), 50);
      const stages = ["a", "b"].map((name) => ({ name, when: [{ column: "rating", test: { is: [name === "a" ? "9" : "8"] } }], scorecard: { ...one, name } }));
      same(health.health(stages, accounts(9)).accounts.map(({ stage }) => stage), ["a", "b", null]);
      same(health.checkScorecard(one).bands.map(({ from }) => from), [0, 51, 76]);
    }],
    ["a card is learned and checked", () => {
      const options = { outcome: "left", measures: ["logins", "plan_name"], groups: { plan_name: "contract_terms" }, better: { logins: "higher" } };
      const fitted = health.fitScorecard(churn, options);
      same(health.fitScorecard(churn, { ...options, most: 1 }).leftOut, ["plan_name"]);
      const free = health.fitScorecard(churn, { ...options, nonNegative: false });
      equal(free.fullAuc.n, 400);
      const plan = fitted.scorecard.groups.flatMap(({ measures }) => measures).find(({ id }) => id === "plan_name");
      if (plan) same(Object.keys(plan.points.categories), ["free_plan", "pro"]);
      const found = health.backtest(fitted.scorecard, churn, { outcome: "left" });
      equal(Math.abs(found.auc.value - fitted.auc.value) < 0.05, true);
      equal(found.deciles.reduce((sum, { n }) => sum + n, 0), 400);
      equal(found.measures[0].leaks, false);
    }],
    ["what managers say", () => {
      const table = { account: ["a", "b", "c", "d"], logins: [1, 12, 18, 19], manager: ["red", "yellow", "green", "red"] };
      const found = health.healthAgreement(one, table, { manager: "manager" });
      same([found.n, found.same, found.disputes[0].account, found.disputes[0].steps], [4, 3, "d", -2]);
      equal(found.kappa.interval.lower < found.kappa.value, true);
    }],
    ["behaviour", () => {
      const rows = Array.from({ length: 40 }, (_, who) => Array.from({ length: who % 4 ? 1 + (who % 2) : 20 }, (_, visit) => (
        { who, day: new Date(Date.UTC(2026, 0, 1 + who + 7 * visit)), price: 10 }
      ))).flat();
      const options = { customer: "who", at: "day", amount: "price", horizonDays: 28, now: new Date(Date.UTC(2026, 5, 20)) };
      const found = health.behaviour(rows, options);
      same([36, 1].map((i) => [found.customers[i].group, found.customers[i].history.purchases]), [["fanatic", 20], ["sceptic", 2]]);
      same([found.customers[0].value, found.customers[0].total, found.leftOut.later], [10, 200, 0]);
      const again = health.behaviour(rows, { ...options, model: found.model });
      same([again.fit, again.customers], [null, found.customers]);
      const histories = found.customers.map(({ history }) => history);
      same(health.repurchase(histories, { model: found.model, horizonDays: 28 }).forecasts, found.customers.map(({ forecast }) => forecast));
    }],
    ["what is wrong is said", () => {
      fails(() => health.health(card, accounts(9)), { code: "invalid-argument", path: "now" });
      fails(() => health.health(one, { account: ["a"] }), { code: "missing-column", path: "logins" });
      fails(() => health.health(one, { account: ["a", "a"], logins: [1, 2] }), { code: "duplicate-key", row: 1 });
      fails(() => health.checkScorecard({ ...one, colour: 1 }), { code: "invalid-config", path: "colour" });
      fails(() => health.backtest(one, { ...churn, left: churn.left.map(() => "maybe") }, { outcome: "left" }), { code: "column-type", path: "left", row: 0 });
      fails(() => health.behaviour([{ who: 1, day: 0 }], { customer: "who", at: "day", fanaticShare: 2 }), { code: "invalid-argument", path: "fanaticShare" });
      const stale = { name: "use", groups: [{ id: "use", measures: [{ id: "logins", points: { linear: [[0, 0], [19, 100]] }, freshDays: 9 }] }] };
      fails(() => health.checkScorecard(stale), { code: "invalid-argument", path: "groups[0].measures[0].freshDays" });
      fails(() => health.repurchase([{ purchases: 1, daysSinceLast: 1, daysKnown: 2 }]), { code: "invalid-argument", row: 0 });
    }],
    ...healthVectorCases(health),
  ];
}
