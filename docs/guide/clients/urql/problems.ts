import { CombinedError } from "@urql/core";
import type { Problem } from "../fetch/client.ts";

/** Return what the server has to say; nothing where it was not reached. */
export function problemsOf(error: unknown): readonly Problem[] {
  return error instanceof CombinedError ? (error.graphQLErrors as unknown as Problem[]) : [];
}
