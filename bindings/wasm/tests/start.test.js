// One process per way of starting, since the engine starts once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const file = (name) => `await (await import("node:fs/promises")).readFile(new URL(import.meta.resolve("heedful/${name}.wasm")))`;
const modules = ["heedful", "zoned", "read", "text", "core", "survey", "watch", "why", "health", "contact", "act", "money"];
const [scores, zoned, read, text, core, survey, watch, why, health, contact, act, money] = modules.map(file);
const ways = {
  "node entry, no arguments": ["heedful", ""],
  "node entry, bytes": ["heedful", scores],
  "manual entry, bytes": ["heedful/manual", scores],
  "manual entry, compiled module": ["heedful/manual", `new WebAssembly.Module(${scores})`],
  "node entry with zones, no arguments": ["heedful/zoned", ""],
  "manual entry, module with zones": ["heedful/manual", zoned],
  "node entry of reading, no arguments": ["heedful/read", ""],
  "manual entry of reading, bytes": ["heedful/read/manual", read],
  "node entry of texts, no arguments": ["heedful/text", ""],
  "manual entry of texts, bytes": ["heedful/text/manual", text],
  "node entry of the core, no arguments": ["heedful/core", ""],
  "manual entry of the core, bytes": ["heedful/core/manual", core],
  "node entry of detectors, no arguments": ["heedful/watch", ""],
  "manual entry of detectors, bytes": ["heedful/watch/manual", watch],
  "node entry of whys, no arguments": ["heedful/why", ""],
  "manual entry of whys, bytes": ["heedful/why/manual", why],
  "node entry of health, no arguments": ["heedful/health", ""],
  "manual entry of health, bytes": ["heedful/health/manual", health],
  "node entry of contacts, no arguments": ["heedful/contact", ""],
  "manual entry of contacts, bytes": ["heedful/contact/manual", contact],
  "node entry of acting, no arguments": ["heedful/act", ""],
  "manual entry of acting, bytes": ["heedful/act/manual", act],
  "node entry of money, no arguments": ["heedful/money", ""],
  "manual entry of money, bytes": ["heedful/money/manual", money],
  "node entry of surveys, no arguments": ["heedful/survey", ""],
  "manual entry of surveys, bytes": ["heedful/survey/manual", survey],
};

for (const [name, [entry, source]] of Object.entries(ways)) {
  test(name, () => {
    const script = `import { init, version } from "${entry}"; await init(${source}); process.stdout.write(version());`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname });
    assert.match(String(out), /^\d+\.\d+\.\d+$/);
  });
}

const root = process.env.HEEDFUL_ROOT;

/** Runs a script as a module that finds the installed package. */
function run(script) {
  const options = { cwd: import.meta.dirname, env: { ...process.env, HEEDFUL_ROOT: root } };
  return String(execFileSync(process.execPath, ["--input-type=module", "-e", script], options));
}

test("the README's code runs", () => {
  const blocks = [...readFileSync(`${root}/README.md`, "utf8").matchAll(/^```js\n(.*?)^```/gms)].map((block) => block[1]);
  assert.ok(blocks.length > 0);
  // Each by itself, as a reader takes it; where a line says what it prints it does.
  for (const block of blocks) {
    const printed = run(block).split("\n");
    for (const [, said] of block.matchAll(/^console\.log\(.*\); \/\/ (\[.*\]|[\d.]+|true)$/gm)) assert.ok(printed.includes(said), `${said} is not in ${printed}`);
  }
});

test("the example scores the sample", () => {
  const out = run(readFileSync(`${root}/examples/node/scores.mjs`, "utf8").replace("import.meta.url", '"file:///"'));
  assert.ok(out.trim().split("\n").length >= 3, out);
  assert.doesNotMatch(out, /NaN|undefined/);
});

test("the example takes cases from their opening to their end", () => {
  const out = run(readFileSync(`${root}/examples/node/cases.mjs`, "utf8"));
  assert.match(out, /assigned r3 to representative/);
  assert.match(out, /escalation .* to head of care/);
  assert.match(out, /illegal-transition/);
  assert.doesNotMatch(out, /NaN|undefined/);
});

test("zones of the module and of the host are one", () => {
  const script = (entry) => `
    import { init, trend } from "${entry}";
    await init();
    ${entry === "heedful/zoned" ? "delete globalThis.Intl;" : ""}
    const years = [1970, 1985, 1996, 2007, 2011, 2024, 2026, 2037, 2038, 2060];
    const rows = years.flatMap((year) => Array.from({ length: 366 }, (_, day) => ({ score: day % 11, at: new Date(Date.UTC(year, 0, 1 + day, (7 * day) % 24, 30)) })));
    const zones = ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"];
    for (const timeZone of zones) for (const row of trend(rows, { rating: "score", at: "at", every: "month", timeZone })) if (row.n > 0) console.log(timeZone, row.period, row.n, row.value);
    try { trend(rows, { rating: "score", at: "at", every: "month", timeZone: "Europe/Atlantis" }); } catch (error) { console.log(error.code, error.path); }
    try { trend(rows, { rating: "score", at: "at", every: "month", timeZone: 3 }); } catch (error) { console.log(error.code, error.path); }`;
  const own = run(script("heedful/zoned"));
  assert.ok(own.split("\n").length > 600, own);
  assert.match(own, /^time-zone timeZone$/m);
  assert.match(own, /^invalid-argument timeZone$/m);
  assert.equal(own, run(script("heedful")));
});
