// The vectors that every language runs, in this language's spelling.
import { actAnswers, moneyAnswers } from "./act-answers.js";
import { textAnswers } from "./text-answers.js";
import vectors from "./vectors.js";

const NOT_FINITE = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };
const values = (list) => list.map((value) => (typeof value === "string" ? (NOT_FINITE[value] ?? value) : value));
const table = (columns) => Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, values(list)]));
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const options = (given) => Object.fromEntries(Object.entries(given).map(([name, value]) => [camel(name), value]));

// Fields that hold names of the user.
const DATA = new Set(["shares", "counts", "columns"]);

function answer({ heedful, reader, why, watch, contact, survey }, { function: name, input, options: given }) {
  const { every, ...rest } = options(given);
  switch (name) {
    case "score":
      return heedful.score(values(input.values), rest);
    case "score_table":
      return heedful.score(table(input.table), rest);
    case "trend":
      return heedful.trend(table(input.table), { every, ...rest });
    case "compare":
      return heedful.compare(values(input.before), values(input.after), rest);
    case "sample_size":
      return heedful.sampleSize({ ...rest, ...(input.pilot && { pilot: heedful.Tally.of(input.pilot, { metric: rest.metric }) }) });
    case "weight":
      return heedful.weight(table(input.table), rest);
    case "contrast":
      return heedful.contrast(table(input.table), { ...(every && { every }), ...rest });
    case "read_csv": {
      const file = reader.readCsv(input.text, rest);
      if (every) return heedful.trend(file, { every });
      return { ...heedful.score(file)[0], rows: file.rows - file.rejected.length };
    }
    case "league":
      return heedful.league(table(input.table), rest);
    case "join": {
      const { table: joined, ...fit } = reader.join(input.table, input.customers, rest);
      return { ...fit, columns: joined };
    }
    case "funnel":
      return reader.funnel(input.counts ?? table(input.table), rest);
    case "target": {
      const { value, name, likely, ...stated } = rest;
      return heedful.target(values(input.values), { value, name, likely }, stated);
    }
    case "drivers":
    case "importance":
    case "scan":
      return why[name](table(input.table), { rating: "score", reasons: input.reasons, ...rest });
    case "reason_roles":
      return why.reasonRoles(table(input.table), { rating: "score", reasons: input.reasons, ...rest });
    case "what_if":
      return why.whatIf(table(input.table), { rating: "score", reasons: input.reasons, ...rest });
    case "asymmetry": {
      const { failures, delights } = input;
      return { rows: why.asymmetry(table(input.table), { rating: "score", failures, delights, ...rest }) };
    }
    case "explain_change": {
      const { before, after, before_reasons: beforeReasons, after_reasons: reasons } = input;
      return why.explainChange(table(before), table(after), { rating: "score", reasons, beforeReasons, ...rest });
    }
    case "confounding":
      return { reasons: why.confounding(table(input.table), { rating: "score", reasons: input.reasons, ...rest }) };
    case "role_changes": {
      const { before, after, before_reasons: beforeReasons, after_reasons: reasons } = input;
      return { rows: why.roleChanges(table(before), table(after), { rating: "score", reasons, beforeReasons, ...rest }) };
    }
    case "journey_moments":
      return why.journeyMoments(input.journey, table(input.table), table(input.relational), { rating: "score", ...rest });
    case "journey_views":
      return why.journeyViews(input.journey, table(input.customers), table(input.company), { rating: "score", ...rest });
    case "journey_compare":
      return why.compareJourneys(input.earlier, input.journey, table(input.before), table(input.after), { rating: "score", ...rest });
    case "journey_lint":
      return why.lintJourney(input.journey);
    case "journey_run":
      return why.walkJourney(input.journey, table(input.table), { rating: "score", reasons: input.reasons, ...rest });
    case "detect":
      return watch.detect(input.counts, { every, volume: input.volume, ...rest });
    case "detector": {
      const columns = { at: "at", topic: "topic", by: rest.by, comment: "comment", rating: "score" };
      return new watch.Detector({ every, ...rest, by: undefined }).run(table(input.table), columns);
    }
    case "emerging":
      return watch.emerging(table(input.table), { every, at: "at", comment: "comment", ...rest });
    case "contact_decide":
      return new contact.ContactPolicy(input.policy).decide(input.candidates, { past: input.past, ...rest });
    case "contact_plan":
      return new contact.ContactPolicy(input.policy).plan(input.candidates, { past: input.past, ...rest });
    case "contact_replay":
      return new contact.ContactPolicy(input.policy).replay(input.past, { customers: input.customers, ...rest });
    case "response_propensity":
      return contact.responsePropensity(input.table, { rating: "score", ...rest });
    case "pseudonym":
      return contact.pseudonym(input.ids, rest);
    case "comment_strength":
      return input.texts.map((text) => survey.commentStrength(text));
    default:
      throw new Error(`no runner for ${name}`);
  }
}

// Where `found` departs from what is expected; only what is expected is looked at.
function difference(expected, found, tolerance, path, data = false) {
  if (typeof expected === "number" && typeof found === "number") {
    if (Math.abs(expected - found) <= tolerance * Math.max(1, Math.abs(expected))) return null;
  } else if (Array.isArray(expected)) {
    if (expected.length !== found?.length) return `${path}: expected ${expected.length} items, found ${found?.length}`;
    for (const [i, item] of expected.entries()) {
      const problem = difference(item, found[i], tolerance, `${path}[${i}]`);
      if (problem) return problem;
    }
    return null;
  } else if (typeof expected === "object" && expected !== null) {
    for (const [name, value] of Object.entries(expected)) {
      const share = name.startsWith("share_") ? found?.shares?.[name.slice(6)] : undefined;
      const other = share ?? found?.[data ? name : name in found ? name : camel(name)];
      const problem = difference(value, other, tolerance, `${path}.${name}`, DATA.has(name));
      if (problem) return problem;
    }
    return null;
  } else if (expected === found) return null;
  return `${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
}

function check(vector, ask, HeedfulError, paths = false) {
  let problem;
  if (vector.error) {
    let error;
    try {
      ask();
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof HeedfulError)) throw error ?? new Error("nothing was thrown");
    const { code, row, path } = vector.error;
    problem = difference({ code, ...(row !== undefined && { row }), ...(paths && path && { path: camel(path) }) }, error, 0, "error");
  } else {
    problem = difference(vector.expected, ask(), vector.tolerance, "");
  }
  if (problem) throw new Error(problem);
}

// Health and behaviour: the tables of the other languages from what is nested here.
const healthAnswers = {
  health(health, { scorecard, table: accounts, now, before }) {
    const past = before && health.health(before.scorecard ?? scorecard, before.table, { now: before.now });
    const { accounts: found } = health.health(scorecard, accounts, { now, previous: past?.state });
    const many = (account, status) => account.lines.filter((line) => line.status === status).length;
    const flat = ({ change, improvement, alarms, ...account }) => ({
      ...account,
      alarms: alarms.join(", "),
      missing: many(account, "missing"),
      stale: many(account, "stale"),
      change: change?.total ?? null,
      cause: change?.causes[0]?.[0] ?? null,
      bandBefore: change?.bandBefore ?? null,
      reformulated: change?.reformulated ?? null,
      improve: improvement?.measure ?? null,
      improveFrom: improvement?.points ?? null,
      improveTo: improvement?.toPoints ?? null,
    });
    return { accounts: found.map(flat), lines: found.flatMap(({ account, lines }) => lines.map((line) => ({ account, ...line }))) };
  },
  backtest: (health, { scorecard, table: accounts }, options) => health.backtest(scorecard, accounts, options),
  health_agreement: (health, { scorecard, table: accounts }, options) => health.healthAgreement(scorecard, accounts, options),
  fit_scorecard: (health, { table: accounts }, options) => health.fitScorecard(accounts, options),
  behaviour(health, { table: events, now }, options) {
    const { customers, ...rest } = health.behaviour(events, { now, ...options });
    return { ...rest, customers: customers.map(({ history, forecast, ...own }) => ({ ...own, ...history, ...forecast })) };
  },
  repurchase: (health, { table: histories }, options) =>
    health.repurchase(histories, { purchases: "purchases", daysSinceLast: "days_since_last", daysKnown: "days_known", ...options }),
};

// The vectors of an entry by what it answers for each function.
function vectorsOf(answers, module, least, ask, paths = false) {
  const ours = vectors.filter((vector) => vector.function in answers);
  if (ours.length < least) throw new Error("vectors are missing");
  return ours.map((vector) => [`vector ${vector.id}`, () => check(vector, () => ask(vector), module.HeedfulError, paths)]);
}

export function healthVectorCases(health) {
  const ask = ({ function: name, input, options: { times, ...given } }) => healthAnswers[name](health, camelled(input), options(given));
  return vectorsOf(healthAnswers, health, 15, ask);
}

/** Those of `heedful/act` or `heedful/money`. */
export function actVectorCases(module, answers, least) {
  const given = ({ table: columns, ...input }) => ({ ...input, ...(columns && { table: table(columns) }) });
  const ask = ({ function: name, input, options: asked }) => answers[name](module, given(input), options(asked));
  return vectorsOf(answers, module, least, ask, true);
}

// A scorecard in this language's spelling.
function camelled({ scorecard, before, ...input }) {
  const keys = /"(half_life_days|fresh_days|standard_error|older_than_days|at_least)":/g;
  const text = JSON.stringify(scorecard)?.replace(keys, (_, key) => `"${camel(key)}":`);
  return { ...input, ...(text && { scorecard: JSON.parse(text) }), ...(before && { before: camelled(before) }) };
}

export function vectorCases(modules) {
  const { HeedfulError } = modules.heedful;
  const elsewhere = { ...textAnswers, ...healthAnswers, ...actAnswers, ...moneyAnswers };
  const ours = vectors.filter((vector) => !(vector.function in elsewhere));
  if (ours.length <= 130) throw new Error("vectors are missing");
  return ours.map((vector) => [`vector ${vector.id}`, () => check(vector, () => answer(modules, vector), HeedfulError)]);
}

// Of a place in a text, written in every unit, the one of this language.
function local(value) {
  if (Array.isArray(value)) return value.map(local);
  if (typeof value !== "object" || value === null) return value;
  if (value.utf16) return value.utf16;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, local(item)]));
}

/** Those of `heedful/text`; `heedful` scores what was found. */
export function textVectorCases(text, heedful) {
  const ours = vectors.filter((vector) => vector.function in textAnswers);
  if (ours.length <= 120) throw new Error("vectors of comments are missing");
  const written = JSON.stringify;
  return ours.flatMap((vector) => {
    const run = (name, { input, expected }) => {
      const ask = () => textAnswers[vector.function]({ text, heedful }, local(input), options(vector.options));
      return [`vector ${name}`, () => check({ ...vector, expected: local(expected) }, ask, text.HeedfulError)];
    };
    const asIs = run(vector.id, vector);
    if (!written(vector.input).includes("\ufffd")) return [asIs];
    // A half of a surrogate pair is read as U+FFFD.
    return [asIs, ...["\ud800", "\udfff"].map((half, i) => {
      const halved = (_, value) => (typeof value === "string" ? value.replaceAll("\ufffd", half) : value);
      return run(`${vector.id}, half ${i}`, JSON.parse(written(vector), halved));
    })];
  });
}
