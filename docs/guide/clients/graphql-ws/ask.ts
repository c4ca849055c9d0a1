import { RequestFailed, type Ask, type Problem } from "../fetch/client.ts";

/** What the clients of graphql-ws and graphql-sse have in common. */
export interface Subscriber {
  subscribe<Data>(request: { query: string; variables: Record<string, unknown> }, sink: Sink<Data>): () => void;
}

interface Sink<Data> {
  next(result: { data?: Data | null | undefined; errors?: unknown }): void;
  error(error: unknown): void;
  complete(): void;
}

/** Return a function that asks over a client for subscriptions. */
export function askOver(client: Subscriber): Ask {
  return <Data>(query: string, variables = {}) =>
    new Promise<Data>((resolve, reject) => {
      client.subscribe<Data>(
        { query, variables },
        {
          next: ({ data, errors }) => (data && !errors ? resolve(data) : reject(failed(errors))),
          error: (error) => reject(failed(error)),
          complete: () => {},
        },
      );
    });
}

/** Return what went wrong: errors of GraphQL, or what the connection said, as it is. */
export function failed(error: unknown): unknown {
  return Array.isArray(error) ? new RequestFailed(200, error as Problem[]) : error;
}
