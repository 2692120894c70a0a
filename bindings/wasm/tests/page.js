// Bundled for the browser: the module is fetched from beside the bundle.
import * as act from "heedful/act";
import * as heedful from "heedful";
import * as health from "heedful/health";
import * as contact from "heedful/contact";
import * as money from "heedful/money";
import * as reader from "heedful/read";
import * as survey from "heedful/survey";
import taxonomy from "heedful/taxonomies/retail.en.json";
import * as text from "heedful/text";
import * as watch from "heedful/watch";
import * as why from "heedful/why";
import package_ from "heedful/package.json";

import { actCases } from "./act-cases.js";
import { alertCases } from "./alert-cases.js";
import { argumentCases } from "./argument-cases.js";
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
  await act.init();
  await money.init();
  await health.init();
  await watch.init();
  await contact.init();
  await survey.init();
  await why.init();
  await text.init();
  await reader.init();
  await heedful.init();
  return collect([
    ...cases({ heedful, reader, why, watch, contact, survey }, package_, memory),
    ...textCases(text, taxonomy),
    ...textVectorCases(text, heedful),
    ...watchCases(watch),
    ...whyCases(why),
    ...healthCases(health),
    ...contactCases(contact),
    ...actCases(act),
    ...alertCases({ act, health, watch }),
    ...argumentCases({ heedful, reader, why, watch, contact, survey, text, act, health, money }),
    ...moneyCases(money),
  ]);
}
