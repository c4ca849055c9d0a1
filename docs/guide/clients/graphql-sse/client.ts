import { createClient, type Client } from "graphql-sse";
import { fetchStream } from "../fetch/stream.ts";

/** Return a client that opens a stream for each operation, and opens it again when it is cut off. */
export function createStreams(address: string, token: () => string, pause = 1_000, patience = 30_000): Client {
  return createClient({
    url: `${address}/graphql`,
    headers: () => ({ authorization: `Bearer ${token()}` }),
    retryAttempts: Infinity,
    retry: (retries) => {
      const longer = pause * 2 ** Math.min(retries, 5) * (0.5 + Math.random());
      return new Promise((resolve) => setTimeout(resolve, longer));
    },
    fetchFn: async (url: string, request: RequestInit) => told(await fetchStream(url, request, patience)),
  });
}

/** Return a refusal, such as that of a bad token, as a result: the client would send the request again and again. */
async function told(response: Response): Promise<Response> {
  const isRefusal = response.status >= 400 && response.headers.get("content-type")?.includes("json");
  return isRefusal ? new Response(`event: next\ndata: ${await response.text()}\n\nevent: complete\ndata:\n\n`) : response;
}
