// Checks of `heedful/contact` that hold in every environment, as those of cases.js.
import { equal, same } from "./cases.js";

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 0, 5, 12);

export function contactCases(contact) {
  const { ContactPolicy, forget, pseudonym, responsePropensity, toCsv, toJsonl } = contact;
  const fails = (run, expected) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof contact.HeedfulError)) throw error;
      for (const [name, value] of Object.entries(expected)) equal(error[name], value);
      return;
    }
    throw new Error("nothing was thrown");
  };
  const verdict = (policy, candidate, now, past) => new ContactPolicy(policy).decide([candidate], { now, ...(past && { past }) })[0].verdict;

  return [
    ["a policy of every spelling, and the advised one", () => {
      const rules = [{ firstContact: { days: 30 } }, { cap: { atMost: 2, days: 90, per: "account" } }];
      const snake = { rules: [{ first_contact: { days: 30 } }, { cap: { at_most: 2, days: 90, per: "account" } }] };
      const policy = new ContactPolicy({ rules });
      same(policy.toJSON(), new ContactPolicy(snake).toJSON());
      same(policy.toJSON(), new ContactPolicy(JSON.stringify(snake)).toJSON());
      same(new ContactPolicy(policy.toJSON()).toJSON(), JSON.parse(JSON.stringify(policy)));
      equal(new ContactPolicy().toJSON().rules.length, 4);
      fails(() => new ContactPolicy({ rules: [{ gap: { daysBetween: 1 } }] }), { code: "invalid-config", path: "rules[0].gap.daysBetween" });
      fails(() => new ContactPolicy({ rules: [{ gap: { days: -1 } }] }), { code: "invalid-argument", path: "rules[0].gap.days" });
      fails(() => new ContactPolicy({ rules: [{ gap: { dayz: 1 } }] }), { code: "invalid-config", path: "rules[0].gap.dayz" });
    }],
    ["decisions on tables of every form, with times of every kind", () => {
      const policy = new ContactPolicy({ rules: [{ gap: { days: 90 } }] });
      const at = MONDAY - 10 * DAY;
      const later = [{ verdict: { do: "later", at: at + 90 * DAY }, holds: [{ code: "gap", rule: 0, until: at + 90 * DAY }] }];
      for (const time of [at, new Date(at), new Date(at).toISOString(), "2025-12-26T12:00"]) {
        const past = [{ customer: "ada", survey: "nps", at: time }];
        for (const now of [MONDAY, new Date(MONDAY), "2026-01-05T12:00:00Z", "2026-01-05T13:00+01:00", "2026-01-05T12:00"]) {
          same(policy.decide([{ customer: "ada", survey: "nps" }], { past, now }), later);
        }
        same(policy.decide({ customer: ["ada"], survey: ["nps"] }, { past: { columns: { customer: ["ada"], survey: ["nps"], at: [time] }, roles: {} }, now: MONDAY }), later);
      }
      same(policy.decide([], { now: MONDAY }), []);
      same(policy.decide([{ customer: "bo", survey: "nps" }], { past: [], now: MONDAY })[0].verdict, { do: "ask", channel: null });
      fails(() => policy.decide([{ customer: "bo" }], { now: MONDAY }), { code: "missing-column", path: "survey" });
      fails(() => policy.decide([], { now: NaN }), { code: "invalid-argument", path: "now" });
      fails(() => policy.decide([], { now: "tomorrow" }), { code: "date-invalid" });
    }],
    ["who does not want to be asked is not, in either spelling", () => {
      for (const name of ["optedOut", "opted_out"]) {
        same(verdict({ rules: [] }, { customer: "ada", survey: "nps", [name]: true }, MONDAY), { do: "never" });
      }
      for (const name of ["quarantineUntil", "quarantine_until"]) {
        same(verdict({ rules: [] }, { customer: "ada", survey: "nps", [name]: new Date(MONDAY + DAY) }, MONDAY), { do: "later", at: MONDAY + DAY });
      }
      const both = { customer: "ada", survey: "nps", optedOut: true, opted_out: false };
      fails(() => verdict({ rules: [] }, both, MONDAY), { code: "duplicate-column" });
      const channels = { rules: [{ channels: { channels: ["app", "email"] } }] };
      same(verdict(channels, { customer: "ada", survey: "nps", channels: ["phone", "email"] }, MONDAY), { do: "ask", channel: "email" });
      const event = { rules: [{ trigger: { event: "service", withinDays: 14 } }] };
      same(verdict(event, { customer: "ada", survey: "nps", event: "service", eventAt: "2026-01-04" }, MONDAY).do, "ask");
    }],
    ["zones are those of the host", () => {
      const policy = { rules: [{ quiet: { from: "20:00", to: "08:00" } }] };
      const evening = Date.UTC(2026, 2, 28, 20);
      const until = (zone) => verdict(policy, { customer: "ada", survey: "nps", zone }, evening).at;
      // The night to 2026-03-29 is an hour shorter in Berlin.
      equal(until("Europe/Berlin"), Date.UTC(2026, 2, 29, 6));
      equal(until("europe/berlin"), Date.UTC(2026, 2, 29, 6));
      equal(until("+01:00"), Date.UTC(2026, 2, 29, 7));
      equal(until(null), Date.UTC(2026, 2, 29, 8));
      // A gap of nine years ends in the summer time of that year.
      const long = { rules: [{ gap: { days: 3287 } }, { quiet: { from: "00:00", to: "09:00" } }] };
      const past = [{ customer: "ada", survey: "nps", at: Date.UTC(2026, 6, 1) }];
      same(verdict(long, { customer: "ada", survey: "nps", zone: "Europe/Berlin" }, Date.UTC(2026, 6, 2), past), { do: "later", at: Date.UTC(2035, 6, 1, 7) });
      const rows = [{ customer: "ada", survey: "nps", zone: "UTC" }, { customer: "bo", survey: "nps", zone: "Europe/Atlantis" }];
      fails(() => new ContactPolicy().decide(rows, { now: MONDAY }), { code: "time-zone", path: "zone", row: 1 });
    }],
    ["a plan and a replay", () => {
      const policy = new ContactPolicy({ rules: [{ cap: { atMost: 1, days: 30, per: "account" } }] });
      const candidates = Array.from({ length: 40 }, (_, i) => ({ customer: `c${i}`, account: `a${i >> 2}`, survey: "nps" }));
      const plan = policy.plan(candidates, { start: MONDAY, end: MONDAY + 7 * DAY, noticeDays: 1, spread: true, target: 8 });
      equal(plan.length, 40);
      equal(plan.filter(({ send }) => send).length, 8);
      same([...new Set(plan.map(({ code }) => code))].sort(), ["cap", "target-reached", null].sort());
      const sent = plan.find(({ send }) => send);
      equal(sent.notice, sent.at - DAY);
      same(policy.plan(candidates, { start: new Date(MONDAY), end: "2026-01-12T12:00Z", noticeDays: 1, spread: true, target: 8 }), plan);
      fails(() => policy.plan(candidates, { start: MONDAY, end: MONDAY }), { code: "invalid-argument" });
      const past = [0, 10, 40].map((day) => ({ customer: "ada", account: "acme", survey: "nps", at: MONDAY + day * DAY, outcome: "answered" }));
      const replayed = policy.replay(past, { deviation: 70, customers: [{ customer: "ada", zone: "Europe/Zurich" }] });
      same([replayed.sent, replayed.refused, replayed.surveys[0].wasSent], [2, [["cap", 1]], 3]);
      equal(replayed.surveys[0].margin > replayed.surveys[0].wasMargin, true);
      same(policy.replay([]), { sent: 0, answered: 0, refused: [], surveys: [] });
    }],
    ["weights against silence", () => {
      const rows = [10, 9, 2, null, null, null].map((score, i) => ({ score, plan: i < 2 ? "pro" : "free" }));
      const found = responsePropensity(rows, { by: "plan", rating: "score", minimum: 1 });
      same(found.weights, [0.5, 0.5, 2, 0, 0, 0]);
      same(found.cells.map(({ plan, responded, pooled }) => [plan, responded, pooled]), [["free", 1, false], ["pro", 2, false]]);
      same([found.bounds[0] < found.value, found.bounds[1] > found.value, found.effectiveN], [true, true, 2]);
      fails(() => responsePropensity(rows, { by: "team", rating: "score" }), { code: "missing-column", path: "team" });
    }],
    ["pseudonyms", () => {
      // RFC 4231, test case 2.
      equal(pseudonym("what do ya want for nothing?", { key: "Jefe" }), "5bdcc146bf60754e6a042426089575c7");
      same(pseudonym(["a", null, "", undefined, 7, "7"], { key: new Uint8Array(16) }).map((one) => one?.length ?? null), [32, null, null, null, 32, 32]);
    }],
    ["forgetting", () => {
      const rows = [{ who: "ada", score: 9, why: "it is me, Ada", mail: "a@b.example" }, { who: "bo", score: 3, why: "slow", mail: null }, { who: null, score: 5, why: "late", mail: "" }];
      const options = { customer: "who", comment: "why", customers: "ada", also: ["mail"] };
      const found = forget(rows, options);
      same([found.rows, found.table], [1, [{ who: null, score: 9, why: null, mail: null }, ...rows.slice(1)]]);
      equal(rows[0].who, "ada");
      const lists = { who: ["ada", "bo"], score: new Uint8Array([9, 3]), why: ["x", "slow"], mail: ["a", "b"] };
      same(forget(lists, options).table, { ...lists, who: [null, "bo"], why: [null, "slow"], mail: [null, "b"] });
      const read = { columns: lists, roles: { customer: "who", comment: "why", at: "mail" }, rows: 2 };
      same(forget(read, { customers: ["bo", "nobody"] }), { table: { ...read, columns: { ...lists, who: ["ada", null], why: ["x", null] } }, rows: 1 });
      same(forget(rows, { customer: "who", customers: ["nobody"] }), { table: rows, rows: 0 });
      fails(() => forget(rows, { customers: "ada" }), { code: "missing-column" });
      fails(() => forget(rows, { ...options, also: ["phone"] }), { code: "missing-column", path: "phone" });
    }],
    ["tables written back", () => {
      const rows = [{ score: 10, ok: true, at: new Date(MONDAY), why: "slow, \"very\"" }, { score: null, ok: false, at: null, why: "é\n漢" }];
      equal(toCsv(rows), 'score,ok,at,why\n10,true,2026-01-05T12:00:00Z,"slow, ""very"""\n,false,,"é\n漢"\n');
      const lines = toJsonl(rows).trimEnd().split("\n").map((line) => JSON.parse(line));
      same(lines, [{ score: 10, ok: true, at: "2026-01-05T12:00:00Z", why: 'slow, "very"' }, { score: null, ok: false, at: null, why: "é\n漢" }]);
      const read = { columns: { at: ["2026-01-05T12:00:00.000", null], score: [1.5, 0] }, roles: { at: "at", rating: "score" } };
      equal(toCsv(read), "at,score\n2026-01-05T12:00:00,1.5\n,0\n");
      fails(() => toCsv([{ a: {} }]), { code: "column-type", path: "a", row: 0 });
    }],
  ];
}
