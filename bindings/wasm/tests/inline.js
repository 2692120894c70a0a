// Bundled for the browser: the module travels inside the bundle, nothing is fetched.
import * as heedful from "heedful/manual";
import bytes from "heedful/heedful.wasm";
import package_ from "heedful/package.json";

import { cases } from "./cases.js";
import { collect } from "./collect.js";
import { memory } from "./memory.js";

export async function run() {
  await heedful.init(bytes);
  return collect(cases(heedful, package_, memory));
}
