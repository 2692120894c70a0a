// Bundled for the browser: the module is fetched from beside the bundle.
import * as heedful from "heedful";
import * as reader from "heedful/read";
import package_ from "heedful/package.json";

import { cases } from "./cases.js";
import { collect } from "./collect.js";
import { memory } from "./memory.js";

export async function run() {
  // The module that starts last is the one whose memory is watched.
  await reader.init();
  await heedful.init();
  return collect(cases(heedful, reader, package_, memory));
}
