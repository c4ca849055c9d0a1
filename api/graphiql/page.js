// Starts GraphiQL: its tabs, its headers and the way it reaches the API.
"use strict";

// Tabs and history hold bearer tokens, so they end with the browser tab. localStorage would also bring in the
// tabs of any other project once served from this host and port.
const storage = sessionStorage;
const CONFIG_KEY = "graphiql:config";
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

// New default tabs (and new tokens in them) replace what the last visit left; the same ones keep it.
function forgetOldTabs(config) {
  const text = JSON.stringify(config);
  if (storage.getItem(CONFIG_KEY) !== text) {
    storage.removeItem(TABS_KEY);
    storage.setItem(CONFIG_KEY, text);
  }
}

// GraphiQL fills its editors from these three keys, not from the tab, and adds a tab when the two differ.
function showTab(tabs) {
  const kept = JSON.parse(storage.getItem(TABS_KEY));
  const tab = kept ? kept.tabs[kept.activeTabIndex] : tabs[0];
  for (const name of ["query", "variables", "headers"]) {
    storage.setItem(`graphiql:${name}`, tab?.[name] ?? "");
  }
}

// For each subscription createFetcher opens a graphql-transport-ws connection whose connection_init payload
// is the content of the headers editor at that moment.
function createFetcher() {
  const api = new URL(location.pathname, location.origin);
  const socket = new URL(api);
  socket.protocol = api.protocol.replace("http", "ws");
  return GraphiQL.createFetcher({
    url: api.href,
    subscriptionUrl: socket.href,
    enableIncrementalDelivery: false,
  });
}

async function start() {
  const config = await loadConfig();
  const tabs = (config.tabs ?? []).map(asTab);
  forgetOldTabs(config);
  showTab(tabs);
  const graphiql = React.createElement(GraphiQL, {
    fetcher: createFetcher(),
    storage,
    defaultTabs: tabs.length ? tabs : undefined,
    defaultHeaders: asText(config.headers),
    shouldPersistHeaders: true,
    inputValueDeprecation: true,
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
  });
  ReactDOM.createRoot(document.getElementById("graphiql")).render(graphiql);
}

start().catch((error) => {
  document.querySelector("#graphiql p").textContent = `GraphiQL could not start: ${error.message}`;
});
