import { CombinedGraphQLErrors } from "@apollo/client/errors";
import type { Problem } from "../fetch/client.ts";

/** Return what the server has to say; nothing where it was not reached. */
export function problemsOf(error: unknown): readonly Problem[] {
  return CombinedGraphQLErrors.is(error) ? (error.errors as unknown as Problem[]) : [];
}
