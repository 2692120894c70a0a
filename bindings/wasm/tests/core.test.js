// One module behind scores, files and comments, in node.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import * as heedful from "heedful";
import * as core from "heedful/core";
import * as reader from "heedful/read";
import * as text from "heedful/text";

import { coreCases } from "./core-cases.js";

await core.init();
for (const [name, check] of coreCases(core, { heedful, reader, text })) test(name, check);

test("entries that were started before keep their modules", () => {
  const script = `
    import * as heedful from "heedful";
    import * as core from "heedful/core";
    import * as text from "heedful/text";
    await text.init();
    await Promise.all([heedful.init(), core.init(), core.init()]);
    const mapper = new core.ReasonMapper({ id: "a", reasons: [{ id: "food", terms: ["pasta"] }] });
    mapper.fit(Array.from({ length: 40 }, (_, at) => at % 2 ? "late bus" : "good pasta"), Array.from({ length: 40 }, (_, at) => at % 2 ? "bus" : "food"));
    const bytes = mapper.toBytes();
    process.stdout.write(JSON.stringify([heedful.nps([10]).value, mapper.predict(["bus"]), Array.from(bytes), mapper.taxonomy]));`;
  const run = (script) => JSON.parse(String(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname })));
  const [value, predicted, bytes, taxonomy] = run(script);
  assert.deepEqual([value, predicted], [100, ["bus"]]);
  // What was trained there is told by the core alone.
  const told = run(`
    import { init, ReasonMapper } from "heedful/core";
    await init();
    const mapper = new ReasonMapper(${JSON.stringify(taxonomy)}, {}, new Uint8Array(${JSON.stringify(bytes)}));
    process.stdout.write(JSON.stringify(mapper.predict(["bus", "pasta"])));`);
  assert.deepEqual(told, ["bus", "food"]);
});
