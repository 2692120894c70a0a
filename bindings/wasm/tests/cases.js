// Checks that hold in every environment: node and the browser run the same list. Each entry is a name and a function
// that throws when the check fails. `reader` is `heedful/read`, `package_` holds the package's own package.json,
// `memory()` the bytes of the module's memory.
import { vectorCases } from "./vector-cases.js";

export function cases(modules, package_, memory) {
  const { heedful, reader } = modules;
  const { nps, csat, ces, score, trend, compare, contrast, league, weight, sampleSize, target, Metric, Tally } = heedful;
  const { readCsv, readJsonl, join, funnel } = reader;
  const rows = [
    { score: 10, plan: "pro", "first name": "Zoë", at: "2024-01-05" },
    { score: 9, plan: "free", "first name": "👩‍👩‍👧", at: "2024-01-31" },
    { score: 3, plan: null, "first name": "e\u0301", at: "2024-03-01" },
    { score: 7, plan: "pro", "first name": "\ud83d", at: "2024-03-02" },
  ];
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof heedful.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      equal(error.name, "HeedfulError");
      return;
    }
    throw new Error("nothing was thrown");
  };
  const many = (n, f) => Array.from({ length: n }, (_, i) => f(i));

  return [
    ["version is the package's", () => equal(heedful.version(), package_.version)],

    ["values", () => {
      equal(nps([10, 9, 8, null, 3]).value, 25);
      equal(nps([10, 9, 8, undefined, NaN, "", 3]).missing, 3);
      equal(nps([0]).value, -100);
      equal(nps(new Uint8Array([10, 9, 8, 3])).value, 25);
      equal(nps(new Float64Array([10, 9, NaN, 8, 3])).missing, 1);
      equal(nps(new Int32Array([10, 9, 8, 3])).value, 25);
      equal(nps(new BigInt64Array([10n, 9n])).value, 100);
      equal(nps(["10 - Extremely likely", "9", "8", 3]).value, 25);
      equal(nps([10, 0, 5], { weights: [2, 1, 1] }).effectiveN, 16 / 6);
      equal(csat([5, 4, 2, 1]).value, 50);
      equal(ces([7, 6, 2]).value, 5);
      equal(score([true, false, true], { metric: "thumbs" }).n, 3);
      equal(score([]).value, null);
    }],
    ["a score is a plain object that survives cloning and JSON", () => {
      const found = nps([10, 9, 8, 3, 11], { invalid: "count" });
      same(found, {
        metric: "nps", value: 25, n: 4, missing: 0, invalid: 0, outOfRange: 1,
        standardError: found.standardError, interval: found.interval,
        shares: { detractor: 0.25, passive: 0.25, promoter: 0.5 },
        counts: { 0: 0, 1: 0, 2: 0, 3: 1, 4: 0, 5: 0, 6: 0, 7: 0, 8: 1, 9: 1, 10: 1 },
        mean: 7.5, effectiveN: 4, designEffect: null,
      });
      same(Object.keys(found.interval), ["lower", "upper", "confidence", "method"]);
      same(structuredClone(found), found);
      same(JSON.parse(JSON.stringify(found)), found);
    }],
    ["rows in, rows out; the user's names stay", () => {
      const found = score(rows, { rating: "score", metric: "nps", by: ["plan"] });
      same(found.map(({ plan, value }) => [plan, value]), [["free", 100], ["pro", 50], [null, -100]]);
      same(Object.keys(found[0]), ["plan", "metric", "value", "lower", "upper", "standardError", "n", "missing", "invalid",
        "outOfRange", "mean", "effectiveN", "designEffect", "shares", "suppressed"]);
      same(found[0].shares, { detractor: 0, passive: 0, promoter: 1 });
      const snake = rows.map((row) => ({ score: row.score, my_plan: row.plan }));
      equal(score(snake, { rating: "score", by: "my_plan" })[0].my_plan, "free");
      equal(score(rows, { rating: "score" }).length, 1);
      equal(score([], { rating: "score" })[0].n, 0);
      same(structuredClone(found), found);
    }],
    ["columns, typed arrays and several ratings", () => {
      const columns = { a: new Uint8Array([10, 9, 3, 7]), b: [5, 4, null, 1], plan: ["x", "y", "x", "y"], year: [2023, 2024, 2024, 2023] };
      same(score(columns, { rating: { nps: "a", csat: "b" } }).map((row) => [row.metric, row.n]), [["nps", 4], ["csat", 3]]);
      same(score(columns, { rating: "a", by: ["year"] }).map((row) => row.year), [2023, 2024]);
      equal(score({ columns, roles: { rating: "a" } })[0].n, 4);
    }],
    ["texts of every kind come back as they were", () => {
      const names = score(rows, { rating: "score", by: "first name" }).map((row) => row["first name"]);
      same(names.toSorted?.() ?? [...names].sort(), rows.map((row) => row["first name"]).sort());
      const odd = ["\ud83d", "\udc00x", "a\u{10FFFD}b", "\\ud83d", "\u0000", "\"", "__proto__", "\u{10FFFD}\ue000"];
      for (const name of odd) {
        equal(score([{ s: 1, [name === "__proto__" ? "g" : name]: name, g: name }], { rating: "s", by: name === "__proto__" ? "g" : name })[0].g ?? name, name);
        equal(score([{ s: 10, g: name }], { rating: "s", by: "g" })[0].g, name);
      }
      const own = JSON.parse('[{"s": 10, "__proto__": "x", "constructor": "y"}]');
      const [row] = score(own, { rating: "s", by: ["__proto__", "constructor"] });
      equal(Object.getOwnPropertyDescriptor(row, "__proto__").value, "x");
      equal(Object.getOwnPropertyDescriptor(row, "constructor").value, "y");
      equal(score([{ s: 1 }, { s: 2, toString: "z" }], { rating: "s", by: "toString" }).at(-1).toString, null);
    }],
    ["time: Dates, milliseconds and texts", () => {
      const texts = trend(rows, { rating: "score", at: "at" });
      same(texts.map(({ period, n }) => [period, n]), [["2024-01-01", 2], ["2024-02-01", 0], ["2024-03-01", 2]]);
      const dates = rows.map((row) => ({ ...row, at: new Date(row.at) }));
      same(trend(dates, { rating: "score", at: "at" }), texts);
      const numbers = rows.map((row) => ({ ...row, at: Date.parse(row.at) }));
      same(trend(numbers, { rating: "score", at: "at" }), texts);
      const local = rows.map((row) => ({ ...row, at: row.at.split("-").reverse().join("/") }));
      same(trend(local, { rating: "score", at: "at" }), texts);
      same(trend(local, { rating: "score", at: "at", dateFormat: "%d/%m/%Y" }), texts);
      equal(trend([...rows, { score: 1, at: null }], { rating: "score", at: "at" }).at(-1).period, null);
      same(trend(rows, { rating: "score", at: "at", rolling: 2 }).map((row) => row.n), [2, 2, 2]);
      fails(() => trend([{ s: 1, at: "2024-01-01" }, { s: 1, at: "2024-01-01T10:00Z" }], { rating: "s", at: "at" }), { code: "date-mixed", path: "at", row: 1 });
      fails(() => trend([{ s: 1, at: "2024-01-01" }, { s: 1, at: 5 }], { rating: "s", at: "at" }), { code: "date-mixed", path: "at", row: 1 });
      fails(() => trend([{ s: 1, at: "yesterday" }], { rating: "s", at: "at" }), { code: "date-invalid", path: "at", row: 0 });
      fails(() => trend([{ s: 1, at: 9e15 }], { rating: "s", at: "at" }), { code: "date-invalid", path: "at", row: 0 });
    }],
    ["a far date costs nothing and history is exact", () => {
      const at = (text) => ({ s: 10, at: Date.parse(text) });
      const days = (zone, ...texts) => trend(texts.map(at), { rating: "s", at: "at", every: "day", timeZone: zone }).filter((row) => row.n > 0).map((row) => row.period);
      same(trend([at("2024-01-01T00:00Z"), at("9999-12-31T23:30Z")], { rating: "s", at: "at", every: "year", timeZone: "Europe/Copenhagen" }).at(-1).period, "+010000-01-01");
      same(days("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"), ["2011-12-29", "2011-12-31"]);
      // Until 1972 Monrovia was 44 minutes and 30 seconds behind.
      same(days("Africa/Monrovia", "1971-06-01T00:44:29Z", "1971-06-01T00:44:30Z"), ["1971-05-31", "1971-06-01"]);
      same(days("europe/copenhagen", "2024-03-31T21:59:59Z", "2024-03-31T22:00:00Z"), ["2024-03-31", "2024-04-01"]);
      fails(() => days("Europe/Atlantis", "2024-01-01T00:00Z"), { code: "time-zone", path: "timeZone" });
    }],
    ["differences, targets and plans", () => {
      const [before, after] = [many(100, (i) => i % 11), many(100, (i) => (i % 11) + (i % 11 < 9 ? 2 : 0))];
      const found = compare(before, after);
      equal(found.after.value - found.before.value, found.difference);
      same(compare(Tally.of(before), after), found);
      same(Object.keys(found), ["metric", "difference", "standardError", "interval", "pValue", "method", "before", "after"]);
      const goal = target(after, { value: 10, name: "industry" });
      equal(goal.name, "industry");
      equal(target(after, 100).status, "missed");
      equal(sampleSize({ margin: 5 }).n, 1537);
      equal(sampleSize({ margin: 5, shares: { promoter: 0.5, detractor: 0.2 } }).n, 938);
      equal(sampleSize({ margin: 5, pilot: Tally.of([10, 3]) }).assumption, "pilot");
      same(structuredClone(found), found);
    }],
    ["contrasts and leagues", () => {
      const table = many(60, (i) => ({ score: i % 3 === 0 ? 3 : 9, store: ["north", "south", "west"][i % 3] }));
      const [north] = contrast(table, { rating: "score", by: "store" });
      equal(north.difference, -200);
      if (!(north.pAdjusted < 0.01)) throw new Error(`${north.pAdjusted}`);
      const places = league(table, { rating: "score", by: "store", k: 1, seed: 7 });
      equal(places.length, 3);
      equal(places[2].store, "north");
      same(league(table, { rating: "score", by: "store", k: 1, seed: 7 }), places);
    }],
    ["weights", () => {
      const table = [{ s: 10, r: "EU" }, { s: 9, r: "EU" }, { s: 3, r: "US" }, { s: 10, r: "EU" }];
      const found = weight(table, { targets: { r: { EU: 0.5, US: 0.5 } }, maxIterations: 50 });
      same(found.weights.map((w) => Math.round(w * 1e9) / 1e9), [0.666666667, 0.666666667, 2, 0.666666667]);
      equal(Math.abs(found.effectiveN - 3) < 1e-9, true);
      const weighted = table.map((row, i) => ({ ...row, w: found.weights[i] }));
      equal(Math.abs(score(weighted, { rating: "s", weight: "w" })[0].value) < 1e-9, true);
      fails(() => weight(table, { targets: { r: { EU: 1 } } }), { code: "target-mismatch" });
      const design = score(table, { rating: "s", design: { weighting: { targets: { r: { EU: 0.5, US: 0.5 } } } } });
      equal(Math.abs(design[0].value) < 1e-9, true);
      equal(Math.abs(score(table, { rating: "s", account: "r", clusters: "votes" })[0].value) < 1e-9, true);
    }],
    ["tallies merge, and are stored for every language", () => {
      let tally = Tally.create("0-10");
      tally = Tally.observe(tally, [10, 9]);
      tally = Tally.merge(tally, Tally.observe(Tally.create("0-10"), [8, 3, 11, null]));
      same(tally, { version: 1, scale: "0-10", counts: [0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1], missing: 1, invalid: 0, outOfRange: 1 });
      equal(Tally.score(tally, "nps").value, 25);
      same(Tally.fromJson(Tally.toJson(tally)), tally);
      equal(JSON.parse(Tally.toJson(tally)).out_of_range, 1);
      const weighted = Tally.observe(tally, [10], [0.1]);
      same(Tally.fromJson(Tally.toJson(weighted)), weighted);
      equal(Tally.of(rows, { rating: "score" }).counts[10], 1);
      fails(() => Tally.merge(tally, Tally.create("1-5")), { code: "scale-mismatch" });
      fails(() => Tally.fromJson('{"version": 99}'), { code: "state-version" });
    }],
    ["metrics", () => {
      const metric = Metric.preset("csat");
      same(metric.rule, { type: "top", boxes: 2 });
      same(Metric.fromJson(Metric.toJson(metric)), metric);
      const halves = Metric.of({ ...metric, name: "\ud83d", bands: metric.bands?.map((band, i) => ({ ...band, name: `\ude00${i}` })) });
      same(Metric.fromJson(Metric.toJson(halves)), halves);
      fails(() => Metric.fromJson(3), { code: "invalid-argument", path: "json" });
      fails(() => Tally.fromJson({}), { code: "invalid-argument", path: "json" });
      for (const name of Metric.presets()) equal(Metric.preset(name).name, name);
      const own = Metric.of({ scale: { points: [0, 0.5, 1], labels: ["never", null, "always"] }, rule: { type: "mean" } });
      equal(score(["never", "Always", 0.5], { metric: own }).value, 0.5);
      fails(() => Metric.preset("np"), { code: "unknown-name" });
      fails(() => Metric.of({ scale: "1-5", rule: { type: "top", boxes: 9 } }), { code: "invalid-argument", path: "rule.boxes" });
    }],
    ["reading CSV", () => {
      const text = 'Score;Plan;When;Why\n10 - Extremely likely;pro;28/02/2024;"fast;\nfriendly 👍"\n;free;01/03/2024;\n';
      const options = { rating: "Score", metric: "nps", at: "When", comment: "Why", attributes: ["Plan"] };
      const file = readCsv(text, options);
      same(file.columns, { Score: [10, null], When: ["2024-02-28T00:00:00.000", "2024-03-01T00:00:00.000"], Why: ["fast;\nfriendly 👍", null], Plan: ["pro", "free"] });
      same(file.roles, { rating: "Score", at: "When", comment: "Why" });
      same([file.rows, file.delimiter, file.encoding, file.dates], [2, ";", "utf-8", { clock: "wall", dayFirst: true }]);
      equal(score(file)[0].value, 100);
      same(score(file, { by: "Plan" }).map((row) => [row.Plan, row.n]), [["free", 0], ["pro", 1]]);
      same(trend(file, {}).map((row) => row.period), ["2024-02-01", "2024-03-01"]);
      same(structuredClone(file), file);
      same(readCsv(new TextEncoder().encode(text), options), file);
      same(readCsv(new TextEncoder().encode(text).buffer, options), file);
      const bytes = Uint8Array.from("\ufeffs\n9\n", (c) => c.charCodeAt(0) & 255);
      equal(readCsv(Uint8Array.of(0xe9, 0x0a, 0x39), { rating: "é", encoding: "latin-1" }).columns["é"][0], 9);
      equal(bytes.length > 0, true);
      const bad = readCsv("s\n10\nten\n3\n", { rating: "s", onError: "collect" });
      same(bad.rejected.map(({ row, line, column, code, fields }) => [row, line, column, code, fields]), [[1, 3, "s", "rating-invalid", ["ten"]]]);
      fails(() => readCsv("s\n10\nten\n", { rating: "s" }), { code: "rating-invalid", row: 1, line: 3 });
      fails(() => readCsv("s\n1\n", { rating: "t" }), { code: "missing-column", path: "t" });
      fails(() => readCsv("s\n1\n", {}), { code: "missing-column", path: "rating" });
      fails(() => readCsv("s,d\n1,01/02/2024\n2,03/04/2024\n", { rating: "s", at: "d" }), { code: "date-ambiguous" });
    }],
    ["reading JSON Lines", () => {
      const file = readJsonl('{"s": 10, "who": {"plan": "pro"}, "at": "2024-01-05T10:00:00Z"}\n{"s": null}\n', { rating: "s", attributes: ["who.plan"], at: "at" });
      same(file.columns, { s: [10, null], at: [Date.parse("2024-01-05T10:00:00Z"), null], "who.plan": ["pro", null] });
      equal(trend(file, { every: "day" })[0].period, "2024-01-05");
    }],
    ["joining customer data as of the time of the response", () => {
      const answers = [{ s: 10, who: "ada", at: "2024-02-01" }, { s: 3, who: "ada", at: "2024-06-01" }, { s: 9, who: "cy", at: "2024-01-01" }, { s: 1, who: null, at: "2024-01-01" }];
      const since = new Map();
      const customers = [
        { id: "ada", since: "2024-01-01", plan: "free", tags: since },
        { id: "ada", since: "2024-05-01", plan: "pro", tags: null },
        { id: "bo", since: "2024-01-01", plan: "pro" },
      ];
      const made = join(answers, customers, { on: "who", key: "id", at: "at", validFrom: "since" });
      same(made.table.map((row) => row.plan), ["free", "pro", null, null]);
      equal(made.table[0].tags, since);
      const { table, ...fit } = made;
      same(fit, { matched: 2, unmatched: 1, withoutKey: 1, tooEarly: 0, withoutTime: 0, duplicates: 0, keyless: 0, unused: 1 });
      const columns = { s: [10, 3], id: ["a", "b"] };
      same(join(columns, { id: ["b"], v: [7] }, { on: "id" }).table, { ...columns, v: [null, 7] });
      const file = readCsv("s,id\n10,a\n", { rating: "s", customer: "id" });
      same(join(file, [{ id: "a", plan: "x" }]).table.columns.plan, ["x"]);
      fails(() => join(answers, customers, { on: "who", key: "id" }), { code: "duplicate-key", path: "id", row: 1 });
      fails(() => join(columns, { id: ["b"], s: [7] }, { on: "id" }), { code: "duplicate-column", path: "s" });
      const instants = [{ s: 1, id: "a", at: new Date("2024-04-30T22:30:00Z") }];
      const local = [{ id: "a", since: "2024-05-01", plan: "new" }];
      const zoned = { on: "id", at: "at", validFrom: "since" };
      fails(() => join(instants, local, zoned), { code: "date-mixed" });
      equal(join(instants, local, { ...zoned, timeZone: "Europe/Copenhagen" }).matched, 1);
      equal(join(instants, local, { ...zoned, timeZone: "UTC" }).tooEarly, 1);
    }],
    ["funnels", () => {
      same(funnel({ invited: 1000, opened: 400, rated: 100 }).map((row) => row.ofPrevious), [null, 0.4, 0.25]);
      const found = funnel([{ state: "DONE" }, { state: "SENT" }, { state: null }], { status: "state", words: { SENT: "invited", DONE: "rated" } });
      same(found.map(({ step, n }) => [step, n]), [["invited", 3], ["rated", 1]]);
      const table = { score: [10, null, 3], why: ["a", null, null] };
      same(funnel(table, { rating: "score", comment: "why" }).map((row) => row.n), [3, 2, 1]);
      fails(() => funnel({ invited: 1, rated: 2 }), { code: "invalid-argument", path: "rated" });
    }],
    ["errors say what, where and in which row", () => {
      fails(() => nps([10, 11]), { code: "rating-out-of-range", row: 1, path: "" });
      fails(() => nps(null), { code: "column-type" });
      fails(() => nps("10"), { code: "column-type" });
      fails(() => score(rows, { rating: "scores" }), { code: "missing-column", path: "scores", message: "there is no such column: the table has score, plan, first name, at" });
      fails(() => score({ s: [1, 2], p: [1] }, { rating: "s", by: "p" }), { code: "length-mismatch", path: "p" });
      fails(() => score([{ s: 1 }, { s: {} }], { rating: "s" }), { code: "column-type", path: "s", row: 1 });
      fails(() => score([{ s: 1 }, 7], { rating: "s" }), { code: "column-type", row: 1 });
      fails(() => score(rows, { rating: "score", bye: [] }), { code: "invalid-config", path: "bye" });
      fails(() => score(rows, { rating: "score", minimumN: -1 }), { code: "invalid-config", path: "minimumN" });
      fails(() => score(rows, { rating: "score", confidence: 95 }), { code: "invalid-argument", path: "confidence" });
      fails(() => trend(rows, { rating: "score", at: "at", rolling: 0 }), { code: "invalid-argument", path: "rolling" });
      fails(() => score([{ s: 1, n: "x" }], { rating: "s", by: "n" }), { code: "duplicate-column", path: "n" });
      fails(() => score("text", {}), { code: "invalid-argument" });
    }],
    ["calls leave nothing behind, failing ones neither", () => {
      const table = { s: many(20000, (i) => i % 11), g: many(20000, (i) => `group ${i % 50}`) };
      const bad = { ...table, s: [...table.s.slice(1), 99] };
      const round = () => {
        score(table, { rating: "s", by: "g" });
        fails(() => score(bad, { rating: "s", by: "g" }), { code: "rating-out-of-range", row: 19999 });
      };
      for (let i = 0; i < 5; i++) round();
      const before = memory();
      for (let i = 0; i < 100; i++) round();
      equal(memory(), before);
    }],
    ["a hundred thousand rows", () => {
      const big = many(100_000, (i) => ({ s: i % 11, g: `g${i % 100}`, at: 1.6e12 + i * 1e6 }));
      const found = trend(big, { rating: "s", by: "g", at: "at", every: "month", timeZone: "America/New_York" });
      equal(found.reduce((sum, row) => sum + row.n, 0), 100_000);
    }],
    ...vectorCases(modules),
  ];
}

export function equal(actual, expected) {
  if (!Object.is(actual, expected)) throw new Error(`${String(actual)} is not ${String(expected)}`);
}

/** Deep equality of plain data: prototypes count, so a `Map` is no object. */
export function same(actual, expected, path = "value") {
  if (Object.is(actual, expected)) return;
  const kind = (value) => (typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined);
  if (kind(actual) === undefined || kind(actual) !== kind(expected)) {
    throw new Error(`${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
  }
  const names = Object.keys(actual);
  if (names.length !== Object.keys(expected).length) {
    throw new Error(`${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
  }
  for (const name of names) same(actual[name], expected[name], `${path}.${name}`);
}
