// Checks of `heedful/health` that hold in every environment, as those of cases.js.
import { equal, same } from "./cases.js";
import { healthVectorCases } from "./vector-cases.js";

export function healthCases(health) {
  const fails = (run, expected, message = "") => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof health.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      if (!error.message.includes(message)) throw new Error(`${error.message} does not say ${message}`);
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
      const asked = health.fitScorecard(churn, { ...options, nonNegative: true });
      equal(asked.fullAuc.n, 400);
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
    ["what is doubtful about a card", () => {
      const measure = (id) => ({ id, subjective: true, points: { linear: [[0, 0], [100, 100]] } });
      const doubtful = { name: "doubtful", changed: now.getTime() - 100 * 86_400_000, groups: [
        { id: "a", weight: 3, measures: ["x", "y", "z"].map(measure) },
        { id: "b", weight: 4, measures: [{ ...measure("same"), subjective: false }] },
      ] };
      const column = (of) => Array.from({ length: 20 }, (_, i) => of(i));
      const table = {
        who: column((i) => `c${i}`),
        x: column((i) => 1 + 2 * ((i * i) % 19)),
        y: column((i) => 90 - 3 * ((i * i) % 19)),
        z: column((i) => (i % 2) * 10),
        same: column(() => 50),
      };
      const definition = [{ code: "subjective", names: ["x", "y", "z"], value: 3 }, { code: "weight_sum", names: ["a", "b"], value: 7 }];
      same(health.lintScorecard(doubtful), definition);
      same(health.lintScorecard(doubtful, undefined, { now }), [...definition, { code: "recent_change", names: [], value: 100 }]);
      const found = health.lintScorecard(doubtful, table, { account: "who", now });
      same(found.slice(0, 4), [...definition, { code: "recent_change", names: [], value: 100 }, { code: "never_varies", names: ["same"], value: 50 }]);
      same([found.length, found[4].code, found[4].names], [5, "correlated", ["x", "y"]]);
      near(found[4].value, -1);
      same(health.lintScorecard(doubtful, table, { account: "who" }).map(({ code }) => code), ["subjective", "weight_sum", "never_varies", "correlated"]);
      same(health.lintScorecard(one), [{ code: "measure_count", names: [], value: 1 }]);
      // Ages only matter where a table is looked at.
      same(health.lintScorecard(card).map(({ code }) => code), ["measure_count", "weight_sum"]);
      fails(() => health.lintScorecard(card, accounts(9)), { code: "invalid-argument", path: "now" });
      fails(() => health.lintScorecard(one, { account: ["a"] }), { code: "missing-column", path: "logins" });
      fails(() => health.lintScorecard(one, { account: ["a", "a"], logins: [1, 2] }), { code: "duplicate-key", path: "account", row: 1 });
      fails(() => health.lintScorecard(one, undefined, { nowish: 1 }), { code: "invalid-config", path: "nowish" });
      fails(() => health.lintScorecard({ ...one, myColour: 1 }), { code: "invalid-config", path: "myColour" });
    }],
    ["a card as other languages store it", () => {
      const stored = { name: "voice", groups: [{ id: "voice", measures: [
        { id: "nps", points: { score: { worst: -100, best: 100 } }, standard_error: "npsError", at: "last_login", fresh_days: 20 },
        { id: "last_login", points: { decay: { half_life_days: 14 } } },
      ] }] };
      const [first, , third] = health.health(stored, accounts(9), { now }).accounts;
      near(first.standardError, 10 / 2 / 2);
      same(third.lines.map(({ status }) => status), ["stale", "present"]);
      equal(health.checkScorecard(stored).groups[0].measures[0].freshDays, 20);
      fails(() => health.health(stored, accounts(9)), { code: "invalid-argument", path: "now" });
    }],
    ["what is wrong is said", () => {
      fails(() => health.health(card, accounts(9)), { code: "invalid-argument", path: "now" });
      fails(() => health.health(one, { account: ["a"] }), { code: "missing-column", path: "logins" });
      fails(() => health.health(one, { account: ["a", "a"], logins: [1, 2] }), { code: "duplicate-key", row: 1 });
      fails(() => health.backtest(one, { ...churn, left: churn.left.map(() => "maybe") }, { outcome: "left" }), { code: "column-type", path: "left", row: 0 });
      fails(() => health.repurchase([{ purchases: 1, daysSinceLast: 1, daysKnown: 2 }]), { code: "invalid-argument", row: 0 });
      for (const time of ["2026-01-01", new Date(NaN), 9e15]) fails(() => health.health(one, churn, { now: time }), { code: "invalid-argument", path: "now" });
      fails(() => health.health(one, churn, { previous: 3 }), { code: "invalid-argument", path: "previous" });
      fails(() => health.health(one, churn, { previous: "{" }), { code: "json" });
    }],
    ["what is wrong with a card is said where its writer put it", () => {
      const second = "groups[0].measures[1]";
      const wrong = (measure, rest = {}) => {
        const measures = [{ id: "logins", points: "milestone" }, { id: "days_left", points: "milestone", ...measure }];
        return { name: "wrong", groups: [{ id: "use", measures }], ...rest };
      };
      const alarm = (test) => wrong({}, { alarms: [{ id: "a", when: [{ column: "days_left", test }] }] });
      const table = { account: ["a"], logins: [1], days_left: [1], manager: ["red"], left: [true], halfLife: [1] };
      const cases = [
        [{}, "invalid-config", "", "missing field `name`"],
        [null, "invalid-config", ""],
        [{ name: "wrong" }, "invalid-config", "", "missing field `groups`"],
        [{ name: "wrong", groups: [{ id: "use" }] }, "invalid-config", "groups[0]", "missing field `measures`"],
        [wrong({ points: undefined }), "invalid-config", second, "missing field `points`"],
        [wrong({ points: null }), "invalid-config", `${second}.points`],
        [wrong({ points: { linear: [[0, 0], ["x", 1]] } }), "invalid-config", `${second}.points.linear[1][0]`],
        [wrong({ points: { linear: [[0, 50], [1, 1]] } }), "invalid-argument", `${second}.points.linear[1]`],
        [wrong({ points: { halfLife: 3 } }), "invalid-config", `${second}.points`, "unknown variant `halfLife`, expected one of `thresholds`"],
        [wrong({ points: { decay: { halfLife: 3 } } }), "invalid-config", `${second}.points.decay.halfLife`, "unknown field `halfLife`, expected `halfLifeDays`"],
        [wrong({ points: { decay: {} } }), "invalid-config", `${second}.points.decay`, "missing field `halfLifeDays`"],
        [wrong({ points: { decay: { halfLifeDays: -3 } } }), "invalid-argument", `${second}.points.decay.halfLifeDays`],
        [wrong({ points: { categories: { half_life: 300 } } }), "invalid-argument", `${second}.points.categories.half_life`],
        [wrong({ freshDay: 3 }), "invalid-config", `${second}.freshDay`, "`subjective`, `at`, `freshDays`, `standardError`, `missing`"],
        [wrong({ freshDays: "3", at: "days_left" }), "invalid-config", `${second}.freshDays`],
        [wrong({ freshDays: 3 }), "invalid-argument", `${second}.freshDays`],
        [wrong({ standardError: "days_left" }), "invalid-argument", `${second}.standardError`],
        [wrong({ standardError: 3 }), "invalid-config", `${second}.standardError`],
        [wrong({ missing: "leaveOut" }), "invalid-config", `${second}.missing`, "unknown variant `leaveOut`, expected one of `leave_out`"],
        [alarm({ olderThan: 1 }), "invalid-config", "alarms[0].when[0].test", "unknown variant `olderThan`, expected one of `below`, `atLeast`"],
        [alarm({ olderThanDays: "x" }), "invalid-config", "alarms[0].when[0].test.olderThanDays"],
        [alarm({ olderThanDays: -1 }), "invalid-argument", "alarms[0].when[0].test"],
        [alarm(null), "invalid-config", "alarms[0].when[0].test"],
        [wrong({}, { alarms: [{ id: "a" }] }), "invalid-config", "alarms[0]", "missing field `when`"],
        [wrong({}, { myColour: 1 }), "invalid-config", "myColour", "unknown field `myColour`"],
        [wrong({}, { my_colour: 1 }), "invalid-config", "my_colour", "unknown field `my_colour`"],
        [wrong({}, { hysteresis: 300 }), "invalid-argument", "hysteresis"],
      ];
      for (const [given, code, path, message = ""] of cases) {
        const said = { code, path, row: null };
        for (const run of [
          () => health.checkScorecard(given),
          () => health.lintScorecard(given),
          () => health.health(given, table, { now }),
          () => health.backtest(given, table, { outcome: "left", now }),
          () => health.healthAgreement(given, table, { manager: "manager", now }),
        ]) fails(run, said, message);
        const stages = [{ name: "fine", scorecard: one }, { name: "wrong", scorecard: given }];
        const inside = ["stages[1].scorecard", path].filter((part) => part !== "").join(".");
        fails(() => health.health(stages, table, { now }), { code, path: inside, row: null }, given === null ? "" : message);
      }
      const stage = (when) => [{ name: "fine", scorecard: one }, { name: "wrong", when, scorecard: one }];
      fails(() => health.health(stage([{ column: "days_left", test: { olderThanDays: -1 } }]), table, { now }), { code: "invalid-argument", path: "stages[1].when[0].test" });
      fails(() => health.health(stage([{ column: "days_left" }]), table), { code: "invalid-config", path: "stages[1].when[0]" }, "missing field `test`");
      fails(() => health.health([{ name: "empty" }], table), { code: "invalid-config", path: "stages[0]" }, "missing field `scorecard`");
    }],
    ["what is wrong with options is said as they were written", () => {
      const fit = { outcome: "left", measures: ["logins", "plan_name"] };
      const visits = [{ who: 1, the_day: 0, horizon_days: "x" }];
      const columns = { customer: "who", at: "the_day" };
      const histories = [{ purchases: 2, days_since_last: 0, daysKnown: 2 }];
      const model = { r: 1, alpha: 1, a: 1, b: 1 };
      const cases = [
        [() => health.health(one, churn, { nowish: 1 }), "invalid-config", "nowish"],
        [() => health.backtest(one, churn, { outcome: "left", confidenceLevel: 1 }), "invalid-config", "confidenceLevel", "unknown field `confidenceLevel`"],
        [() => health.backtest(one, churn, { outcome: "left", confidence: 2 }), "invalid-argument", "confidence"],
        [() => health.backtest(one, churn, {}), "invalid-config", "", "missing field `outcome`"],
        [() => health.healthAgreement(one, churn, { manager: "plan_name", weights: "cubic" }), "invalid-config", "weights", "unknown variant `cubic`"],
        [() => health.healthAgreement(one, churn, { manager: "plan_name" }), "unknown-name", "plan_name"],
        [() => health.fitScorecard(churn, { ...fit, nonNegative: 3 }), "invalid-config", "nonNegative"],
        [() => health.fitScorecard(churn, { ...fit, nonNegatve: true }), "invalid-config", "nonNegatve", "`confidence`, `nonNegative`"],
        [() => health.fitScorecard(churn, { outcome: "left" }), "invalid-config", "", "missing field `measures`"],
        [() => health.fitScorecard(churn, { ...fit, measures: "logins" }), "invalid-config", "measures"],
        [() => health.fitScorecard(churn, { ...fit, better: { plan_name: "up" } }), "invalid-config", "better.plan_name"],
        [() => health.fitScorecard(churn, { ...fit, folds: 1 }), "invalid-argument", "folds"],
        [() => health.behaviour(visits, { ...columns, fanaticShare: 2 }), "invalid-argument", "fanaticShare"],
        [() => health.behaviour(visits, { ...columns, fanaticShare: "x" }), "invalid-config", "fanaticShare"],
        [() => health.behaviour(visits, { ...columns, horizon: 1 }), "invalid-config", "horizon", "`horizonDays`, `fanaticShare`, `scepticBelow`"],
        [() => health.behaviour(visits, { ...columns, model: { r: -1, alpha: 1, a: 1, b: 1 } }), "invalid-argument", "model.r"],
        [() => health.behaviour(visits, { ...columns, amount: "horizon_days" }), "column-type", "horizon_days"],
        [() => health.behaviour(visits, { customer: "who" }), "invalid-config", "", "missing field `at`"],
        [() => health.repurchase(histories, { daysSinceLast: "days_since_last", horizonDays: -1, model }), "invalid-argument", "horizonDays"],
        [() => health.repurchase(histories, { daysSinceLast: "days_since_last", horizonDay: 1, model }), "invalid-config", "horizonDay", "`daysSinceLast`"],
        [() => health.repurchase(histories, { model }), "missing-column", "daysSinceLast"],
      ];
      for (const [run, code, path, message = ""] of cases) fails(run, { code, path }, message);
    }],
    ...healthVectorCases(health),
  ];
}
