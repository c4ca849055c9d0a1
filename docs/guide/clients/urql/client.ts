import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createStreams } from "../graphql-sse/client.ts";
import { createSocket } from "../graphql-ws/client.ts";
import { resuming } from "../kit/resuming.ts";

/** Return a client whose subscriptions go over a WebSocket or, where that is not let through, over server-sent events. */
export function createUrql(address: string, token: () => string, transport: "socket" | "streams" = "socket"): Client {
  const create = { socket: createSocket, streams: createStreams }[transport];
  const subscribe = resuming(create(address, token));
  return new Client({
    url: `${address}/graphql`,
    preferGetMethod: false,
    fetchOptions: () => ({
      headers: { authorization: `Bearer ${token()}`, "GraphQL-Require-Preflight": "1" },
    }),
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables }) => ({
          subscribe: (sink) => ({ unsubscribe: subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
}
