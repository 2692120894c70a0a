// Checks of `heedful/watch` that hold in every environment, as those of cases.js.
import { equal, same } from "./cases.js";
import { ODD, refusesOddJson } from "./odd-texts.js";

const DAY = 86_400_000;
const FIRST = Date.UTC(2024, 0, 1);

export function watchCases(watch) {
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof watch.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      return;
    }
    throw new Error("nothing was thrown");
  };
  // Forty responses a day; on the last two twenty more, of promotions in Texas, on the web.
  const rows = [];
  let seed = 1;
  const draw = (list) => list[(seed = (seed * 48271) % 2147483647) % list.length];
  for (let day = 0; day < 90; day += 1) {
    const created = new Date(FIRST + day * DAY);
    for (let i = 0; i < 40; i += 1) {
      rows.push({
        created, reason: draw(["promotions", "delivery", "staff", "price"]), state: draw(["TX", "CA", "NY"]),
        channel: draw(["web", "store"]), score: draw([10, 9, 9, 8, 3]), text: draw(["fine as always", "good choice of goods", "kind staff"]),
      });
    }
    for (let i = 0; day >= 88 && i < 20; i += 1) {
      rows.push({ created, reason: "promotions", state: "TX", channel: "web", score: 1, text: "sales tax charged on the full price, call 555-123-4567" });
    }
  }
  const columns = { at: "created", topic: "reason", by: ["state", "channel"], comment: "text", rating: "score" };

  return [
    ["one series", () => {
      const counts = Array.from({ length: 120 }, (_, week) => (week === 118 ? 60 : week === 30 ? null : 20 + (week % 5)));
      const { rows: periods, episodes, chart } = watch.detect(counts, { every: "week", start: "2001-01-01" });
      same([periods.length, periods[0].period, periods[30].observed], [120, "2001-01-01", null]);
      equal(periods[118].alarm && periods[118].pValue < 1e-6 && periods[118].upper < 60, true);
      same(episodes.map(({ start, status, direction }) => [start, status, direction]), [[periods[118].period, "raised", "up"]]);
      equal(chart.data.values[118].alarm, true);
      same(watch.detect(Float64Array.from(counts, (count) => count ?? NaN), { every: "week", start: new Date(Date.UTC(2001, 0, 1)) }).rows, periods);
      const shares = watch.detect([...Array(60).fill(10), 40], { every: "day", volume: Array(61).fill(50), share: true, direction: "both" });
      equal(shares.rows[60].alarm, true);
      for (const method of ["farrington_noufaily", "ears_c1", "seasonal_z", "cusum"]) {
        equal(watch.detect([...Array.from({ length: 329 }, (_, i) => 5 + (i % 3)), 40], { every: "week", method }).rows[329].alarm, true);
      }
    }],
    ["hours", () => {
      const counts = Array.from({ length: 24 * 40 }, (_, hour) => (hour % 24 < 8 ? 1 : 12 + (hour % 5)));
      counts[24 * 39 + 3] = 15;
      const { rows: periods, episodes } = watch.detect(counts, { every: "hour", start: "2024-01-01" });
      same([periods[25].period, episodes.at(-1).start], ["2024-01-02T01:00:00", "2024-02-09T03:00:00"]);
      equal(watch.detect(counts.slice(5), { every: "hour", start: "2024-01-01T05:00" }).rows[0].period, "2024-01-01T05:00:00");
      const at = counts.flatMap((count, hour) => Array(count).fill(FIRST + hour * 3_600_000));
      const { anomalies, judged } = new watch.Detector({ every: "hour" }).run({ at }, { at: "at" });
      same([anomalies[0].start, judged], ["2024-02-09T03:00:00", ["2024-01-01", "2024-02-09"]]);
    }],
    ["a spike is told with place, cost and evidence", () => {
      const detector = new watch.Detector({ every: "day", alarmsPerMonth: 2 });
      const { anomalies: [first], series, judged } = detector.run(rows, columns);
      same([first.topic, first.place, first.direction, first.start, first.last], ["promotions", null, "up", "2024-03-29", "2024-03-30"]);
      same(first.places[0].values, { state: "TX", channel: "web" });
      equal(first.cost.upper < 0 && first.terms.some((term) => term.includes("sales tax")), true);
      equal(first.comments[0].includes("555") || detector.toJson().includes("sales tax"), false);
      equal(first.sentence.includes("state = TX, channel = web"), true);
      same([series, judged], [2 * (1 + 4 + 5 + 20), ["2024-01-01", "2024-03-30"]]);
      const { rows: periods, chart } = detector.series({ topic: "promotions", place: { attribute: "state", value: "TX" } });
      same([periods.at(-1).alarm, chart.title], [true, "promotions in state = TX"]);
      detector.free();
    }],
    ["a stored detector goes on", () => {
      const cut = FIRST + 85 * DAY;
      const detector = new watch.Detector({ every: "day", fdr: 0.05 });
      detector.run(rows.filter(({ created }) => created < cut), columns);
      const again = watch.Detector.fromJson(detector.toJson());
      const later = rows.filter(({ created }) => created >= cut);
      const one = detector.update(later, { through: "2024-03-30" });
      same(again.update(later, { through: new Date(FIRST + 89 * DAY) }), one);
      equal(again.toJson(), detector.toJson());
      equal(one.anomalies.some(({ topic }) => topic === "promotions"), true);
      const { topic, place, start, last } = one.anomalies[0];
      again.feedback("expected", { topic, place, start, end: last });
      equal(again.toJson() === detector.toJson(), false);
      again.update(later);
      equal(again.late, later.length);
      // Another table begins anew.
      same(again.run(rows, columns), new watch.Detector({ every: "day", fdr: 0.05 }).run(rows, columns));
    }],
    ["odd names in a stored detector", () => {
      // Eighteen responses a day; on the last sixty of the first topic in the second segment.
      const [topic, seg] = ["to\ud83dpic", "\ude00 seg"];
      const odd = Array.from({ length: 60 }, (_, day) => ODD.map((name, i) => (
        { at: FIRST + day * DAY, [topic]: name, [seg]: ODD[(i + day) % ODD.length], text: `${name} as always`, s: i % 11 }
      ))).flat();
      odd.push(...Array.from({ length: 60 }, () => ({ at: FIRST + 59 * DAY, [topic]: ODD[0], [seg]: ODD[1], text: "sales tax \ud83d", s: 1 })));
      const named = { at: "at", topic, by: [seg], rating: "s", comment: "text" };
      const detector = new watch.Detector({ every: "day" });
      const found = detector.run(odd, named);
      same([found.series, found.anomalies[0].topic, found.anomalies[0].places[0].values], [338, ODD[0], { [seg]: ODD[1] }]);
      equal(found.anomalies[0].sentence.startsWith(`${ODD[0]}: `) && found.anomalies[0].sentence.includes(`${seg} = ${ODD[1]}`), true);
      equal(found.anomalies[0].comments.includes("sales tax \ud83d"), true);
      const stored = detector.toJson();
      const again = watch.Detector.fromJson(stored);
      equal(again.toJson(), stored);
      // As a program stores it that reads JSON and writes it anew, with every letter beyond ASCII as an escape.
      const escaped = JSON.stringify(JSON.parse(stored)).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
      equal(watch.Detector.fromJson(escaped).toJson(), stored);
      for (const name of ODD) {
        const one = { topic: name, place: { attribute: seg, value: name } };
        equal(again.series(one).chart.title, `${name} in ${seg} = ${name}`);
        same(again.series(one), detector.series(one));
      }
      const later = odd.slice(-60).map((row) => ({ ...row, at: FIRST + 60 * DAY }));
      const told = detector.update(later, { through: "2024-03-01" });
      same(again.update(later, { through: "2024-03-01" }), told);
      same([told.anomalies[0].topic, told.judged], [ODD[0], ["2024-03-01", "2024-03-01"]]);
      again.feedback("expected", { topic: ODD[0], start: "2024-02-29", end: "2024-03-01" });
      fails(() => again.feedback("expected", { topic: "\ud83d", start: "2024-02-29", end: "2024-03-01" }), { code: "unknown-name" });
      refusesOddJson(watch.Detector.fromJson, watch.HeedfulError);
      // The module went on, and so does what lives in it.
      equal(watch.Detector.fromJson(again.toJson()).toJson(), again.toJson());
    }],
    ["topics as reasons, days of a zone", () => {
      const reasons = rows.map(({ reason }) => [reason, "all"]);
      const { anomalies } = new watch.Detector({ every: "day" }).run(rows, { at: "created", reasons });
      equal(anomalies[0].topic, "promotions");
      const west = new watch.Detector({ every: "day", timeZone: "America/Los_Angeles" });
      equal(west.run(rows, { at: "created" }).judged[0], "2023-12-31");
      equal(watch.Detector.fromJson(west.toJson()).update(rows).judged, null);
    }],
    ["what nobody thought to watch", () => {
      const [found] = watch.emerging(rows, { at: "created", comment: "text" });
      equal(found.terms.includes("sales tax"), true);
      same([found.start, found.comment.includes("555")], ["2024-03-29", false]);
    }],
    ["what is wrong is said", () => {
      fails(() => watch.detect([1, 2.5], { every: "day" }), { code: "invalid-argument", path: "counts", row: 1 });
      fails(() => watch.detect([1], { every: "day", minCase: 3 }), { code: "invalid-config", path: "minCase" });
      fails(() => new watch.Detector({ every: "day", alarmsPerMont: 3 }), { code: "invalid-config", path: "alarmsPerMont" });
      fails(() => watch.detect([1], { every: "day", alpha: 2 }), { code: "invalid-argument", path: "alpha" });
      fails(() => watch.detect([1], { every: "day", start: "1 May" }), { code: "date-invalid", path: "start" });
      fails(() => watch.detect([1], { every: "day", method: "farrington" }), { code: "invalid-argument", path: "every" });
      fails(() => new watch.Detector({ every: "day", fdr: 0.05, alarmsPerMonth: 2 }), { path: "fdr" });
      fails(() => new watch.Detector({ every: "day" }).toJson(), { code: "invalid-argument" });
      fails(() => new watch.Detector({ every: "day" }).run({ created: [0] }, { at: "created", topic: "reason" }), { code: "missing-column" });
      fails(() => watch.Detector.fromJson('{"version": 9}'), { code: "state-version" });
    }],
  ];
}
