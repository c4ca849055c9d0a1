import { graphql } from "relay-runtime";

export const numbersQuery = graphql`
  query numbersQuery($filter: NumbersFilter, $count: Int!) {
    ...numbers_list @arguments(filter: $filter, count: $count)
  }
`;

export const numbersList = graphql`
  fragment numbers_list on Query
  @argumentDefinitions(
    filter: { type: "NumbersFilter" }
    count: { type: "Int!" }
    cursor: { type: "String" }
  )
  @refetchable(queryName: "numbersNextQuery") {
    numbers(filter: $filter, orderBy: NUMBER, first: $count, after: $cursor)
      @connection(key: "numbersList_numbers", filters: ["filter"]) {
      edges {
        node { id number status syncState }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
