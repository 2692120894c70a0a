// A day of responses becomes cases: who is told, what is overdue, which case comes first, and what came of them.
//
//   cargo xtask npm                                # packs the package into dist/
//   npm install ./dist/heedful-0.1.0.tgz
//   node examples/node/cases.mjs
//
// The policy is data: the same document works in Rust and in Python, where its names are in snake_case.
import { Desk, init } from "heedful/act";

const policy = {
  calendar: { zone: "Europe/Copenhagen", holidays: ["2026-01-06"] },
  values: [{ name: "A", from: 50_000 }, { name: "B", from: 5_000 }, { name: "C" }],
  routes: [
    { name: "prices", when: { reasons: ["price"] }, to: { role: "representative" } },
    { name: "product fit", when: { reasons: ["product"] }, to: { role: "product manager" } },
  ],
  fallback: { role: "customer care" },
  fallbackWithoutContact: { role: "analyst" },
  due: [
    { when: { touchpoints: ["delivery"], tiers: ["0-2"] }, reply: "at_once", close: { businessDays: 1 } },
    { when: { touchpoints: ["branch"] }, reply: "next_interaction" },
  ],
  reminders: [4],
  escalations: [{ to: { role: "head of care" } }, { afterHours: 8, to: { owner: "the director" } }],
};

const responses = [
  { id: "r1", customer: "ada", score: 1, why: "delivery", where: "delivery", worth: 900, leaves: 0.5, quiet: false },
  { id: "r2", customer: "bea", score: 9, why: "staff", where: "branch", worth: 4_000, leaves: 0.02, quiet: false },
  { id: "r3", customer: "cem", score: 4, why: "price", where: "web", worth: 80_000, leaves: 0.2, quiet: false },
  { id: "r4", customer: "dov", score: 6, why: "staff", where: "branch", worth: 20_000, leaves: 0.1, better: 3_000, quiet: false },
  { id: "r5", customer: "eve", score: 0, why: "price;staff", where: "web", worth: 3_000, leaves: 0.6, quiet: true },
  { id: "r6", customer: "fay", score: 5, why: "product", where: "web", worth: 9_000, leaves: 0.3, quiet: false },
];

const HOUR = 3_600_000;
const monday = Date.UTC(2026, 0, 5, 8); // nine o'clock in Copenhagen
const clock = (at) => (at === null ? "at the next interaction" : new Date(at).toISOString().slice(0, 16).replace("T", " "));

/** Effects are what the program is to tell whom; here they are printed. */
function tell(effects) {
  for (const { case: id, kind, owner, role, duty, due } of effects) {
    console.log(`  ${kind} ${id} to ${owner ?? role}${duty === null ? "" : `: ${duty} due ${clock(due)}`}`);
  }
}

await init();
const desk = new Desk(policy);

console.log("Monday morning");
const columns = {
  id: "id", customer: "customer", rating: "score", reasons: "why", touchpoint: "where",
  value: "worth", churn: "leaves", growth: "better", noContact: "quiet",
};
tell(desk.open(responses, { ...columns, now: monday }));

console.log("\nThree hours of work, by what an hour is expected to save");
const recovery = { chance: 0.5, halfLifeHours: 48 };
const { order, report } = desk.queue(monday, { by: "value", hours: 3, recovery });
for (const { case: id, saved, done } of order) {
  console.log(`  ${id} ${saved === null ? "not to be contacted" : Math.round(saved)}${done ? "" : ", left undone"}`);
}
console.log(`  saves ${Math.round(report.saved)}; what is left undone costs ${Math.round(report.undoneCost)}`);

// Somebody works through what the hours suffice for.
let now = monday + HOUR;
for (const { case: id } of order.filter(({ done }) => done)) tell(desk.apply(id, { event: "reply" }, { by: "bo", now }));
desk.apply("r3", { event: "promise", what: "credit note", due: { businessHours: 2 } }, { by: "bo", now });

console.log("\nBy Wednesday evening, Tuesday being a holiday");
now = monday + 57 * HOUR;
tell(desk.tick(now));
for (const { case: id, state, overdue } of desk.cases(now)) console.log(`  ${id} ${state}${overdue ? ", overdue" : ""}`);

// The desk goes to where the next shift reads it.
const next = Desk.fromJson(desk.toJson());
desk.free();
now += 15 * HOUR;
try {
  next.apply("r3", { event: "close", outcome: "recovered" }, { now });
} catch (error) {
  console.log(`\nWith a promise open: ${error.code}: ${error.message}`);
}
next.apply("r3", { event: "keep", what: "credit note" }, { by: "bo", now });
for (const [id, outcome, rating] of [["r3", "recovered", 8], ["r6", "lost", 2]]) {
  next.apply(id, { event: "close", outcome }, { by: "bo", now });
  next.apply(id, { event: "rated", rating }, { now: now + 24 * HOUR });
}
const { report: outcomes } = next.outcomes(now + 24 * HOUR);
console.log(`\nOf ${outcomes.cases} cases ${outcomes.cases - outcomes.open} are closed and ${outcomes.recovery.count} recovered`);
next.free();
