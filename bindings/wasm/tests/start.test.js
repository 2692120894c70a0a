// One process per way of starting, since the engine starts once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const read = 'await (await import("node:fs/promises")).readFile(new URL(import.meta.resolve("heedful/heedful.wasm")))';
const ways = {
  "node entry, no arguments": ["heedful", ""],
  "node entry, bytes": ["heedful", read],
  "manual entry, bytes": ["heedful/manual", read],
  "manual entry, compiled module": ["heedful/manual", `new WebAssembly.Module(${read})`],
};

for (const [name, [entry, source]] of Object.entries(ways)) {
  test(name, () => {
    const script = `import { init, version } from "${entry}"; await init(${source}); process.stdout.write(version());`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname });
    assert.match(String(out), /^\d+\.\d+\.\d+$/);
  });
}
