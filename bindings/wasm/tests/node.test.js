import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as heedful from "heedful";
import * as manual from "heedful/manual";

import { cases } from "./cases.js";

const require = createRequire(import.meta.url);

test("before init, a call says what to do", () => {
  assert.throws(() => heedful.version(), /await init\(\)/);
});

test("a start that failed can be tried again", async () => {
  await assert.rejects(manual.init(new Uint8Array([0, 1, 2, 3])));
  await manual.init(await readFile(require.resolve("heedful/heedful.wasm")));
});

test("init without arguments, twice", async () => {
  await heedful.init();
  await heedful.init();
});

for (const [name, check] of cases(heedful, require("heedful/package.json"))) test(name, check);
