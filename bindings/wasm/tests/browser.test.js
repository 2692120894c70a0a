// The package in Chromium: bundled as a user would bundle it, served from localhost, the shared cases run in the page.
import assert from "node:assert/strict";
import { copyFile, cp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

// The tools are the repository's; the package under test is the installed one.
const tools = createRequire(process.env.HEEDFUL_TOOLS);
const { chromium } = tools("playwright-core");
const esbuild = tools("esbuild");

const here = import.meta.dirname;
const site = join(here, "site");
const examples = join(process.env.HEEDFUL_ROOT, "examples");
const types = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

let server, browser, origin;

before(async () => {
  const common = { bundle: true, format: "esm", target: "es2022", outdir: site, logLevel: "warning" };
  await esbuild.build({ ...common, entryPoints: [join(here, "page.js"), join(here, "core-page.js")] });
  await esbuild.build({ ...common, entryPoints: [join(here, "inline.js")], loader: { ".wasm": "binary" } });
  // A bundler without support for `new URL(..., import.meta.url)` needs the modules beside its bundle.
  const module = fileURLToPath(import.meta.resolve("heedful/heedful.wasm"));
  const modules = ["heedful", "act", "contact", "core", "health", "money", "read", "survey", "text", "watch", "why"].map((name) => `${name}.wasm`);
  for (const name of modules) await copyFile(join(dirname(module), name), join(site, name));
  // The example runs without a bundler, on the package as it is installed.
  await cp(dirname(module), join(site, "node_modules/heedful/dist"), { recursive: true });
  await copyFile(join(examples, "browser/scores/index.html"), join(site, "scores.html"));

  server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    try {
      const body = path === "/" ? "<!doctype html><title>heedful</title>" : await readFile(join(site, path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "text/html" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROME, args });
});

after(async () => {
  await browser?.close();
  server?.close();
});

for (const bundle of ["page.js", "core-page.js", "inline.js"]) {
  test(`Chromium, ${bundle}`, async (t) => {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(origin);
    const results = await page.evaluate(async (url) => (await import(url)).run(), `${origin}/${bundle}`);
    assert.ok(results.length > 0);
    for (const [name, error] of results) await t.test(name, () => assert.equal(error, null));
    assert.deepEqual(errors, []);
    await page.close();
  });
}

test("the example scores a file that is chosen", async () => {
  const page = await browser.newPage();
  await page.goto(`${origin}/scores.html`);
  await page.setInputFiles("[name=file]", join(examples, "data/sample.csv"));
  await page.click("button");
  await page.waitForSelector("table:not([hidden])");
  const groups = await page.locator("tbody tr td:first-child").allTextContents();
  assert.deepEqual(groups, ["basic", "free", "pro", "(missing)"]);
  assert.equal(await page.textContent("[role=status]"), "2000 responses");
  await page.fill("[name=by]", "nothing");
  await page.click("button");
  await page.waitForSelector("table", { state: "hidden" });
  assert.match(await page.textContent("[role=status]"), /no such column/);
  await page.close();
});
