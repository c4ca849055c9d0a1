// Walks through GraphiQL in headless Chromium as a newcomer would; prints what each step has shown.
// Arguments: the address of our server, the address of Control Hub, where to put the screenshot.
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [address, controlHub, screenshot] = process.argv.slice(2);
const home = new Set([address, controlHub].map((url) => new URL(url).origin));
// Not chromium.args: those run all of it in one process with WebGL, ten times slower, and without web security.
const ARGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"];
const strays = [];
const complaints = [];

function print(step) {
  console.log(JSON.stringify(step));
}

async function launched() {
  try {
    return await puppeteer.launch({ args: ARGS, executablePath: await chromium.executablePath(), headless: "shell" });
  } catch (error) {
    print({ unavailable: error.message.trim().split("\n").slice(0, 2).join(" ") });
    process.exit(0);
  }
}

// What the page asks of anybody but the two servers is refused and noted; so is whatever it complains of.
async function opened(browser, url) {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.setViewport({ width: 1440, height: 900 });
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (home.has(origin) || protocol === "data:") {
      request.continue();
    } else {
      strays.push(request.url());
      request.abort();
    }
  });
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(`${message.text()} ${message.location().url ?? ""}`);
  });
  page.on("pageerror", (error) => complaints.push(error.stack ?? String(error)));
  const session = await page.createCDPSession();
  await session.send("Network.enable");
  session.on("Network.webSocketCreated", ({ url: socket }) => {
    if (!home.has(new URL(socket).origin.replace("ws", "http"))) strays.push(socket);
  });
  await page.goto(url);
  return page;
}

const tabs = (page) => page.$$eval(".graphiql-tab-button", (found) => found.map((tab) => tab.textContent.trim()));

// Waits until an editor holds a text; returns all of it.
async function until(page, editor, wanted) {
  const holds = (selector, part) => {
    const found = document.querySelector(`${selector} .CodeMirror`)?.CodeMirror.getValue() ?? "";
    return found.includes(part) && found;
  };
  const found = await page.waitForFunction(holds, { polling: 50 }, editor, wanted);
  return found.jsonValue();
}

const QUERY = ".graphiql-query-editor";
const VARIABLES = ".graphiql-editor-tool";
const RESPONSE = ".graphiql-response";

async function choose(page, place) {
  const buttons = await page.$$(".graphiql-tab-button");
  await buttons[place].click();
  await until(page, QUERY, `# ${place + 1} of `);
}

async function run(page, wanted) {
  await page.click(".graphiql-execute-button");
  return JSON.parse(await until(page, RESPONSE, wanted));
}

// The administrator's part: our page, Control Hub's page, and back.
async function consented(browser, link) {
  const page = await opened(browser, link);
  await Promise.all([page.waitForNavigation(), page.click("button")]);
  await Promise.all([page.waitForNavigation(), page.click('button[value="approve"]')]);
  const title = await page.$eval("h1", (heading) => heading.textContent);
  await page.close();
  return title;
}

async function reference(page) {
  await choose(page, 1);
  return JSON.parse(await until(page, VARIABLES, '"ref"')).ref;
}

async function pane(page, name, content) {
  await page.click(`button[aria-label="Show ${name}"]`);
  const found = await page.waitForSelector(content);
  return found.evaluate((element) => element.textContent);
}

const browser = await launched();
try {
  const page = await opened(browser, `${address}/graphql`);
  await page.waitForSelector(".graphiql-tab-button");
  const names = await tabs(page);
  print({ tabs: names });
  for (const [place, name] of names.entries()) {
    await choose(page, place);
    const answer = await run(page, name === "Follow" ? '"READY"' : "{");
    print({ name, answer });
    if (name === "Consent") print({ thanks: await consented(browser, answer.data.service.invitation.developmentLink) });
    if (name === "Follow") await page.screenshot({ path: screenshot });
  }
  print({ documentation: await pane(page, "Documentation Explorer", ".graphiql-doc-explorer-content") });
  print({ explorer: await pane(page, "GraphiQL Explorer", ".graphiql-explorer-root, .docExplorerWrap") });
  for (const place of names.keys()) await choose(page, place); // The explorer complains of what it cannot show.

  // Still in the last tab: what is chosen in the explorer is in the query, and soon in what is kept.
  await page.click('.graphiql-explorer-root [data-field-name="acquiredAt"], .docExplorerWrap [data-field-name="acquiredAt"]');
  await until(page, QUERY, "acquiredAt");
  await page.waitForFunction(() => sessionStorage.getItem("graphiql:tabState").includes("acquiredAt"));
  const first = await reference(page);
  await page.reload();
  await page.waitForSelector(".graphiql-tab-button");
  const kept = { tabs: await tabs(page), reference: await reference(page) };
  await (await page.$$(".graphiql-tab-button")).at(-1).click();
  await until(page, QUERY, "acquiredAt");
  await Promise.all([page.waitForNavigation(), page.click(".start-over")]);
  await page.waitForSelector(".graphiql-tab-button");
  print({ reloaded: kept.reference === first && kept.tabs.length, overAgain: (await reference(page)) !== first });
  print({ strays, complaints });
} finally {
  await browser.close();
}
