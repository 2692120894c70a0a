// Exports of survey tools by presets, on the files that every language reads.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { init, readCsv, readJson } from "heedful/read";

const folder = join(process.env.HEEDFUL_ROOT, "tests/exports");
const cases = JSON.parse(await readFile(join(folder, "expected.json"), "utf8"));

for (const { file, error, path, ...expected } of cases) {
  test(`export: ${file}`, async () => {
    await init();
    const bytes = await readFile(join(folder, file));
    const read = () => (/\.jsonl?$/.test(file) ? readJson : readCsv)(bytes, { preset: "auto" });
    if (error) return assert.throws(read, { code: error, path });
    const { recognised, roles, columns, rows } = read();
    assert.deepEqual([recognised.preset, recognised.headerRows, rows], [expected.preset, expected.header_rows, expected.rows]);
    for (const role of ["rating", "at", "comment", "customer"]) assert.equal(roles[role] ?? null, expected[role], role);
    const attributes = recognised.columns.filter(({ role }) => role === "attribute").map(({ column }) => column);
    assert.deepEqual(attributes, expected.attributes);
    if (!expected.rating) return;
    assert.equal(columns[expected.comment][0], expected.first_comment);
    assert.equal(columns[expected.rating].filter((rating) => rating === null).length, expected.missing);
  });
}
