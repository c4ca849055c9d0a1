/** Fetch a stream that fails when it says nothing for too long; the server breaks each silence after 12 seconds. */
export async function fetchStream(url: string, request: RequestInit, patience: number): Promise<Response> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => clearTimeout(timer);
  const heard = () => {
    rest();
    timer = setTimeout(() => silence.abort(new TypeError("The server says nothing")), patience);
  };
  request.signal?.addEventListener("abort", rest);
  heard();
  const signal = AbortSignal.any([silence.signal, ...(request.signal ? [request.signal] : [])]);
  const response = await fetch(url, { ...request, signal }).finally(rest);
  heard();
  const listening = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, further) {
      heard();
      further.enqueue(part);
    },
    flush: rest,
  });
  return new Response(response.body?.pipeThrough(listening), response);
}
