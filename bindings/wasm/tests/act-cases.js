// Checks of `heedful/act` that hold in every environment, as those of cases.js.
import { actAnswers } from "./act-answers.js";
import { equal, same } from "./cases.js";
import { ODD, refusesOddJson } from "./odd-texts.js";
import { actVectorCases } from "./vector-cases.js";

const HOUR = 3_600_000;
const MONDAY = Date.UTC(2026, 0, 5, 9);
const NEWS = "\ud83d news"; // half of a surrogate pair

export function actCases(act) {
  const { Alerts, alerts, BusinessCalendar, Desk, Playbooks, Pulse } = act;
  const fails = (run, expected, message = "") => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof act.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      if (!error.message.includes(message)) throw new Error(`${error.message} does not say ${message}`);
      return;
    }
    throw new Error("nothing was thrown");
  };
  const policy = {
    calendar: { zone: "Europe/Copenhagen", holidays: ["2026-01-06"] },
    values: [{ name: "KeyAccounts", from: 1000 }, { name: "C" }],
    priority: { KeyAccounts: { "0-2": 1, "3-4": 1 } },
    priorityOtherwise: 7,
    routes: [
      { name: "prices", when: { reasons: ["price"] }, to: { role: "sales" } },
      { name: "read", when: { touchpoints: ["web"] }, to: { role: "analyst" }, contact: false },
    ],
    fallback: { role: "care" },
    due: [{ when: { tiers: ["0-2"] }, reply: { businessHours: 8 }, close: { businessDays: 3 } }],
    reminders: [4],
    escalations: [{ afterHours: 2, to: { role: "head" } }],
  };
  const responses = [
    { id: "r1", who: "ada", score: 2, why: "price;staff", where: "branch", quiet: false, worth: 5000 },
    { id: "r2", who: "bo", score: 9, why: "staff", where: "web", quiet: false, worth: 10 },
    { id: "r3", who: "cy", score: 5, why: null, where: "web", quiet: true, worth: null },
    { id: "r4", who: "ada", score: null, why: "", where: "web", quiet: false, worth: 5000 },
  ];
  const facts = { id: "id", customer: "who", rating: "score", reasons: "why", touchpoint: "where", noContact: "quiet", value: "worth" };
  const desk = () => {
    const made = new Desk(policy);
    made.open(responses, { ...facts, now: MONDAY });
    return made;
  };
  const rated = (account, score, at, more = {}) => ({ account, score, at, ...more });

  return [
    ["business time", () => {
      const calendar = new BusinessCalendar({ zone: "Europe/Copenhagen", holidays: ["2026-01-06"] });
      equal(calendar.addHours("2026-01-05T15:00:00Z", 2), Date.UTC(2026, 0, 7, 9));
      equal(calendar.hoursBetween(new Date("2026-01-05T15:00Z"), "2026-01-07T09:00:00Z"), 2);
      equal(calendar.hoursBetween("2026-01-07T09:00:00Z", "2026-01-05T15:00:00Z"), -2);
      equal(calendar.nextOpening(Date.UTC(2026, 0, 6)), Date.UTC(2026, 0, 7, 8));
      equal(calendar.addDays(MONDAY, 1), Date.UTC(2026, 0, 7, 9));
      same([calendar.isOpen(MONDAY), calendar.isOpen(MONDAY - 2 * HOUR)], [true, false]);
      // Clocks are put forward on 29 March 2026: nine o'clock comes an hour earlier, also in thirty years.
      equal(calendar.nextOpening(Date.UTC(2026, 2, 28)), Date.UTC(2026, 2, 30, 7));
      equal(calendar.nextOpening(Date.UTC(2056, 6, 1)), Date.UTC(2056, 6, 3, 7));
      same(calendar.toJSON().zone, "Europe/Copenhagen");
      same(new BusinessCalendar(JSON.stringify(calendar)).toJSON(), calendar.toJSON());
      same(new BusinessCalendar().toJSON().hours.monday, [["09:00", "17:00"]]);
      equal(new BusinessCalendar({ zone: "+01:00" }).nextOpening(Date.UTC(2026, 0, 5)), Date.UTC(2026, 0, 5, 8));
      equal(new BusinessCalendar({ zone: "utc" }).isOpen(MONDAY), true);
      fails(() => new BusinessCalendar({ zone: "Europe/Atlantis" }), { code: "time-zone", path: "zone" });
      fails(() => new BusinessCalendar({ hours: { monday: [["09:00", "08:00"]] } }), { code: "invalid-argument", path: "hours.monday[0]" });
      fails(() => new BusinessCalendar("{"), { code: "json" });
      fails(() => calendar.addDays(MONDAY, 1.5), { code: "invalid-argument", path: "days" });
      fails(() => calendar.addDays(MONDAY, -1), { code: "invalid-argument", path: "days" });
      fails(() => calendar.addHours(MONDAY, NaN), { code: "invalid-argument" });
      fails(() => calendar.isOpen("yesterday"), { code: "date-invalid", path: "at" });
      fails(() => calendar.hoursBetween(MONDAY, NaN), { code: "invalid-argument", path: "end" });
    }],
    ["a case from its opening to its end", () => {
      const made = new Desk(policy);
      const effects = made.open(responses, { ...facts, now: MONDAY });
      // 9 opens none, nor does no rating; who asked for quiet is read about only.
      same(effects.map(({ case: id, kind, role }) => [id, kind, role]), [["r1", "assigned", "sales"], ["r3", "assigned", "analyst"]]);
      same(Object.keys(effects[0]), ["case", "kind", "owner", "role", "duty", "step", "due"]);
      equal(made.size, 2);
      same(made.open(responses, { ...facts, now: MONDAY }), []);
      equal(made.open(responses, { ...facts, now: MONDAY, every: true }).length, 2);
      const tick = made.nextTick;
      same(made.tick(tick).map(({ case: id, kind, duty, step }) => [id, kind, duty, step]), [["r1", "reminder", "reply", 1]]);
      made.apply("r1", { event: "start" }, { now: tick, by: "bo" });
      made.apply("r1", { event: "promise", what: "refund", due: { at: new Date(tick + 50 * HOUR) } }, { now: tick, by: "bo" });
      made.apply("r1", { event: "reply" }, { now: tick, by: NEWS });
      const before = made.toJson();
      fails(() => made.apply("r1", { event: "close", outcome: "recovered" }, { now: tick }), { code: "illegal-transition" });
      equal(made.toJson(), before);
      made.apply("r1", { event: "keep", what: "refund" }, { now: tick + HOUR });
      made.apply("r1", { event: "remedy", remedy: "refund", cost: 20 }, { now: tick + HOUR });
      made.apply("r1", { event: "close", outcome: "recovered" }, { now: new Date(tick + HOUR).toISOString(), by: "bo" });
      made.apply("r1", { event: "rated", rating: 8 }, { now: tick + 2 * HOUR });
      const one = made.case("r1");
      same(one.trail.map(({ event }) => event), ["open", "remind", "start", "promise", "reply", "keep", "remedy", "close", "rated"]);
      same([one.state, one.outcome, one.rated, one.facts.reasons, one.trail[4].by], ["closed", "recovered", 8, ["price", "staff"], NEWS]);
      same(one.duties.map(({ kind, what, kept }) => [kind, what, kept]), [["reply", null, true], ["close", null, true], ["promise", "refund", true]]);
      const rows = made.cases(tick);
      same(rows.map(({ case: id, state, valueTier, priority }) => [id, state, valueTier, priority]),
        [["r1", "closed", "KeyAccounts", 1], ["r2", "new", "C", 7], ["r3", "new", null, 7], ["r4", "new", "KeyAccounts", 7]]);
      same(structuredClone(rows), rows);
      const { report, groups } = made.outcomes(tick + 3 * HOUR, { speeds: [2, 8] });
      same([report.cases, report.outcomes, report.recovery.count, report.lift.value], [4, { recovered: 1 }, 1, 6]);
      equal(groups.find(({ by, name }) => by === "remedy" && name === "refund").recovered, 1);
      fails(() => made.case("r9"), { code: "unknown-name", path: "case" });
      made.free();
      fails(() => made.size, { code: "invalid-argument" });
    }],
    ["a severe alert makes a case urgent", () => {
      const rows = [{ id: "a1", how: "critical" }, { id: "a2", how: "high" }, { id: "a3", how: null }];
      const urgent = (priorityBySeverity) => {
        const made = new Desk(priorityBySeverity && { priorityBySeverity });
        made.open(rows, { id: "id", alert: "id", severity: "how", now: MONDAY, every: true });
        const found = made.cases(MONDAY).map(({ priority }) => priority);
        same([made.case("a2").facts.severity, made.cases(MONDAY)[2].severity], ["high", null]);
        made.free();
        return found;
      };
      same([urgent(), urgent({ high: 2 }), urgent({})], [[1, 6, 6], [2, 2, 6], [6, 6, 6]]);
      fails(() => new Desk({ priorityBySeverity: { worst: 1 } }), { code: "invalid-argument", path: "priorityBySeverity.worst" }, "worst");
      const made = desk();
      fails(() => made.open([{ id: "x", how: "worst" }], { id: "id", severity: "how", now: MONDAY }), { code: "invalid-config", path: "severity", row: 0 });
      made.free();
    }],
    ["closings without contact are counted by their own names", () => {
      const made = desk();
      made.apply("r3", { event: "close", outcome: "no_contact" }, { now: MONDAY });
      same(made.outcomes(MONDAY).report.outcomes, { no_contact: 1 });
      made.free();
    }],
    ["a desk is stored, goes on and merges", () => {
      const made = desk();
      const stored = made.toJson();
      equal(JSON.parse(stored).policy.calendar.zone, "Europe/Copenhagen");
      same(made.policy.calendar.zone, "Europe/Copenhagen");
      same(made.policy.priority, policy.priority);
      const again = Desk.fromJson(stored);
      equal(again.toJson(), stored);
      // Stored by something that writes JSON its own way.
      const other = Desk.fromJson(JSON.stringify(JSON.parse(stored), null, 2));
      equal(other.nextTick, made.nextTick);
      other.apply("r1", { event: "start" }, { now: MONDAY });
      again.merge(other);
      equal(again.case("r1").state, "in_progress");
      same(new Desk(JSON.stringify(made.policy)).policy, made.policy);
      // What is half of a character comes back as it was.
      made.open([{ id: NEWS, who: NEWS }], { id: "id", customer: "who", now: MONDAY, every: true });
      const halved = Desk.fromJson(made.toJson());
      same([halved.case(NEWS).facts.customer, halved.forget(NEWS), halved.size], [NEWS, 1, 2]);
      halved.free();
      const plain = new Desk();
      fails(() => again.merge(plain), { code: "scale-mismatch" });
      fails(() => Desk.fromJson(stored.replace('"version":1', '"version":99')), { code: "state-version" });
      fails(() => Desk.fromJson(stored.replace("Europe/Copenhagen", "Europe/Atlantis")), { code: "time-zone", path: "calendar.zone" });
      for (const one of [made, again, other, plain]) one.free();
    }],
    ["a customer asks for quiet, and is forgotten", () => {
      const made = desk();
      same(made.optOut("ada", MONDAY + HOUR).map(({ case: id }) => id), ["r1"]);
      equal(made.case("r1").noContact, true);
      fails(() => made.apply("r1", { event: "reply" }, { now: MONDAY + HOUR }), { code: "illegal-transition" });
      made.open([{ id: "r9", who: "ada", score: 1 }], { id: "id", customer: "who", rating: "score", now: MONDAY + HOUR });
      same([made.case("r9").noContact, made.optIn("ada"), made.optIn("ada")], [true, true, false]);
      same([made.forget("ada"), made.forget("ada"), made.size], [2, 0, 1]);
      for (const trace of ["ada", "r1"]) equal(made.toJson().includes(trace), false);
      equal(made.outcomes(MONDAY).report.cases, 3);
      made.free();
    }],
    ["which cases come first", () => {
      const made = new Desk();
      const rows = [
        { case: "red", worth: 10_000, p: 0.4, hours: 4, more: 0 },
        { case: "yellow", worth: 8_000, p: 0.1, hours: 1, more: 900 },
      ];
      made.open(rows, { id: "case", value: "worth", churn: "p", effort: "hours", growth: "more", now: 0, every: true });
      const { order, report } = made.queue(0, { by: "value", hours: 4, recovery: { chance: 0.5, halfLifeHours: 24 } });
      same(order.map(({ case: id, saved, perHour, done }) => [id, saved, perHour, done]), [["yellow", 1300, 1300, true], ["red", 2000, 500, false]]);
      same([report.saved, report.undone, report.undoneCost], [1300, 1, 2000]);
      same(made.queue(0).order.map(({ done }) => done), [true, true]);
      fails(() => made.queue(0, { by: "value" }), { code: "invalid-argument", path: "recovery" });
      fails(() => made.queue(0, { churn: { "0-2": 2 } }), { code: "invalid-argument" });
      fails(() => made.open([{ id: "x", p: 2 }], { id: "id", churn: "p", now: 0 }), { code: "invalid-argument", path: "churn", row: 0 });
      fails(() => made.open([{ id: "x" }], { id: "id", rating: "score", now: 0 }), { code: "missing-column", path: "score", message: "there is no such column: the table has id" });
      fails(() => made.open([{ name: "x" }], { customer: "name", now: 0 }), { code: "invalid-config", path: "id" });
      fails(() => made.open([{ id: "x" }], { id: "id", colour: "id", now: 0 }), { code: "invalid-config", path: "colour" });
      fails(() => made.apply("red", { event: "paint" }, { now: 0 }), { code: "invalid-config", path: "event" });
      fails(() => made.apply("blue", { event: "start" }, { now: 0 }), { code: "unknown-name", path: "case" });
      fails(() => made.tick(NaN), { code: "invalid-argument", path: "now" });
      fails(() => new Desk({ colour: 1 }), { code: "invalid-config", path: "colour" });
      fails(() => new Desk({ escalations: [{ afterHours: -1, to: { role: "head" } }] }), { code: "invalid-argument", path: "escalations[0].afterHours" });
      made.free();
    }],
    ["a pulse raises, and clears", () => {
      const rules = [{ id: "low", when: { average: { below: 6.5, clear: 7 } }, severity: "high" }];
      const pulse = new Pulse(rules, { id: "id" });
      const rows = [rated("a", 3, "2026-01-05", { id: "r1" }), rated("a", 6, "2026-02-05", { id: "r2" }), rated("b", 9, "2026-02-07", { id: "r3" })];
      same(pulse.observe(rows, { rating: "score" }), { counted: 3, repeated: 0, late: 0, unrated: 0, invalid: 0, keyless: 0 });
      equal(pulse.observe(rows, { rating: "score" }).repeated, 3);
      const judged = pulse.judge("2026-03-01");
      same(judged.alerts.map(({ account, why }) => [account, why]), [["a", "a: the average is 4.5 (2 responses), below 6.5"]]);
      same(judged.alerts[0].raisedAt, Date.UTC(2026, 2, 1));
      same(pulse.state().map(({ account, score, raised }) => [account, score, raised]), [["a", -100, "low"], ["b", 100, ""]]);
      // One response, by the names of the roles.
      equal(pulse.observe({ account: "a", rating: 10, at: new Date("2026-03-02"), id: "r4" }).counted, 1);
      equal(pulse.observe({ account: ["a", "a"], rating: [10, 10], at: ["2026-03-02", "2026-03-03"], id: ["r5", "r6"] }).counted, 2);
      same(pulse.judge(new Date("2026-03-04")).alerts.map(({ status, value }) => [status, value]), [["cleared", 7.8]]);
      same(pulse.counts, { counted: 6, repeated: 3, late: 0, unrated: 0, invalid: 0, keyless: 0 });
      pulse.free();
    }],
    ["a pulse is stored, merges and forgets", () => {
      const rules = [{ id: "turned", when: { turned: { from: "promoter", to: "detractor" } } }];
      const options = { by: "project", people: false, keyContact: "key", timeZone: "America/New_York", window: { days: 90 }, id: "id" };
      const pulse = new Pulse(rules, options);
      const table = (id, rating, day) => [{ project: "p", rating, at: Date.UTC(2026, 0, day), customer: "ada", key: true, id }];
      pulse.observe(table("r1", 9, 5));
      pulse.observe({ project: NEWS, rating: 9, at: Date.UTC(2026, 0, 5), customer: NEWS, key: true, id: NEWS });
      const stored = pulse.toJson();
      equal(stored.includes('"time_zone":"America/New_York"'), true);
      equal(pulse.options.time_zone, "America/New_York");
      const again = Pulse.fromJson(stored);
      equal(again.toJson(), stored);
      again.observe(table("r2", 2, 6));
      pulse.merge(again);
      const { alerts: told, happenings } = pulse.judge(Date.UTC(2026, 0, 7));
      same(told.map(({ rule, customers }) => [rule, customers]), [["turned", "ada"]]);
      same([happenings[0].source, happenings[0].customers], ["pulse", ["ada"]]);
      same(again.judge(Date.UTC(2026, 0, 7), { daily: true }).alerts.map(({ at }) => at), [Date.UTC(2026, 0, 6, 5) - 1]); // where it was rated on the fifth
      equal(pulse.forget("ada"), 2);
      equal(pulse.toJson().includes("ada"), false);
      same(pulse.state().map(({ project, n }) => [project, n]), [["p", 2], [NEWS, 1]]);
      same([again.state()[1].project, again.forget(NEWS)], [NEWS, 1]);
      const other = new Pulse();
      fails(() => pulse.merge(other), { code: "invalid-argument" });
      for (const one of [pulse, again, other]) one.free();
      fails(() => pulse.counts, { code: "invalid-argument" });
    }],
    ["what a pulse refuses", () => {
      fails(() => new Pulse([{ id: "x", when: { average: { below: 7, clear: 6 } } }]), { code: "invalid-argument", path: "rules[0].when.average.clear" });
      fails(() => new Pulse([{ id: "x", when: { score: { below: 7, certainty: 2 } } }]), { code: "invalid-argument", path: "rules[0].when.score.certainty" });
      fails(() => new Pulse([{ id: "x", when: { turned: { from: "fan", to: "detractor" } } }]), { code: "unknown-name" });
      fails(() => new Pulse([], { timeZone: "Mars/Olympus" }), { code: "time-zone", path: "timeZone" });
      fails(() => new Pulse([], { metric: "np" }), { code: "unknown-name" });
      const pulse = new Pulse();
      fails(() => pulse.observe([{ account: "a", rating: 11, at: 0 }]), { code: "rating-out-of-range", row: 0 });
      fails(() => pulse.observe([{ rating: 9, at: 0 }]), { code: "missing-column", path: "account" });
      fails(() => pulse.observe([{ account: "a", rating: 9, at: null }]), { code: "invalid-argument", path: "at", row: 0 });
      equal(pulse.counts.counted, 0);
      const counting = new Pulse([], { invalid: "count" });
      equal(counting.observe([{ account: "a", rating: 11, at: 0 }]).invalid, 1);
      for (const one of [pulse, counting]) one.free();
    }],
    ["a pulse of many accounts is quick", () => {
      const pulse = new Pulse([{ id: "low", when: { score: { below: 0 } }, minimumN: 3 }]);
      const rows = { account: [], rating: [], at: [] };
      for (let i = 0; i < 100_000; i++) {
        rows.account.push(`a${i % 10_000}`);
        rows.rating.push((i * 7) % 11);
        rows.at.push(MONDAY + i * 1000);
      }
      equal(pulse.observe(rows).counted, 100_000);
      equal(pulse.judge(MONDAY + 100_000_000).alerts.length > 0, true);
      equal(pulse.state().length, 10_000);
      pulse.free();
    }],
    ["alerts: each thing once, storms together", () => {
      const rules = [{ id: "threat", reasons: ["legal"], severity: "critical" }, { id: "furious", atMost: 2, severity: "high" }];
      const book = new Alerts(rules, { closeAfterDays: 10 });
      const rows = [9, 1, 2, 6].map((score, i) => ({ score, at: MONDAY, customer: ["ada", "bo", "bo", "cy"][i], id: `r${i}` }));
      const found = book.takeResponses(rows, { now: MONDAY, reasons: [[], ["late"], ["late"], ["legal", "late"]] });
      same(found.changes.map(({ step, id, severity, why }) => [step, id, severity, why]),
        [["opened", 1, "high", "rated 1"], ["repeated", 1, "high", "rated 1"], ["opened", 2, "critical", "rated 6 for `legal`"]]);
      equal(found.alerts[2].seen.evidence.rating, 6);
      same(book.open().map(({ id, times }) => [id, times]), [[1, 2], [2, 1]]);
      same(book.toObjects()[0].members[0].responses, ["r1", "r2"]);
      book.takeResponses([{ score: 0, at: MONDAY, customer: NEWS, id: NEWS }], { now: MONDAY });
      equal(Alerts.fromJson(book.toJson()).toObjects()[2].members[0].first.response, NEWS);
      const again = Alerts.fromJson(book.toJson());
      equal(again.toJson(), book.toJson());
      equal(again.forget("bo"), 1);
      equal(again.toJson().includes('"bo"'), false);
      same(again.take([], { now: MONDAY + 11 * 24 * HOUR }).changes.map(({ step }) => step), ["closed", "closed", "closed"]);
      const late = (subject) => ({ source: "reason", rule: "late delivery", at: MONDAY, subject, why: "late", evidence: { p_value: 0.01, myOwn: 1 } });
      const storm = new Alerts();
      const members = ["a", "b", "c", "d", "e"].map(late);
      same(storm.take(members, { now: MONDAY }).changes.at(-1).members, 5);
      same(storm.toObjects()[0].members[0].first.evidence, { p_value: 0.01, myOwn: 1 });
      const never = new Alerts([], { storm: false });
      never.take(members, { now: MONDAY });
      equal(never.open().length, 5);
      for (const one of [book, again, storm, never]) one.free();
    }],
    ["from a pulse to an alert and its end", () => {
      const pulse = new Pulse([{ id: "low", when: { score: { below: 0 } } }]);
      const book = new Alerts();
      pulse.observe({ account: "acme", rating: 2, at: MONDAY });
      same(book.take(pulse.judge(MONDAY + HOUR), { now: MONDAY + HOUR }).changes.map(({ step, subject }) => [step, subject]), [["opened", "acme"]]);
      pulse.observe({ account: "acme", rating: 9, at: MONDAY + 2 * HOUR });
      same(book.take(pulse.judge(MONDAY + 3 * HOUR), { now: MONDAY + 3 * HOUR }).changes.map(({ step }) => step), ["closed"]);
      for (const one of [pulse, book]) one.free();
      const table = { score: [1, 2, 9], at: ["2026-01-05", "2026-01-05", "2026-01-05"], customer: ["ada", "ada", "bo"] };
      same(alerts(table, [{ id: "furious", atMost: 2 }], { now: "2026-01-06" }).map(({ times, source }) => [times, source]), [[2, "rating"]]);
      const read = { columns: { nps: [0], when: [MONDAY] }, roles: { rating: "nps", at: "when" } };
      equal(alerts(read, [{ id: "furious", atMost: 2 }], { now: MONDAY }).length, 1);
      fails(() => new Alerts([{ id: "x" }, { id: "x" }]), { code: "duplicate-key", path: "rules[1].id" });
      fails(() => new Alerts([], { closeAfterDays: 0 }), { code: "invalid-argument", path: "closeAfterDays" });
      fails(() => alerts(table, [], { now: MONDAY, rating: "nps" }), { code: "missing-column", path: "nps" });
      fails(() => alerts(table, [], { now: MONDAY, reasons: [["late"]] }), { code: "length-mismatch" });
      const empty = new Alerts();
      fails(() => empty.take([{ source: "moon", rule: "x", at: 0 }], { now: 0 }), { code: "invalid-config", path: "[0].source" });
      empty.free();
    }],
    ["playbooks, step by step", () => {
      const books = new Playbooks([
        { id: "sorry", on: { rated: { band: "detractor" } }, steps: [
          { id: "answer", kind: "reply", what: "say sorry", dueHours: 24 },
          { id: "why", kind: "ask", what: "ask what happened", after: "answer", doneWhen: ["answered"], dueDays: 2 },
        ] },
        { id: "save", on: { band: { from: "green", to: "yellow" } }, againAfterDays: 30, steps: [{ id: "call", what: "call" }] },
      ], { askGapDays: 60 });
      const [{ run, effects }] = books.start({ rated: { band: "detractor" } }, { customer: "ada", now: MONDAY });
      same(effects.map(({ kind, humanOnly, due, to }) => [kind, humanOnly, due, to]), [["reply", true, MONDAY + 24 * HOUR, "ada"]]);
      fails(() => books.done(run, "answer", { now: MONDAY, human: false }), { code: "invalid-argument", path: "human" });
      const asked = books.done(run, "answer", { now: MONDAY + HOUR, by: "bo" });
      same(asked.effects.map(({ kind }) => kind), ["ask"]);
      same(books.tick(asked.run, { now: MONDAY + 100 * HOUR }).effects.map(({ kind, step }) => [kind, step]), [["overdue", "why"]]);
      const ended = books.happened(asked.run, "answered", { now: MONDAY + 2 * HOUR });
      same([ended.effects.map(({ kind }) => kind), ended.run.steps.map(({ state }) => state)], [["ended"], ["done", "done"]]);
      same(books.stop(JSON.parse(JSON.stringify(run)), { now: MONDAY }).effects.at(-1).kind, "ended");
      const soon = books.start({ rated: { band: "detractor" } }, { customer: "ada", asked: MONDAY - HOUR, now: MONDAY });
      same(books.done(soon[0].run, "answer", { now: MONDAY }).effects.map(({ kind, why }) => [kind, why]), [["skipped", "asked_recently"], ["ended", null]]);
      const band = { band: { from: "green", to: "yellow" } };
      equal(books.start(band, { subject: "acme", now: MONDAY, started: { save: new Date(MONDAY - HOUR) } }).length, 0);
      equal(books.start(band, { subject: "acme", now: MONDAY }).length, 1);
      same(Playbooks.fromJson(JSON.stringify(books)).toJSON(), books.toJSON());
      equal(books.toJSON().ask_gap_days, 60);
      fails(() => new Playbooks([{ id: "x", on: { rated: { band: "a" } }, steps: [{ id: "s", what: "w", dueHours: 1, dueDays: 1 }] }]), { code: "invalid-argument", path: "playbooks[0].steps[0].dueDays" });
      fails(() => new Playbooks([{ id: "x", on: { rated: { band: "a" } }, steps: [{ id: "s", what: "w", after: "t" }] }]), { code: "unknown-name", path: "playbooks[0].steps[0].after" });
      fails(() => books.start(band, { now: MONDAY, started: { save: "soon" } }), { path: "started.save" });
      fails(() => books.done(run, "dance", { now: MONDAY }), { code: "unknown-name" });
    }],
    ["what is wrong is said where its writer put it", () => {
      const rule = (rest) => () => new Pulse([{ id: "a", when: { average: { below: 3 } }, ...rest }]);
      fails(rule({ coolDown: 3 }), { code: "invalid-config", path: "rules[0].coolDown" }, "unknown field `coolDown`, expected one of `id`, `when`, `minimumN`, `coolDownDays`");
      fails(rule({ when: { averageOf: {} } }), { code: "invalid-config", path: "rules[0].when" }, "unknown variant `averageOf`");
      fails(rule({ when: { average: { below: 3, clearCertainty: 0.3 } } }), { code: "invalid-argument", path: "rules[0].when.average.clearCertainty" });
      fails(() => new Pulse([], { keyContacts: "x" }), { code: "invalid-config", path: "keyContacts" }, "`keyContact`");
      fails(() => new Alerts([{ id: "a", atmost: 3 }]), { code: "invalid-config", path: "rules[0].atmost" }, "`atMost`");
      fails(() => new Desk({ escalations: [{ afterHour: 2, to: { role: "x" } }] }), { code: "invalid-config", path: "escalations[0].afterHour" }, "`afterHours`");
      fails(() => new Desk({ priority: { key_accounts: { "0-2": "x" } } }), { code: "invalid-config", path: "priority.key_accounts.0-2" });
      // A policy that is JSON has the names of every language.
      fails(() => new Desk('{"due": [{"reply": {"business_hour": 3}}]}'), { code: "invalid-config", path: "due[0].reply" });
      const step = { id: "s", kind: "reply", what: "x", dueHour: 2 };
      fails(() => new Playbooks([{ id: "a", on: { rated: { band: "x" } }, steps: [step] }]), { code: "invalid-config", path: "playbooks[0].steps[0].dueHour" }, "`dueBusinessHours`");
      const made = new Desk();
      made.open([{ id: "r1", score: 1 }], { id: "id", rating: "score", now: 0 });
      fails(() => made.queue(0, { halfLife: 3 }), { code: "invalid-config", path: "halfLife" });
      fails(() => made.apply("r1", { event: "promise", what: "x", due: { businessHour: 3 } }, { now: 0 }), { code: "invalid-config", path: "due" }, "`businessHours`");
    }],
    ["odd names in what is stored", () => {
      const [account, id, key] = ["acc\ud83d", "\ude00id", "k\ud83d"];
      const rows = ODD.map((name, i) => ({ [account]: name, [id]: name, [key]: true, customer: name, rating: i % 11, at: MONDAY + i * HOUR }));
      const pulse = new Pulse([{ id: "low \ud83d", when: { average: { below: 6.5 } } }], { by: account, id, keyContact: key });
      equal(pulse.observe(rows).counted, ODD.length);
      const judged = pulse.judge(MONDAY + 48 * HOUR);
      const low = ODD.filter((_, i) => i % 11 < 6.5);
      same(judged.alerts.map((row) => row[account]).sort(), [...low].sort());
      equal(judged.alerts.every((row) => row.rule === "low \ud83d" && row.why.startsWith(`${row[account]}: `)), true);
      const pulseAgain = Pulse.fromJson(pulse.toJson());
      equal(pulseAgain.toJson(), pulse.toJson());
      same(pulseAgain.state(), pulse.state());
      same(pulseAgain.state().map((row) => row[account]).sort(), [...ODD].sort());
      equal(pulseAgain.observe(rows).repeated, ODD.length);
      for (const name of ODD) equal(pulseAgain.forget(name), 1);

      const book = new Alerts([], { storm: false });
      book.take(judged, { now: MONDAY + 48 * HOUR });
      const bookAgain = Alerts.fromJson(book.toJson());
      equal(bookAgain.toJson(), book.toJson());
      same(bookAgain.open(), book.open());
      same(bookAgain.open().map(({ subjects }) => subjects).sort(), [...low].sort());

      const made = new Desk({ ...policy, fallback: { role: "r\ud83d" } });
      made.open(ODD.map((name) => ({ name, score: 1 })), { id: "name", customer: "name", rating: "score", now: MONDAY });
      made.apply(ODD[0], { event: "reply" }, { by: ODD[1], now: MONDAY + HOUR });
      const again = Desk.fromJson(made.toJson());
      equal(again.toJson(), made.toJson());
      same(again.cases(MONDAY).map((one) => one.case).sort(), [...ODD].sort());
      equal(again.cases(MONDAY).every((one) => one.customer === one.case && one.role === "r\ud83d"), true);
      equal(again.case(ODD[0]).trail.at(-1).by, ODD[1]);
      for (const name of ODD) equal(again.forget(name), 1);
      // `JSON.stringify` writes halves as escapes.
      same(new Desk(JSON.stringify(made.policy)).policy, made.policy);

      const books = new Playbooks([{ id: "s\ud83d", on: { rated: { band: "detractor" } }, steps: [{ id: "\ude00", kind: "task", what: "e\u0301 👍🏽" }] }]);
      const booksAgain = Playbooks.fromJson(JSON.stringify(books));
      same(booksAgain.toJSON(), books.toJSON());
      const [{ run }] = booksAgain.start({ rated: { band: "detractor" } }, { customer: ODD[0], now: MONDAY });
      same([run.playbook, run.customer, booksAgain.done(run, "\ude00", { now: MONDAY }).run.steps[0].state], ["s\ud83d", ODD[0], "done"]);

      for (const type of [Pulse, Alerts, Desk, Playbooks]) refusesOddJson((text) => type.fromJson(text), act.HeedfulError);
      equal(made.size, ODD.length);
    }],
    ...actVectorCases(act, actAnswers, 47),
  ];
}
