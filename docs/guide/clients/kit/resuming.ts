interface Request {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
}

/** A result in the words of any client. */
interface Result {
  data?: any;
  errors?: any;
  extensions?: any;
}

interface Sink {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

/** What the clients of graphql-ws and graphql-sse have in common. */
interface Subscriber {
  subscribe(request: Request, sink: Sink): () => void;
}

/** Let each subscription go on where it was when it is sent again: after the last `cursor` that came. */
export function resuming(client: Subscriber): Subscriber["subscribe"] {
  return (request, sink) => {
    const variables: Record<string, unknown> = { ...request.variables };
    return client.subscribe({ ...request, variables }, {
      next: (result) => {
        variables["after"] = cursorOf(result.data) ?? variables["after"];
        sink.next(result);
      },
      error: (error) => sink.error(error),
      complete: () => sink.complete(),
    });
  };
}

/** Return the cursor of an event; a subscription has one field. */
function cursorOf(data: object | null | undefined): unknown {
  const [event] = Object.values(data ?? {}) as { cursor?: unknown }[];
  return event?.cursor;
}
