import { Client, fetchExchange } from "@urql/core";

/** Return a client that needs no package for its subscriptions. They end where the network is lost. */
export function createPlainUrql(address: string, token: () => string): Client {
  return new Client({
    url: `${address}/graphql`,
    preferGetMethod: false,
    fetchSubscriptions: true,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${token()}`, "GraphQL-Require-Preflight": "1" } }),
    exchanges: [fetchExchange],
  });
}
