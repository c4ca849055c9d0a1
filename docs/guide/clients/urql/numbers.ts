import type { Client } from "@urql/core";
import { numbersDocument } from "../kit/documents.ts";
import type { NumbersFilter, NumbersQuery } from "../kit/gql/graphql.ts";

export type NumberRow = NumbersQuery["numbers"]["edges"][number]["node"];

/** Go through all numbers of a filter, a page at a time. */
export async function* numbersOf(client: Client, filter: NumbersFilter, first = 50): AsyncGenerator<NumberRow[]> {
  let after: string | null = null;
  do {
    const { data, error } = await client.query(numbersDocument, { filter, first, after }).toPromise();
    if (!data) {
      throw error;
    }
    yield data.numbers.edges.map((edge) => edge.node);
    after = data.numbers.pageInfo.hasNextPage ? data.numbers.pageInfo.endCursor : null;
  } while (after);
}
