import { createClient, type Client } from "graphql-ws";

/** Return a client that connects again whenever it is cut off, and keeps its operations. */
export function createSocket(address: string, token: () => string, pause = 1_000, patience = 15_000): Client {
  let waiting: ReturnType<typeof setTimeout>;
  const client = createClient({
    url: `${address.replace(/^http/, "ws")}/graphql`,
    connectionParams: () => ({ authorization: `Bearer ${token()}` }),
    keepAlive: (patience * 2) / 3,
    retryAttempts: Infinity,
    retryWait: (retries) => {
      const longer = pause * 2 ** Math.min(retries, 5) * (0.5 + Math.random());
      return new Promise((resolve) => setTimeout(resolve, longer));
    },
    // A network that is away is an error event in browsers, not a closing with a code; 4403: the token is not good.
    shouldRetry: (problem) => (problem as Partial<CloseEvent>).code !== 4403,
    on: {
      // A network can go away without a word: then no pong comes back.
      ping: (received) => {
        if (!received) {
          waiting = setTimeout(() => client.terminate(), patience / 3);
        }
      },
      pong: (received) => {
        if (received) {
          clearTimeout(waiting);
        }
      },
      closed: () => clearTimeout(waiting),
    },
  });
  return client;
}
