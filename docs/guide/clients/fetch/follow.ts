import { read, RequestFailed, type Problem } from "./client.ts";
import { fetchStream } from "./stream.ts";

// #region follow
/** Follow a subscription to its end. Where the connection is lost, it is made again and goes on where it was. */
export async function* follow<Data>(
  address: string,
  token: () => string,
  query: string,
  variables: Record<string, unknown>,
  pause = 1_000,
  patience = 30_000,
): AsyncGenerator<Data> {
  let lastEventId = "";
  for (;;) {
    const leaving = new AbortController();
    try {
      const request = {
        method: "POST",
        headers: {
          authorization: `Bearer ${token()}`,
          accept: "text/event-stream",
          "content-type": "application/json",
          ...(lastEventId && { "last-event-id": lastEventId }),
        },
        body: JSON.stringify({ query, variables }),
        signal: leaving.signal,
      };
      const response = await fetchStream(`${address}/graphql`, request, patience);
      if (!response.ok) {
        await read(response);
      }
      for await (const event of events(response)) {
        if (event.kind === "complete") {
          return;
        }
        lastEventId = event.id || lastEventId;
        const { data, errors } = JSON.parse(event.data) as { data?: Data; errors?: Problem[] };
        if (errors || !data) {
          throw new RequestFailed(200, errors ?? []);
        }
        yield data;
      }
    } catch (error) {
      const isRefusal = error instanceof RequestFailed && !error.isPassing;
      if (isRefusal || !(error instanceof RequestFailed || error instanceof TypeError)) {
        throw error;
      }
    } finally {
      leaving.abort(); // also where the caller has left the loop: the connection is closed
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
  }
}
// #endregion

// #region events
/** Read the events of a stream; a comment, such as a heartbeat, is none. */
async function* events(response: Response): AsyncGenerator<{ kind: string; id: string; data: string }> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (text + part.value).split("\n\n");
    text = blocks.pop()!;
    for (const block of blocks.filter((one) => !one.startsWith(":"))) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1] ?? "";
      yield { kind: field("event"), id: field("id"), data: field("data") };
    }
  }
}
// #endregion
