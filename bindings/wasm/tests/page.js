// Bundled for the browser: the module is fetched from beside the bundle.
import * as heedful from "heedful";
import package_ from "heedful/package.json";

import { cases } from "./cases.js";
import { collect } from "./collect.js";
import { memory } from "./memory.js";

export async function run() {
  await heedful.init();
  return collect(cases(heedful, package_, memory));
}
