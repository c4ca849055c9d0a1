import {
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  type FetchFunction,
  type PayloadData,
  type SubscribeFunction,
} from "relay-runtime";
import { read } from "../fetch/client.ts";
import { failed } from "../graphql-ws/ask.ts";
import { createSocket } from "../graphql-ws/client.ts";
import { resuming } from "../kit/resuming.ts";

export function createRelay(address: string, token: () => string): Environment {
  const subscribe = resuming(createSocket(address, token));
  const ask: FetchFunction = async ({ text: query }, variables, _, uploadables) => {
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token()}`,
        accept: "application/graphql-response+json",
        ...(uploadables ? { "GraphQL-Require-Preflight": "1" } : { "content-type": "application/json" }),
      },
      body: uploadables
        ? multipart({ query, variables }, uploadables)
        : JSON.stringify({ query, variables }),
    });
    return { data: await read<PayloadData>(response) };
  };
  const follow: SubscribeFunction = ({ text: query }, variables) =>
    Observable.create((sink) => subscribe({ query: query!, variables }, {
      next: ({ data, errors }) => (errors ? sink.error(failed(errors) as Error) : sink.next({ data })),
      error: (error) => sink.error(failed(error) as Error),
      complete: () => sink.complete(),
    }));
  return new Environment({ network: Network.create(ask, follow), store: new Store(new RecordSource()) });
}

/** Write a request with files, each under its place among the variables. */
function multipart(operations: object, files: Record<string, Blob>): FormData {
  const body = new FormData();
  body.set("operations", JSON.stringify(operations));
  body.set("map", JSON.stringify(Object.fromEntries(Object.keys(files).map((path) => [path, [path]]))));
  for (const [path, file] of Object.entries(files)) {
    body.set(path, file);
  }
  return body;
}
