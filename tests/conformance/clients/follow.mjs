// Follows a subscription with the client of graphql-sse or graphql-ws; prints each result as a line of JSON.
// When it is cut off, the client connects again by itself and goes on where it was.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";

const [transport, address, token, query, variables] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const request = { query, variables: JSON.parse(variables) };
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
const retryAttempts = 1000;
let cursor;

const clients = {
  // As the EventSource of a browser does it: by a header.
  sse: () =>
    createSseClient({
      url: address,
      retryAttempts,
      retry: soon,
      headers: () => ({ authorization, ...(cursor && { "last-event-id": cursor }) }),
    }),
  // By the argument: the request is sent again as it is then.
  ws: () =>
    createWsClient({
      url: address.replace("http", "ws"),
      retryAttempts,
      retryWait: soon,
      shouldRetry: () => true,
      connectionParams: { authorization },
    }),
};

for await (const result of clients[transport]().iterate(request)) {
  console.log(JSON.stringify(result));
  cursor = Object.values(result.data ?? {})[0]?.cursor;
  if (transport === "ws") {
    request.variables.after = cursor;
  }
}
process.exit();
