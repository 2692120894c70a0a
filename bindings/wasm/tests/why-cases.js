// Checks of `heedful/why` that hold in every environment, as those of cases.js.
import { equal, same } from "./cases.js";

export function whyCases(why) {
  const lists = Array.from({ length: 1200 }, (_, i) => (i % 12 === 0 ? ["price", "staff"] : i % 4 === 0 ? ["price"] : i % 6 === 0 ? ["staff"] : []));
  const score = lists.map((_, i) => (i % 5 === 0 ? 7 : i % 4 === 0 ? 3 : 9));
  const region = lists.map((_, i) => (i % 3 ? "north" : "south"));
  const columns = { score, region, why: lists };
  const rows = score.map((value, i) => ({ score: value, region: region[i], why: lists[i] }));
  const options = { rating: "score", replicates: 200, attributes: "region" };
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof why.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      return;
    }
    throw new Error("nothing was thrown");
  };
  const near = (found, expected) => {
    if (!(Math.abs(found - expected) < 1e-9)) throw new Error(`${found} is not ${expected}`);
  };
  const sum = (list) => list.reduce((total, value) => total + value, 0);
  const stay = {
    name: "stay",
    stages: [
      { name: "arrive", touchpoints: [{ name: "reception", importance: 9 }] },
      { name: "sleep", touchpoints: [{ name: "room", reasons: ["noise"] }, { name: "breakfast" }] },
    ],
  };

  return [
    ["drivers by every way of telling reasons", () => {
      const found = why.drivers(columns, { ...options, reasons: "why" });
      same(why.drivers(rows, { ...options, reasons: "why" }), found);
      same(why.drivers(columns, { ...options, reasons: lists }), found);
      same(why.drivers({ ...columns, why: lists.map((list) => list.join("; ") || null) }, { ...options, reasons: "why" }), found);
      const mapped = lists.flatMap((list, row) => list.map((reason) => ({ row, reason, main: true })));
      same(why.drivers(columns, { ...options, reasons: mapped }), found);
      const flags = Object.fromEntries(["price", "staff"].map((name) => [name, lists.map((list) => list.includes(name))]));
      same(why.drivers({ ...columns, ...flags }, { ...options, reasons: { flags: ["price", "staff"] } }), found);
      same(why.drivers({ columns, roles: { rating: "score" } }, { ...options, rating: undefined, reasons: "why" }), found);
      const { reference, rows: shares } = found.contributions;
      near(reference + sum(shares.map(({ contribution }) => contribution)), found.score.value);
      const price = found.drivers.find(({ name }) => name === "price");
      equal(price.pAdjusted < 0.001 && price.interval.lower < price.impact && price.bootstrap.upper > price.impact, true);
      same(found.drivers.filter(({ source }) => source === "attribute").map(({ value }) => value).sort(), ["north", "south"]);
    }],
    ["times that are texts", () => {
      // The latest answer of each customer counts; rows are not in the order of time.
      const at = ["2024-03-05", "2024-01-31", "2024-02-01"];
      const rows = at.map((day, i) => ({ who: "ada", score: [9, 3, 5][i], at: day, why: ["price"] }));
      const run = (times) => why.drivers(rows.map((row, i) => ({ ...row, at: times[i] })), { rating: "score", reasons: "why", customer: "who", at: "at", repeats: "latest", replicates: 0 }).score;
      const found = run(at);
      same([found.n, found.value], [1, 100]);
      same(run(at.map((day) => `${day}T10:00:00Z`)), found);
      same(run(at.map((day) => new Date(day))), found);
      fails(() => run(["yesterday", ...at.slice(1)]), { code: "date-invalid", path: "at", row: 0 });
    }],
    ["names in any script come back as they were", () => {
      for (const name of ["prix élevé", "價格", "\ud83d", "👍🏽", "\u{10FFFD}"]) {
        const found = why.drivers({ score: [9, 3] }, { rating: "score", reasons: [[name], []], minimumN: 1, replicates: 0 });
        equal(found.drivers[0].name, name);
      }
    }],
    ["a scenario and its segments", () => {
      const found = why.whatIf(columns, { rating: "score", reasons: "why", change: "price", factor: 0.5, segments: "region" });
      near(found.change, sum(found.segments.map(({ contribution }) => contribution)));
      equal(found.changeInterval.lower < found.change && found.change < found.changeInterval.upper, true);
      fails(() => why.whatIf(columns, { rating: "score", reasons: "why", change: "nope", factor: 0.5 }), { code: "unknown-name" });
    }],
    ["a change adds up", () => {
      const who = score.map((_, i) => `c${i}`);
      const before = { ...columns, who };
      const after = { score: score.slice(300).reverse(), region: region.slice(300), why: lists.slice(0, 900), who: who.slice(300) };
      const found = why.explainChange(before, after, { rating: "score", by: "region", reasons: "why", customer: "who", replicates: 100 });
      const total = found.comparison.difference;
      near(sum(found.segments.map(({ mix, rate }) => mix.value + rate.value)), total);
      near(found.reasons.reference.value + sum(found.reasons.rows.map(({ effect }) => effect.value)), total);
      const { staying, joining, leaving, stayers, leavers } = found.cohorts;
      near(staying.value + joining.value + leaving.value, total);
      same([stayers, leavers, found.sentences[0].startsWith("NPS")], [900, 300, true]);
    }],
    ["a scan", () => {
      const hit = (i) => i % 4 === 1 && (i >> 2) % 4 === 2;
      const table = Array.from({ length: 4000 }, (_, i) => ({
        score: hit(i) || (i >> 4) % 8 === 0 ? 3 : 9, store: i % 4, channel: ["app", "mail", "phone", "web"][(i >> 2) % 4],
      }));
      const found = why.scan(table, { rating: "score", attributes: ["store", "channel"] });
      same(found.findings[0].conditions, [{ attribute: "store", value: 1 }, { attribute: "channel", value: "phone" }]);
      equal(found.sentences.length, found.findings.length);
      const earlier = table.map((row, i) => ({ ...row, score: (i >> 4) % 8 === 0 ? 3 : 9 }));
      equal(why.scan(table, { rating: "score", attributes: ["store", "channel"], before: earlier }).findings[0].nBefore, 250);
    }],
    ["importance, roles, asymmetry, confounding", () => {
      const staff = score.map((_, i) => 1 + (i % 5)), price = score.map((_, i) => 1 + ((i * 7) % 11) % 5);
      const table = { score: staff.map((value, i) => value + (price[i] >> 1)), staff, price };
      const found = why.importance(table, { rating: "score", columns: ["staff", "price"], replicates: 0 });
      near(sum(found.rows.map(({ importance }) => importance)), found.rSquared);
      same(why.reasonRoles(columns, { rating: "score", reasons: "why" }).rows.map(({ reason }) => reason), ["price", "staff"]);
      same(why.roleChanges(columns, columns, { rating: "score", reasons: "why" }).map(({ shift }) => shift), ["steady", "steady"]);
      const [row] = why.asymmetry({ score: [2, 9, 9, 3, 7, 10].flatMap((v) => Array(50).fill(v)) }, {
        rating: "score",
        failures: [1, 0, 0, 1, 0, 0].flatMap((v) => Array.from({ length: 50 }, () => (v ? ["wait"] : []))),
        delights: [0, 0, 1, 0, 0, 1].flatMap((v) => Array.from({ length: 50 }, () => (v ? ["wait"] : []))),
      });
      same([row.cost, row.gain, row.asymmetry], [150, 50, 100]);
      const [first] = why.confounding(columns, { rating: "score", reasons: "why", by: "region" });
      same([first.reason, first.segments.length, first.simpson], ["price", 2, false]);
    }],
    ["a journey", () => {
      same(why.lintJourney(stay).map(({ touchpoint }) => touchpoint), ["reception", "reception", "reception"]);
      const steps = Array.from({ length: 240 }, (_, i) => ["reception", "room", "breakfast"][i % 3]);
      const table = {
        score: steps.map((_, i) => [9, 3, 8, 10, 2, 10][i % 6]), step: steps, who: steps.map((_, i) => Math.floor(i / 3)),
        feeling: steps.map((_, i) => [0.5, -0.8, 0][i % 3]), wait: steps.map((_, i) => [1, 2, null][i % 3]),
      };
      const options = { rating: "score", touchpoint: "step" };
      const found = why.walkJourney(stay, table, { ...options, intensity: "feeling", measures: ["wait"] });
      same(found.touchpoints.map(({ score }) => score.value), [100, -100, 50]);
      near(found.touchpoints[1].negative.impact, 0.8 / 3);
      equal(found.touchpoints[1].measures[0].mean.value, 2);
      const spoken = why.walkJourney(stay, { comment: ["a", "b", "c"] }, { reasons: [["noise"], [], ["room", "breakfast"]] });
      same(spoken.touchpoints.map(({ n, score }) => [n, score]), [[0, null], [2, null], [1, null]]);
      const relation = Array.from({ length: 80 }, (_, who) => ({ who, score: [2, 10][who % 2] }));
      const moments = why.journeyMoments(stay, table, relation, { ...options, customer: "who" });
      same([moments.peakEnd.n, moments.gaps.map(({ reached }) => reached)], [80, [80, 80]]);
      const company = { ...table, score: table.score.map(() => 10) };
      same(why.journeyViews(stay, table, company, options).map(({ gap }) => Math.round(gap.difference)), [0, -200, -50]);
      const earlier = { name: "stay", stages: [{ name: "all", touchpoints: [{ name: "reception", importance: 5 }, { name: "bar" }] }] };
      const compared = why.compareJourneys(earlier, stay, table, table, options);
      same(compared.differences, why.journeyDifferences(stay, earlier));
      same(compared.steps.map(({ touchpoint }) => touchpoint), ["reception"]);
    }],
    ["what is wrong is said", () => {
      const ask = (more) => () => why.drivers(columns, { ...options, ...more });
      fails(ask({ reasons: "nope" }), { code: "missing-column", path: "nope" });
      fails(ask({ reasons: [["price"]] }), { code: "length-mismatch", path: "reasons" });
      fails(ask({ reasons: [[1]] }), { code: "column-type", row: 0 });
      fails(ask({ reasons: 3 }), { code: "invalid-argument", path: "reasons" });
      fails(ask({ reasons: [{ row: 5000, reason: "price" }] }), { code: "length-mismatch" });
      fails(ask({ replicates: 3 }), { code: "invalid-argument", path: "replicates" });
      fails(ask({ colour: 3 }), { code: "invalid-config", path: "colour" });
      fails(ask({ minimumNumber: 3 }), { code: "invalid-config", path: "minimumNumber" });
      fails(() => why.lintJourney({ name: "x", stages: [{ name: "a" }, { name: "a" }] }), { code: "duplicate-key", path: "stages[1].name" });
      fails(() => why.drivers({ score: [11] }, { rating: "score" }), { code: "rating-out-of-range", row: 0 });
    }],
  ];
}
