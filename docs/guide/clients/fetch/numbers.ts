import type { Ask } from "./client.ts";

export interface NumberRow {
  id: string;
  number: string;
  status: string;
  syncState: string;
}

interface Page {
  numbers: { nodes: NumberRow[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

const NUMBERS_PAGE = /* GraphQL */ `
  query NumbersPage($filter: NumbersFilter, $first: Int, $after: String) {
    numbers(filter: $filter, orderBy: NUMBER, first: $first, after: $after) {
      nodes { id number status syncState }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** Go through all numbers of a service, a page at a time. */
export async function* numbersOf(ask: Ask, service: string, first = 100): AsyncGenerator<NumberRow[]> {
  let after: string | null = null;
  do {
    const page: Page = await ask<Page>(NUMBERS_PAGE, { filter: { service: { id: service } }, first, after });
    yield page.numbers.nodes;
    after = page.numbers.pageInfo.hasNextPage ? page.numbers.pageInfo.endCursor : null;
  } while (after);
}
