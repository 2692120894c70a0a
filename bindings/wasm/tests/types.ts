// Read by the type checker only: what a user's strict project must accept, infer and refuse.
import {
  type Attainment, ces, compare, type Comparison, contrast, type ErrorCode, HeedfulError,
  init, league, type LeagueRow, Metric, nps, sampleSize, type SamplePlan, score, type Score,
  type ScoreRow, target, Tally, trend, type TrendRow, version, weight, type Weights,
} from "heedful";
import { init as initManual, type ModuleSource } from "heedful/manual";
import { type File, funnel, type FunnelRow, init as initReader, join, readCsv, readJsonl } from "heedful/read";
import { init as initReaderManually } from "heedful/read/manual";
import {
  agreement, type Agreement, attach, type Claims, type Classifier, crossValidateSentiment, type CurvePoint, discover, evaluate, type Evaluation,
  type Feeling, fitSentiment, type HeldOut, init as initText, type Keyword, keywords, type LintFinding, type Mapping, type Overlap, privateSpans,
  ReasonMapper, type ReasonTotal, redact, sentiment, SentimentModel, split, type Split, type Taxonomy, type Token, tokens, type Topics, withReason,
} from "heedful/text";
import { init as initTextManually } from "heedful/text/manual";
import { init as initCore, nps as npsOfCore, readCsv as readOfCore, ReasonMapper as MapperOfCore } from "heedful/core";
import { init as initCoreManually } from "heedful/core/manual";
import {
  drivers, type DriverReport, explainChange, init as initWhy, type Journey, lintJourney, scan, walkJourney, whatIf, type WhatIfReport,
} from "heedful/why";
import { init as initWhyManually } from "heedful/why/manual";
import {
  backtest, type BacktestReport, behaviour, type BehaviourReport, fitScorecard, health, healthAgreement, type HealthReport, init as initHealth,
  lintScorecard, type ScorecardFinding,
  repurchase, type Scorecard,
} from "heedful/health";
import { init as initHealthManually } from "heedful/health/manual";
import {
  Alerts, alerts, BusinessCalendar, type Case, type CaseEffect, type CaseEvent, type CaseRow, Desk, init as initAct, type Judged, Playbooks,
  Pulse, type RunChange,
} from "heedful/act";
import { init as initActManually } from "heedful/act/manual";
import {
  avoidableContacts, businessCase, type CaseReport, init as initMoney, initiative, linkage, type LinkageReport, type Quantity, valueAtRisk,
} from "heedful/money";
import { init as initMoneyManually } from "heedful/money/manual";
import {
  ContactPolicy, type Decision, forget, init as initContact, type PlanRow, type Propensity, pseudonym, responsePropensity, toCsv,
} from "heedful/contact";
import { init as initContactManually } from "heedful/contact/manual";
import { commentStrength, defineSurvey, init as initSurvey, Session, type SurveyEventMap, type SurveyStep } from "heedful/survey";
import { type Anomaly, detect, Detector, emerging, init as initWatch } from "heedful/watch";
import { init as initWatchManually } from "heedful/watch/manual";
import { init as initSurveyManually } from "heedful/survey/manual";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<T extends true>(_: T): void {}

is<Same<ReturnType<typeof init>, Promise<void>>>(true);
is<Same<ReturnType<typeof version>, string>>(true);

const bytes: ModuleSource = new Uint8Array();
void init();
void init(bytes);
void initManual(bytes);
void initReader();
void initReaderManually(bytes);
void initText();
void initTextManually(bytes);
void initCore();
void initCoreManually(bytes);
is<Same<typeof MapperOfCore, typeof ReasonMapper>>(true);
is<Same<[typeof npsOfCore, typeof readOfCore], [typeof nps, typeof readCsv]>>(true);
void initWatch();
void initWatchManually(bytes);
const watched = new Detector({ every: "day", alarmsPerMonth: 2, holidays: ["2024-12-25", new Date()] });
const anomaly: Anomaly | undefined = watched.run([{ at: new Date(), reason: "price" }], { at: "at", topic: "reason" }).anomalies[0];
const where: string | undefined = anomaly?.place?.attribute;
watched.feedback("expected", { topic: anomaly?.topic ?? null, start: "2024-01-01", end: "2024-01-02" });
void [where, detect([1, null, 3], { every: "hour" }).rows[0]?.pValue, emerging([], { at: "at", comment: "text" })[0]?.term];
// @ts-expect-error no such period
void new Detector({ every: "minute" });
// @ts-expect-error no such method
void detect([], { every: "day", method: "magic" });
void initSurvey();
void initSurveyManually(bytes);
const session = new Session({ id: "own" }, { language: "de", attributes: { plan: "pro" } });
is<Same<ReturnType<typeof session.answer>, SurveyStep>>(true);
session.answer(9);
session.answer(["price"], "reasons");
session.answer(null);
// @ts-expect-error a rating is a number
session.answer({ rating: "9" });
const rated: SurveyEventMap["heedful:response"]["response"]["rating"] = session.response.rating;
void [defineSurvey, rated, Session.resume("{}", session.state)];
const exported: File = readCsv(new Uint8Array(), { preset: "auto" });
const header: number | undefined = exported.recognised?.headerRows;
void header;
// @ts-expect-error no such tool
void readCsv("", { preset: "excel" });
// @ts-expect-error the manual entry has no default
void initManual();
// @ts-expect-error a path is not a module
void init("heedful.wasm");

// Values give a score, tables give rows.
interface Answer {
  score: number | null;
  plan?: string;
  at: Date;
}
const rows: Answer[] = [];
is<Same<ReturnType<typeof nps>, Score>>(true);
const one = score([10, 9, null, undefined], { metric: "nps", confidence: 0.9 });
is<Same<typeof one, Score>>(true);
const some = score(new Uint8Array(3));
is<Same<typeof some, Score>>(true);
const many = score(rows, { rating: "score", by: ["plan"] });
is<Same<typeof many, ScoreRow[]>>(true);
const columns = score({ a: new Float64Array(2), b: ["x", null] }, { rating: { nps: "a", csat: "b" }, minimumN: 10 });
is<Same<typeof columns, ScoreRow[]>>(true);
const months = trend(rows, { rating: "score", at: "at", every: "month", timeZone: "Europe/Copenhagen", rolling: 3 });
is<Same<typeof months, TrendRow[]>>(true);
is<Same<(typeof months)[number]["period"], string | null>>(true);
is<Same<NonNullable<typeof one.interval>["lower"], number>>(true);
is<Same<(typeof many)[number]["plan"], unknown>>(true);
is<Same<(typeof many)[number]["value"], number | null>>(true);
is<Same<(typeof many)[number]["shares"], { [band: string]: number | null }>>(true);

const change = compare([10], rows, { rating: "score", metric: "nps" });
is<Same<typeof change, Comparison>>(true);
const goal = target(Tally.of([1, 2]), { value: 40, name: "industry" }, { metric: "ces" });
is<Same<typeof goal, Attainment>>(true);
is<Same<(typeof goal)["status"], "reached" | "likely" | "open" | "missed">>(true);
const plan = sampleSize({ margin: 5, shares: { promoter: 0.5 } });
is<Same<typeof plan, SamplePlan>>(true);
const places = league(rows, { rating: "score", by: "plan", k: 3, seed: 1 });
is<Same<typeof places, LeagueRow[]>>(true);
const weights = weight(rows, { targets: { plan: { free: 0.5, pro: 0.5 } }, cap: 5 });
is<Same<typeof weights, Weights>>(true);
void contrast(rows, { rating: "score", by: "plan", adjustment: "holm" });
void ces([7], { interval: "bayes" });

const file = readCsv("score\n10\n", { rating: [{ column: "score", metric: "nps" }], attributes: "all", onError: "collect" });
is<Same<typeof file, File>>(true);
void readJsonl(new ArrayBuffer(0), { rating: "s" });
void score(file);
void score(file, { by: "plan" });
const joined = join(rows, [{ id: "a", plan: "pro" }], { on: "customer", key: "id" });
is<Same<(typeof joined.table)[number]["at"], Date>>(true);
is<Same<(typeof joined.table)[number]["since"], unknown>>(true);
const steps = funnel({ invited: 10, rated: 1 });
is<Same<typeof steps, FunnelRow[]>>(true);
void funnel(rows, { status: "state", words: { DONE: "rated" } });

const taxonomy: Taxonomy = { id: "shop", reasons: [{ id: "staff", name: { en: "Staff" }, terms: ["staff"] }] };
const mapper = new ReasonMapper(taxonomy, { typos: true });
is<Same<ReturnType<typeof mapper.read>, Mapping[]>>(true);
const comments = ["rude staff", null, undefined];
is<Same<Mapping["sentiment"], number | null>>(true);
void mapper.map(comments, { clicks: ["staff", null, []], touchpoint: "shop", language: ["en", null, "de"] });
const totals = mapper.totals(comments);
is<Same<typeof totals, ReasonTotal[]>>(true);
const guesses = mapper.fit(comments, ["staff", null, ["staff"]], { aim: { recall: 0.9 } }).predict(comments, { abstain: true });
is<Same<typeof guesses, (string | null)[]>>(true);
void new ReasonMapper(mapper.taxonomy, {}, mapper.toBytes() ?? new Uint8Array());
const feeling = sentiment("good");
is<Same<typeof feeling, Feeling>>(true);
const feelings = sentiment(comments, { language: "de", words: { buffering: -0.6 } });
is<Same<typeof feelings, (Feeling | null)[]>>(true);
const clean = redact("Anna", { names: ["Anna"] });
is<Same<typeof clean, string>>(true);
is<Same<ReturnType<typeof keywords>, Keyword[]>>(true);
void keywords([{ text: "late", score: 3 }], { comment: "text", rating: "score", metric: "nps" });
void keywords({ text: ["late"], region: ["north"] }, { comment: "text", by: "region", words: 2 });
const topics = discover(comments, { known: mapper, within: "staff" });
is<Same<typeof topics, Topics>>(true);
const quality = evaluate(["staff"], [["staff"]]);
is<Same<typeof quality, Evaluation>>(true);
void privateSpans("a")[0]?.start;
const classifier: Classifier = async (texts) => texts.map(() => [{ reason: "staff", confidence: 0.5, spans: [[0, 1]] }]);
const told = new ReasonMapper(taxonomy, { classifier, reasons: ["staff"], leastConfidence: 0.2 });
is<Same<ReturnType<typeof told.classify>, Promise<Claims>>>(true);
void told.map(comments, { claims: [[{ reason: "staff", confidence: 1 }], null, undefined], level: 0 });
is<Same<ReturnType<typeof told.lint>, LintFinding[]>>(true);
is<Same<ReturnType<typeof told.overlaps>, Overlap[]>>(true);
is<Same<ReturnType<typeof told.curve>, CurvePoint[]>>(true);
is<Same<ReturnType<typeof told.suggest>, number[]>>(true);
is<Same<ReturnType<typeof told.labels>, (string[] | null)[]>>(true);
const longer = attach(rows, told.map(comments), { name: "why", count: "main" });
is<Same<(typeof longer)[number]["why"], string | null>>(true);
is<Same<(typeof longer)[number]["at"], Date>>(true);
void score(longer, { rating: "score", by: "why" });
void score(attach(file, told.map(comments)), { by: "reason" });
const wider: Taxonomy = withReason(told.taxonomy, topics.topics[0] ?? { id: "queue" }, { under: "staff" });
void wider;
is<Same<ReturnType<typeof split>, Split>>(true);
is<Same<ReturnType<typeof agreement>, Agreement>>(true);
is<Same<ReturnType<typeof tokens>, Token[]>>(true);
is<Same<ReturnType<typeof crossValidateSentiment>, HeldOut>>(true);
const learned = fitSentiment(comments, [1, null, undefined], { scale: "1-5", words: { buffering: -0.6 } });
is<Same<typeof learned, SentimentModel>>(true);
is<Same<ReturnType<typeof learned.predict>, (number | null)[]>>(true);
// @ts-expect-error a claim has a confidence
void told.map(comments, { claims: [[{ reason: "staff" }]] });
// @ts-expect-error ratings are numbers
void fitSentiment(comments, ["1"]);
// @ts-expect-error a taxonomy has reasons
void new ReasonMapper({ id: "shop" });
// @ts-expect-error keywords need groups
void keywords(comments, {});

const own: Metric = Metric.of({ scale: { points: [0, 1], labels: ["no", null] }, rule: { type: "top", boxes: 1 } });
const stored: Tally = Tally.merge(Tally.create(own.scale), Tally.fromJson("{}"));
is<Same<typeof stored.outOfRange, number>>(true);
// Codes are offered by name, and later ones are no type error.
const known: ErrorCode = "rating-out-of-range";
const found = (error: HeedfulError): boolean => error.code === known || error.code === "a-later-code";
void found;

// @ts-expect-error no such metric
void score([1], { metric: "np" });
// @ts-expect-error options are spelled in camelCase
void score(rows, { rating: "score", minimum_n: 10 });
// @ts-expect-error a contrast needs groups
void contrast(rows, { rating: "score" });
// @ts-expect-error no such period
void trend(rows, { rating: "score", at: "at", every: "fortnight" });
// @ts-expect-error no such step
void funnel(rows, { columns: { seen: "seen" } });
// @ts-expect-error results are read, not typed by hope
const text: string = many[0]?.value;
void text;

// Why.
void initWhy();
void initWhyManually(bytes);
const spoken = drivers(rows, { rating: "score", reasons: [["price"], null], attributes: "plan", minimumN: 10 });
is<Same<typeof spoken, DriverReport>>(true);
drivers(rows, { rating: "score", reasons: { flags: ["a", "b"] }, customer: "who", confidence: 0.9 });
drivers(rows, { rating: "score", reasons: [{ row: 0, reason: "price" }] });
is<Same<ReturnType<typeof whatIf>, WhatIfReport>>(true);
// @ts-expect-error how much less often has to be said
whatIf(rows, { rating: "score", reasons: "why", change: "price" });
const explained: string[] = explainChange(rows, rows, { by: ["region", "store"] }).sentences;
const segment: string | undefined = scan(rows, { attributes: ["plan"], conditions: 3 }).findings[0]?.conditions[0]?.attribute;
const walk: Journey = { name: "stay", stages: [{ name: "arrive", touchpoints: [{ name: "desk", importance: 9 }] }] };
const problem: string | undefined = lintJourney(walk)[0]?.problem ?? explained[0] ?? segment;
void walkJourney(walk, rows, { touchpoint: problem ?? "step" }).touchpoints;

void initHealth();
void initHealthManually(bytes);
const healthy: Scorecard = { name: "use", groups: [{ id: "use", measures: [{ id: "logins", points: { decay: { halfLifeDays: 14 } } }] }] };
is<Same<ReturnType<typeof health>, HealthReport>>(true);
is<Same<ReturnType<typeof backtest>, BacktestReport>>(true);
is<Same<ReturnType<typeof behaviour>, BehaviourReport>>(true);
is<Same<ReturnType<typeof lintScorecard>, ScorecardFinding[]>>(true);
lintScorecard(healthy, [{ account: "a", logins: new Date() }], { now: Date.now(), account: "id" })[0]?.value?.toFixed();
// @ts-expect-error a lint has no such finding
lintScorecard(healthy)[0]?.code === "too_long";
health(healthy, [{ account: "a", logins: new Date() }], { now: Date.now(), previous: "{}" });
health([{ name: "new", when: [{ column: "age", test: { below: 90 } }], scorecard: healthy }], []);
backtest(fitScorecard([], { outcome: "left", measures: ["plan"], nonNegative: true }).scorecard, [], { outcome: "left" });
healthAgreement(healthy, [], { manager: "opinion", weights: "quadratic" }).disputes[0]?.steps.toFixed();
repurchase([], { model: { r: 1, alpha: 1, a: 1, b: 1 } }).forecasts[0]?.overdue.toFixed();
// @ts-expect-error a measure needs points
health({ name: "x", groups: [{ id: "g", measures: [{ id: "m" }] }] }, []);
// @ts-expect-error the outcome is needed
backtest(healthy, []);
// Acting.
void initAct();
void initActManually(bytes);
const desk = new Desk({ routes: [{ name: "prices", when: { reasons: ["price"] }, to: { role: "sales" } }], due: [{ reply: { businessHours: 4 } }] });
is<Same<ReturnType<typeof desk.open>, CaseEffect[]>>(true);
desk.open(rows, { id: "id", valueTier: "tier", reasons: [["price"]], now: new Date(), every: true });
const event: CaseEvent = { event: "promise", what: "refund", due: { at: "2026-01-05" } };
desk.apply("r1", event, { now: 0, by: "bo" });
is<Same<ReturnType<typeof desk.case>, Case>>(true);
is<Same<ReturnType<typeof desk.cases>, CaseRow[]>>(true);
void desk.queue(0, { by: "value", recovery: { chance: 0.5, halfLifeHours: 24 } }).order[0]?.perHour;
void desk.outcomes(0).report.outcomes.no_contact?.toFixed();
const due: number | null = desk.nextTick;
void [due, Desk.fromJson(desk.toJson()).merge(desk), desk.forget("ada") + desk.size];
// @ts-expect-error a closing has an outcome
desk.apply("r1", { event: "close" }, { now: 0 });
// @ts-expect-error a case needs an id
desk.open(rows, { now: 0 });
// @ts-expect-error nobody is in charge of a route
void new Desk({ routes: [{ name: "prices" }] });
const opening: number = new BusinessCalendar({ zone: "Europe/Copenhagen", hours: { friday: [["09:00", "13:00"]] } }).nextOpening("2026-01-05");
const pulse = new Pulse([{ id: "low", when: { score: { below: 45, certainty: 0.8 } }, minimumN: 5 }], { metric: "csat", window: { days: 90 } });
const received: number = pulse.observe(rows, { rating: "score" }).counted + pulse.observe({ account: "a", rating: 9, at: opening }).late;
is<Same<ReturnType<typeof pulse.judge>, Judged>>(true);
const why: string | undefined = pulse.judge(received, { daily: true }).alerts[0]?.why ?? pulse.state()[0]?.raised;
// @ts-expect-error a rule says when
void new Pulse([{ id: "low" }]);
const book = new Alerts([{ id: "furious", atMost: 2, severity: "high" }], { storm: false });
void book.take(pulse.judge(0), { now: 0 }).changes[0]?.step;
book.take(health(healthy, []), { now: 0, severity: "high" });
book.take(watched.update([]), { now: 0 });
book.take(health(healthy, [], { previous: health(healthy, []) }).happenings, { now: 0 });
// @ts-expect-error how bad is one of four words
book.take([], { now: 0, severity: "worst" });
void [why, book.toObjects()[0]?.members[0]?.first.evidence, alerts(rows, [], { now: 0, rating: "score" })[0]?.subjects];
// @ts-expect-error no such severity
void new Alerts([{ id: "furious", severity: "worst" }]);
const books = new Playbooks([{ id: "sorry", on: { rated: { band: "detractor" } }, steps: [{ id: "answer", kind: "reply", what: "say sorry", dueBusinessHours: 4 }] }], {
  calendar: { zone: "Europe/Copenhagen" },
});
is<Same<ReturnType<typeof books.start>, RunChange[]>>(true);
const begun: RunChange | undefined = books.start({ rated: { band: "detractor" } }, { customer: "ada", now: 0 })[0];
if (begun) void books.done(begun.run, "answer", { now: 0 }).effects[0]?.humanOnly;

// Money.
void initMoney();
void initMoneyManually(bytes);
void valueAtRisk(rows, { value: "score", churn: "p", by: ["plan"], silent: 3 }).rows[0]?.exposureInterval?.lower;
is<Same<ReturnType<typeof linkage>, LinkageReport>>(true);
const slope: Quantity | null | undefined = linkage(rows, { score: "nps", outcomes: "left", assumed: { left: { score: 10, change: -1, range: [-2, 0] } } }).links[0]?.quantity;
is<Same<ReturnType<typeof businessCase>, CaseReport>>(true);
void businessCase({ cost: { pert: { low: 1, mode: 2, high: 4 } }, ...(slope && { scoreToBehaviour: slope }) }).tornado[0]?.swing;
void [avoidableContacts(rows, { cost: 6, failure: "again" }).rows[0]?.yearly, initiative(rows, { name: "form", start: new Date() }).effect?.pValue];
// @ts-expect-error a case has a cost
businessCase({ saved: 10 });
// @ts-expect-error no such distribution
businessCase({ cost: { gauss: { mean: 1 } } });

// Contact.
void initContact();
void initContactManually(bytes);
const policy = new ContactPolicy({ rules: [{ gap: { days: 90 } }] });
is<Same<ReturnType<typeof policy.decide>, Decision[]>>(true);
void policy.decide(rows, { now: new Date() })[0]?.holds[0]?.code;
is<Same<ReturnType<typeof policy.plan>, PlanRow[]>>(true);
// @ts-expect-error a plan has an end
void policy.plan(rows, { start: 0 });
void policy.replay(rows, { deviation: 70 }).surveys[0]?.wasSent;
is<Same<ReturnType<typeof responsePropensity>, Propensity>>(true);
const hidden: string = pseudonym("ada", { key: "key" });
const hiddenAll: (string | null)[] = pseudonym(["ada", null], { key: new Uint8Array(16) });
const forgotten: Answer[] = forget(rows, { customer: "plan", customers: [hidden, ...hiddenAll.filter((id) => id !== null)] }).table;
void toCsv(forgotten);
const asked: "say_what" | "say_why" | null = commentStrength("late").nudge;
void asked;
