import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as act from "heedful/act";
import * as heedful from "heedful";
import * as health from "heedful/health";
import * as contact from "heedful/contact";
import * as manual from "heedful/manual";
import * as money from "heedful/money";
import * as reader from "heedful/read";
import * as survey from "heedful/survey";
import * as text from "heedful/text";
import * as watch from "heedful/watch";
import * as why from "heedful/why";

import { actCases } from "./act-cases.js";
import { alertCases } from "./alert-cases.js";
import { argumentCases } from "./argument-cases.js";
import { cases } from "./cases.js";
import { healthCases } from "./health-cases.js";
import { contactCases } from "./contact-cases.js";
import { memory } from "./memory.js";
import { moneyCases } from "./money-cases.js";
import { textCases } from "./text-cases.js";
import { textVectorCases } from "./vector-cases.js";
import { watchCases } from "./watch-cases.js";
import { whyCases } from "./why-cases.js";

const require = createRequire(import.meta.url);

test("the package has what a user needs and nothing of its making", async () => {
  const root = new URL("./node_modules/heedful/", import.meta.url);
  assert.deepEqual((await readdir(root)).sort(), ["LICENSE-APACHE", "LICENSE-MIT", "LICENSE-VADER", "README.md", "dist", "package.json"]);
  const { devDependencies, private: hidden, dependencies } = require("heedful/package.json");
  assert.deepEqual([devDependencies, hidden, dependencies], [undefined, undefined, undefined]);
});

test("before init, a call says what to do", () => {
  assert.throws(() => heedful.version(), /await init\(\)/);
  assert.throws(() => reader.readCsv("a", {}), /await init\(\)` of "heedful\/read"/);
  assert.throws(() => text.sentiment("good"), /await init\(\)` of "heedful\/text"/);
  assert.throws(() => watch.version(), /await init\(\)` of "heedful\/watch"/);
  assert.throws(() => why.version(), /await init\(\)` of "heedful\/why"/);
  assert.throws(() => health.version(), /await init\(\)` of "heedful\/health"/);
  assert.throws(() => new act.Desk(), /await init\(\)` of "heedful\/act"/);
  assert.throws(() => money.version(), /await init\(\)` of "heedful\/money"/);
  assert.throws(() => new contact.ContactPolicy(), /await init\(\)` of "heedful\/contact"/);
});

test("a start that failed can be tried again", async () => {
  await assert.rejects(manual.init(new Uint8Array([0, 1, 2, 3])));
  await manual.init(await readFile(require.resolve("heedful/heedful.wasm")));
});

test("init without arguments, twice", async () => {
  await act.init();
  await money.init();
  await health.init();
  await watch.init();
  await contact.init();
  await survey.init();
  await why.init();
  await text.init();
  await reader.init();
  await heedful.init();
  await heedful.init();
});

for (const [name, check] of cases({ heedful, reader, why, watch, contact, survey }, require("heedful/package.json"), memory)) test(name, check);

for (const [name, check] of textCases(text, require("heedful/taxonomies/retail.en.json"))) test(`text: ${name}`, check);

for (const [name, check] of textVectorCases(text, heedful)) test(`text: ${name}`, check);
for (const [name, check] of watchCases(watch)) test(`watch: ${name}`, check);
for (const [name, check] of whyCases(why)) test(`why: ${name}`, check);
for (const [name, check] of healthCases(health)) test(`health: ${name}`, check);
for (const [name, check] of contactCases(contact)) test(`contact: ${name}`, check);
for (const [name, check] of actCases(act)) test(`act: ${name}`, check);
for (const [name, check] of alertCases({ act, health, watch })) test(`alerts: ${name}`, check);
for (const [name, check] of argumentCases({ heedful, reader, why, watch, contact, survey, text, act, health, money })) test(`arguments: ${name}`, check);
for (const [name, check] of moneyCases(money)) test(`money: ${name}`, check);

test("states that a released version wrote go on", async () => {
  const state = (path) => readFile(`${process.env.HEEDFUL_ROOT}/tests/state/${path}/1.json`, "utf8");
  const desk = act.Desk.fromJson(await state("desk"));
  assert.equal(act.Desk.fromJson(desk.toJson()).toJson(), desk.toJson());
  assert.deepEqual(desk.cases(0).map((one) => one.state), ["closed", "new", "new", "waiting"]);
  const due = desk.nextTick;
  assert.ok(desk.tick(due).length > 0);
  const { report } = desk.outcomes(due);
  assert.deepEqual([report.cases, report.recovery.count, report.withoutContact, report.lift.value], [5, 1, 1, 5]);
  const pulse = act.Pulse.fromJson(await state("pulse"));
  assert.equal(act.Pulse.fromJson(pulse.toJson()).toJson(), pulse.toJson());
  assert.deepEqual([pulse.counts.repeated, pulse.state().length], [3, 3]);
  // Thirty days later the key contact has gone silent.
  const [alert] = pulse.judge(1_770_681_600_000).alerts;
  assert.deepEqual([alert.rule, alert.customers], ["quiet", "ada"]);
  desk.free();
  pulse.free();
});

test("after a trap mappers are prepared again", async () => {
  const { call } = await import("./node_modules/heedful/dist/text-engine.js");
  const mapper = new text.ReasonMapper({ id: "shop", reasons: [{ id: "staff", terms: ["staff"] }] });
  mapper.fit(["late", "so late", "dear", "too dear", "late", "dear"], ["delay", "delay", "price", "price", "delay", "price"]);
  const before = mapper.map(["dear staff", "late"]);
  assert.equal(before.length, 3);
  const told = new text.ReasonMapper(mapper.taxonomy, { classifier: (texts) => texts.map(() => [{ reason: "price", confidence: 1 }]), reasons: ["price"] });
  const model = text.fitSentiment(Array.from({ length: 40 }, (_, i) => (i % 2 ? "too late" : "great")), Array.from({ length: 40 }, (_, i) => (i % 2 ? 1 : 9)));
  const felt = model.predict(["late", "great"]);
  assert.throws(() => call(() => new WebAssembly.Instance(unreachable).exports.run()), { code: "internal" });
  assert.deepEqual(mapper.map(["dear staff", "late"]), before);
  assert.deepEqual(mapper.read("late").map(({ reason }) => reason), ["delay"]);
  assert.deepEqual(told.read("late").map(({ reason, source }) => [reason, source]), [["price", "model"]]);
  assert.deepEqual(model.predict(["late", "great"]), felt);
  told.free();
  model.free();
  mapper.free();
});

test("after a trap a detector says that it was lost", async () => {
  const { call } = await import("./node_modules/heedful/dist/watch-engine.js");
  const rows = Array.from({ length: 300 }, (_, i) => ({ at: Date.UTC(2024, 0, 1 + (i % 30)) }));
  const detector = new watch.Detector({ every: "day" });
  const found = detector.run(rows, { at: "at" });
  const stored = detector.toJson();
  assert.throws(() => call(() => new WebAssembly.Instance(unreachable).exports.run()), { code: "internal" });
  assert.throws(() => detector.late, { code: "internal" });
  assert.equal(watch.Detector.fromJson(stored).toJson(), stored);
  assert.deepEqual(detector.run(rows, { at: "at" }), found);
  detector.free();
});

test("after a trap desks, pulses and alerts say that they were lost", async () => {
  const { call } = await import("./node_modules/heedful/dist/act-engine.js");
  const [desk, pulse, alerts] = [new act.Desk({ calendar: { zone: "Europe/Copenhagen" } }), new act.Pulse(), new act.Alerts()];
  desk.open([{ id: "r1" }], { id: "id", now: 0, every: true });
  const stored = desk.toJson();
  const calendar = new act.BusinessCalendar();
  assert.throws(() => call(() => new WebAssembly.Instance(unreachable).exports.run()), { code: "internal" });
  for (const ask of [() => desk.size, () => desk.tick(0), () => pulse.counts, () => alerts.open()]) {
    assert.throws(ask, { code: "internal", message: /was lost when the engine stopped/ });
  }
  const again = act.Desk.fromJson(stored);
  assert.deepEqual([again.size, again.toJson()], [1, stored]);
  assert.equal(calendar.isOpen(Date.UTC(2026, 0, 5, 10)), true);
  for (const one of [desk, pulse, alerts, again]) one.free();
});

test("after a trap the next call works on a new instance", async () => {
  // No input is known to trap, so the test breaks into the package.
  const { call } = await import("./node_modules/heedful/dist/scores-engine.js");
  const trap = () => call(() => new WebAssembly.Instance(unreachable).exports.run());
  assert.throws(trap, (error) => error instanceof heedful.HeedfulError && error.code === "internal" && /unreachable/.test(error.message));
  assert.equal(heedful.nps([10, 9, 8, 3]).value, 25);
  assert.throws(() => heedful.nps([11]), { code: "rating-out-of-range" });
  assert.equal(heedful.nps([10]).value, 100);
});

// (module (func (export "run") unreachable))
const unreachable = new WebAssembly.Module(
  Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 7, 1, 3, 114, 117, 110, 0, 0, 10, 5, 1, 3, 0, 0, 11),
);

test("works in a worker", async () => {
  const { Worker } = await import("node:worker_threads");
  const script = `import { parentPort } from "node:worker_threads"; import { init, nps } from "heedful"; await init(); parentPort.postMessage(nps([10, 9, 8, 3]));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script.replaceAll('"heedful"', JSON.stringify(import.meta.resolve("heedful"))))}`));
  const [answer] = await once(worker, "message");
  assert.equal(answer.value, 25);
  await worker.terminate();
});
