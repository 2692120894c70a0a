// Bundled for the browser: the module travels inside the bundle, nothing is fetched.
import * as heedful from "heedful/manual";
import bytes from "heedful/heedful.wasm";
import * as act from "heedful/act/manual";
import actBytes from "heedful/act.wasm";
import * as money from "heedful/money/manual";
import moneyBytes from "heedful/money.wasm";
import * as health from "heedful/health/manual";
import healthBytes from "heedful/health.wasm";
import * as contact from "heedful/contact/manual";
import contactBytes from "heedful/contact.wasm";
import * as reader from "heedful/read/manual";
import readBytes from "heedful/read.wasm";
import * as survey from "heedful/survey/manual";
import surveyBytes from "heedful/survey.wasm";
import taxonomy from "heedful/taxonomies/retail.en.json";
import * as text from "heedful/text/manual";
import textBytes from "heedful/text.wasm";
import * as watch from "heedful/watch/manual";
import watchBytes from "heedful/watch.wasm";
import * as why from "heedful/why/manual";
import whyBytes from "heedful/why.wasm";
import package_ from "heedful/package.json";

import { actCases } from "./act-cases.js";
import { cases } from "./cases.js";
import { collect } from "./collect.js";
import { healthCases } from "./health-cases.js";
import { contactCases } from "./contact-cases.js";
import { memory } from "./memory.js";
import { moneyCases } from "./money-cases.js";
import { textCases } from "./text-cases.js";
import { textVectorCases } from "./vector-cases.js";
import { watchCases } from "./watch-cases.js";
import { whyCases } from "./why-cases.js";

export async function run() {
  // The module that starts last is the one whose memory is watched.
  await act.init(actBytes);
  await money.init(moneyBytes);
  await health.init(healthBytes);
  await watch.init(watchBytes);
  await contact.init(contactBytes);
  await survey.init(surveyBytes);
  await why.init(whyBytes);
  await text.init(textBytes);
  await reader.init(readBytes);
  await heedful.init(bytes);
  return collect([
    ...cases({ heedful, reader, why, watch, contact, survey }, package_, memory),
    ...textCases(text, taxonomy),
    ...textVectorCases(text, heedful),
    ...watchCases(watch),
    ...whyCases(why),
    ...healthCases(health),
    ...contactCases(contact),
    ...actCases(act),
    ...moneyCases(money),
  ]);
}
