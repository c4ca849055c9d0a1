// Starts GraphiQL: its tabs, its headers and the way it reaches the API.
"use strict";

// Tabs and history hold bearer tokens, so they end with the browser tab. localStorage would also bring in the
// tabs of any other project once served from this host and port.
const storage = sessionStorage;
const FIRST_KEY = "numberline:firstQueries";
const HEADERS_KEY = "numberline:headers";
const TABS_KEY = "graphiql:tabState";

// The server gives variables and headers as objects; the editors hold text.
function asText(value) {
  return value && Object.keys(value).length ? JSON.stringify(value, null, 2) : "";
}

function asTab({ query, variables, headers }) {
  return { query, variables: asText(variables), headers: asText(headers) };
}

async function loadConfig() {
  const response = await fetch("graphiql/config.json");
  if (!response.ok) {
    throw new Error(`graphiql/config.json answered ${response.status}`);
  }
  return response.json();
}

// Every load brings a new reference, new numbers and a new token. Who reloads the page wants to go on where they are:
// their tabs stay, with the new token in the place of the old one. Tabs of another release are replaced.
function keepTabs(tabs, headers) {
  const queries = JSON.stringify(tabs.map((tab) => tab.query));
  const kept = storage.getItem(TABS_KEY);
  if (kept !== null && storage.getItem(FIRST_KEY) === queries) {
    const state = JSON.parse(kept);
    for (const tab of state.tabs.filter((tab) => tab.headers === storage.getItem(HEADERS_KEY))) {
      tab.headers = headers;
    }
    storage.setItem(TABS_KEY, JSON.stringify(state));
  } else {
    storage.removeItem(TABS_KEY);
  }
  storage.setItem(FIRST_KEY, queries);
  storage.setItem(HEADERS_KEY, headers);
}

// GraphiQL fills its editors from these three keys, not from the tab, and adds a tab when the two differ.
function showTab(tabs) {
  const kept = JSON.parse(storage.getItem(TABS_KEY));
  const tab = kept ? kept.tabs[kept.activeTabIndex] : tabs[0];
  for (const name of ["query", "variables", "headers"]) {
    storage.setItem(`graphiql:${name}`, tab?.[name] ?? "");
  }
}

// GraphiQL writes its tabs half a second after a change, and would so bring back what is removed here.
function startOver() {
  storage.setItem(FIRST_KEY, "");
  location.reload();
}

// For each subscription createFetcher opens a graphql-transport-ws connection whose connection_init payload
// is the content of the headers editor at that moment.
function createFetcher() {
  const api = new URL(location.pathname, location.origin);
  const socket = new URL(api);
  socket.protocol = api.protocol.replace("http", "ws");
  const fetcher = GraphiQL.createFetcher({
    url: api.href,
    subscriptionUrl: socket.href,
    enableIncrementalDelivery: false,
  });
  return (parameters, options) => fetcher(...upToDate(parameters, { ...options, headers: filledIn(options?.headers) }));
}

// GraphiQL looks at a document 100 ms after it was shown: who changes tabs and presses play at once would run the
// operation of the tab before.
function upToDate(parameters, options) {
  let documentAST;
  try {
    documentAST = GraphiQL.GraphQL.parse(parameters.query);
  } catch {
    return [parameters, options]; // The server says what is wrong with it.
  }
  const names = documentAST.definitions.filter(({ operation }) => operation).map(({ name }) => name?.value);
  const operationName = names.includes(parameters.operationName) ? parameters.operationName : names[0];
  return [{ ...parameters, operationName }, { ...options, documentAST }];
}

// Parentheses in an Authorization header are to be filled in: sent, they would refuse even the documentation.
function filledIn(headers) {
  const given = Object.entries(headers ?? {});
  return Object.fromEntries(given.filter(([name, value]) => name !== "Authorization" || !value.includes("(")));
}

function heading() {
  const settings = { type: "button", className: "start-over", onClick: startOver };
  const button = React.createElement("button", settings, "Start over");
  return React.createElement(GraphiQL.Logo, null, React.createElement("span", null, "Numberline "), button);
}

async function start() {
  const config = await loadConfig();
  const tabs = (config.tabs ?? []).map(asTab);
  const headers = asText(config.headers);
  keepTabs(tabs, headers);
  showTab(tabs);
  const settings = {
    fetcher: createFetcher(),
    storage,
    defaultTabs: tabs.length ? tabs : undefined,
    defaultHeaders: headers,
    shouldPersistHeaders: true,
    defaultEditorToolsVisibility: "variables",
    inputValueDeprecation: true,
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
  };
  const graphiql = React.createElement(GraphiQL, settings, heading());
  ReactDOM.createRoot(document.getElementById("graphiql")).render(graphiql);
}

start().catch((error) => {
  document.querySelector("#graphiql p").textContent = `GraphiQL could not start: ${error.message}`;
});
