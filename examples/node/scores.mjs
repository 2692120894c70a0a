// Scores of a CSV file by group, with intervals.
//
//   cargo xtask npm                                # packs the package into dist/
//   npm install ./dist/heedful-0.1.0.tgz
//   node examples/node/scores.mjs [FILE.csv RATING BY]
//
// Without a file it reads the bundled sample.
import { readFile } from "node:fs/promises";
import { init, score } from "heedful";
import { init as initReader, readCsv } from "heedful/read";

const sample = process.env.HEEDFUL_ROOT ? `${process.env.HEEDFUL_ROOT}/examples/data/sample.csv` : new URL("../data/sample.csv", import.meta.url);
const [file = sample, rating = "score", by = "plan"] = process.argv.slice(2);

await Promise.all([init(), initReader()]);
const responses = readCsv(await readFile(file), { rating, attributes: [by] });
const points = (value) => (value === null ? "-" : value.toFixed(1)).padStart(7);
for (const row of score(responses, { metric: "nps", by })) {
  console.log(String(row[by] ?? "(missing)").padEnd(16), points(row.value), points(row.lower), "to", points(row.upper), String(row.n).padStart(7));
}
