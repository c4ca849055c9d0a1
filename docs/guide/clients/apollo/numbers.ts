import type { ApolloClient, ObservableQuery } from "@apollo/client";
import { numbersDocument } from "../kit/documents.ts";
import type { NumbersFilter, NumbersQuery, NumbersQueryVariables } from "../kit/gql/graphql.ts";

type Numbers = ObservableQuery<NumbersQuery, NumbersQueryVariables>;

/** Watch a list of numbers; it begins with one page. */
export function watchNumbers(client: ApolloClient, filter: NumbersFilter, first = 50): Numbers {
  return client.watchQuery({ query: numbersDocument, variables: { filter, first } });
}

/** Fetch the next page into the list; return whether there was one. */
export async function fetchMore(list: Numbers): Promise<boolean> {
  const { data } = list.getCurrentResult();
  const page = data?.numbers?.pageInfo;
  if (!page?.hasNextPage) {
    return false;
  }
  await list.fetchMore({ variables: { after: page.endCursor } });
  return true;
}
