// `heedful/core` bundled for the browser, in a page of its own.
import * as heedful from "heedful";
import * as core from "heedful/core";
import * as reader from "heedful/read";
import * as text from "heedful/text";

import { collect } from "./collect.js";
import { coreCases } from "./core-cases.js";

export async function run() {
  await core.init();
  return collect(coreCases(core, { heedful, reader, text }));
}
