// The vectors of `heedful/act` and `heedful/money` in this language's spelling: what they answer, for each function.
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

function using(thing, ask) {
  try {
    return ask(thing);
  } finally {
    thing.free();
  }
}

// Cases as a table: its columns are called as the facts, and reasons are beside it.
function opened(desk, rows, now) {
  const named = Object.keys(rows[0]).filter((name) => name !== "reasons");
  const columns = Object.fromEntries(named.map((name) => [camel(name), name]));
  const reasons = rows.map((row) => row.reasons ?? null);
  return desk.open(rows, { ...columns, reasons, now });
}

// What is known of a customer's past, in this language's spelling.
const known = ({ no_contact: noContact = false, ...past }) => ({ ...past, noContact });

// What came of the events of a run, and the run after them.
function events(books, first, told, HeedfulError) {
  let run = first;
  const each = ({ event, now, past }) => {
    try {
      const { step, ...did } = event.done ?? {};
      const change =
        event === "tick" ? books.tick(run, { now, ...known(past) })
        : event === "stop" ? books.stop(run, { now })
        : event.happened ? books.happened(run, event.happened, { now, ...known(past) })
        : books.done(run, step, { now, ...known(past), ...did });
      run = change.run;
      return { effects: change.effects };
    } catch (error) {
      if (!(error instanceof HeedfulError)) throw error;
      return { error: error.code };
    }
  };
  return [told.map(each), run];
}

/** What `heedful/act` answers. */
export const actAnswers = {
  alerts({ Alerts }, { batches }, { rules, storm, ...options }) {
    let book = new Alerts(rules, { storm: storm === null ? false : storm, ...options });
    const changes = batches.map(({ happenings, now }) => {
      const found = book.take(happenings, { now }).alerts;
      // A stored book goes on alike.
      const stored = book.toJson();
      book.free();
      book = Alerts.fromJson(stored);
      return found;
    });
    return using(book, () => ({ changes, open: book.open() }));
  },
  responses: ({ Alerts }, { rows, now }, { rules, storm, ...options }) =>
    using(new Alerts(rules, { storm: storm === null ? false : storm, ...options }), (book) => {
      const changes = book.takeResponses(rows, { now, reasons: rows.map(({ reasons }) => reasons) }).alerts;
      return { changes, open: book.open() };
    }),
  playbook({ HeedfulError, Playbooks }, { trigger, past, now, events: told }, { playbooks, ...options }) {
    const books = new Playbooks(playbooks, options);
    const { happened, ...whom } = trigger;
    const started = books.start(happened, { now, ...whom, ...known(past) });
    const [answers, run] = events(books, started[0]?.run ?? null, told, HeedfulError);
    return { started, events: answers, run };
  },
  business({ BusinessCalendar }, { calendar, at, hours, days, to }) {
    const asked = new BusinessCalendar(calendar);
    return {
      is_open: asked.isOpen(at),
      next_opening: asked.nextOpening(at),
      add_hours: asked.addHours(at, hours),
      add_days: asked.addDays(at, days),
      hours_between: asked.hoursBetween(at, to),
    };
  },
  desk: ({ Desk }, { policy, cases, now, until }) =>
    using(new Desk(policy), (desk) => ({ opened: opened(desk, cases, now), ticked: desk.tick(until), cases: desk.cases(until) })),
  queue: ({ Desk }, { policy, cases, now }, options) =>
    using(new Desk(policy), (desk) => {
      opened(desk, cases, now);
      return desk.queue(now, options);
    }),
  outcomes: ({ Desk }, { policy, cases, start, events, now }, options) =>
    using(new Desk(policy), (desk) => {
      opened(desk, cases, start);
      for (const { case: id, now: at, ...event } of events) desk.apply(id, event, { now: at, by: "bo" });
      const { report, groups } = desk.outcomes(now, options);
      return { report, group: groups.find(({ by, name }) => by === "reason" && name === "price") };
    }),
  pulse: ({ Pulse }, { table, looks }, { rules, ...options }) =>
    using(new Pulse(rules, options), (pulse) => {
      pulse.observe(table, { rating: "rating", at: "at", customer: "customer", kindColumn: "kind" });
      return { alerts: looks.flatMap((now) => pulse.judge(now).alerts), state: pulse.state() };
    }),
};

/** What `heedful/money` answers. */
export const moneyAnswers = {
  value_at_risk: ({ valueAtRisk }, { table, reasons }, options) => valueAtRisk(table, { ...options, reasons }),
  avoidable_contacts: ({ avoidableContacts }, { table, reasons }, { costColumn, ...options }) =>
    avoidableContacts(table, { cost: costColumn, ...options, reasons }),
  initiative: ({ initiative }, { table, reasons }, options) => initiative(table, { ...options, reasons }),
  business_case: ({ businessCase }, _, options) => businessCase(options),
  linkage({ linkage }, { table }, { outcomes, ...options }) {
    const byName = (field) => Object.fromEntries(outcomes.filter((one) => field in one).map((one) => [one.column, one[field]]));
    return linkage(table, { ...options, outcomes: outcomes.map(({ column }) => column), worth: byName("worth"), assumed: byName("assumed") });
  },
};
