/** Asks for something: a document and its variables. */
export type Ask = <Data>(document: string, variables?: Record<string, unknown>) => Promise<Data>;

// #region errors
/** What GraphQL has to say: compare `extensions.code`, show `message`. */
export interface Problem {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; retryable?: boolean; correlationId?: string };
}

/** The request did not run, or not to its end. */
export class RequestFailed extends Error {
  readonly status: number;
  readonly problems: Problem[];

  constructor(status: number, problems: Problem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.status = status;
    this.problems = problems;
  }

  get codes(): string[] {
    return this.problems.map((problem) => problem.extensions.code);
  }

  /** Whether the very same request may go well in a moment. */
  get isPassing(): boolean {
    return this.problems.some((problem) => problem.extensions.retryable);
  }
}

export interface UserError {
  code: string;
  message: string;
  path: readonly string[];
}

/** A mutation was refused, and nothing was done: show each message at the field of the form that `path` names. */
export class Refused extends Error {
  readonly userErrors: readonly UserError[];

  constructor(userErrors: readonly UserError[]) {
    super(userErrors.map((error) => error.message).join("\n"));
    this.userErrors = userErrors;
  }
}

/** Return the payload of a mutation that was done. */
export function done<Payload extends { readonly userErrors: readonly UserError[] }>(payload: Payload): Payload {
  if (payload.userErrors.length > 0) {
    throw new Refused(payload.userErrors);
  }
  return payload;
}
// #endregion

// #region ask
/** Return a function that asks a server; the token is asked for anew with each request. */
export function createAsk(address: string, token: () => string): Ask {
  return async <Data>(document: string, variables = {}) => {
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token()}`,
        accept: "application/graphql-response+json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ query: document, variables }),
    });
    return read<Data>(response);
  };
}

/** Return the data of an answer. */
export async function read<Data>(response: Response): Promise<Data> {
  if (!response.headers.get("content-type")?.includes("json")) {
    // Not from Numberline but from something on the way, such as a proxy.
    const extensions = { code: "NO_ANSWER", retryable: response.status >= 502 };
    throw new RequestFailed(response.status, [{ message: `HTTP ${response.status}`, extensions }]);
  }
  const answer = (await response.json()) as { data?: Data; errors?: Problem[] };
  if (answer.errors || answer.data === undefined) {
    throw new RequestFailed(response.status, answer.errors ?? []);
  }
  return answer.data;
}
// #endregion

// #region patiently
/** Try until there is an answer, for what may be sent twice: queries, and mutations with an idempotency key. */
export async function patiently<Answer>(attempt: () => Promise<Answer>, pause = 1_000, attempts = 6): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      // A TypeError is how fetch says that there was no answer.
      const isPassing = error instanceof RequestFailed ? error.isPassing : error instanceof TypeError;
      if (tried === attempts || !isPassing) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pause * 2 ** (tried - 1) * (0.5 + Math.random())));
  }
}
// #endregion
