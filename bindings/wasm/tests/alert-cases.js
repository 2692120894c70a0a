// Checks of what one entry gives and another takes, as those of cases.js: what happened becomes alerts.
import { equal, same } from "./cases.js";

const DAY = 86_400_000;

export function alertCases({ act, health, watch }) {
  const card = {
    name: "use",
    groups: [{ id: "use", measures: [{ id: "logins", points: { linear: [[0, 0], [20, 100]] } }] }],
    alarms: [{ id: "idle", when: [{ column: "logins", test: { below: 1 } }] }],
  };
  const look = (logins, now, previous) => health.health(card, { account: ["acme"], logins: [logins] }, { now, ...(previous && { previous }) });
  const rowsOf = ({ changes }) => changes.map(({ step, severity, why }) => [step, severity, why]);

  return [
    ["alarms of health open alerts and close them", () => {
      const idle = look(0, 0);
      same(idle.happenings, [{
        source: "health", rule: "idle", at: 0, severity: "medium", subject: "acme", customers: [], response: null, cause: "idle", over: false,
        why: "acme: the alarm `idle` fires", evidence: { total: 0 },
      }]);
      const book = new act.Alerts();
      same(rowsOf(book.take(idle, { now: 0, severity: "high" })), [["opened", "high", "acme: the alarm `idle` fires"]]);
      equal(idle.happenings[0].severity, "medium");
      const busy = look(9, 1, idle);
      same([busy.happenings[0].over, busy.happenings[0].why], [true, "acme: the alarm `idle` no longer fires"]);
      equal(book.take(busy, { now: 1 }).changes[0].step, "closed");
      same([look(9, 1, idle.state).happenings, look(9, 2, busy).happenings], [[], []]);
      book.free();
    }],
    ["anomalies open alerts", () => {
      const days = Array.from({ length: 60 }, (_, day) => Array(day === 59 ? 90 : 20).fill(Date.UTC(2024, 0, 1) + day * DAY)).flat();
      const detector = new watch.Detector({ every: "day" });
      const found = detector.run({ at: days }, { at: "at" });
      const book = new act.Alerts();
      const now = Date.UTC(2024, 2, 1);
      const [change] = book.take(found, { now }).changes;
      same([change.source, change.cause, change.severity, change.why], ["anomaly", "all", "medium", found.anomalies[0].sentence]);
      same(Object.keys(found.happenings[0].evidence), ["expected", "observed", "p_value"]);
      same(rowsOf(book.take(found.happenings, { now, severity: "critical" })), [["repeated", "critical", change.why]]);
      const refused = (severity) => {
        try {
          book.take(found, { now, severity });
        } catch (error) {
          return [error instanceof act.HeedfulError, error.code, error.path];
        }
      };
      same(refused("worst"), [true, "invalid-config", "[0].severity"]);
      for (const one of [detector, book]) one.free();
    }],
  ];
}
