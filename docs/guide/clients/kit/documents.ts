import { graphql } from "./gql/index.ts";

export const numbersDocument = graphql(`
  query Numbers($filter: NumbersFilter, $first: Int!, $after: String) {
    numbers(filter: $filter, orderBy: NUMBER, first: $first, after: $after) {
      edges { node { id number status syncState } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const uploadFileDocument = graphql(`
  mutation UploadFile($input: NumbersUploadInput!) {
    numbersUpload(input: $input) {
      upload { id status }
      userErrors { code message path }
    }
  }
`);

export const uploadDocument = graphql(`
  query Upload($id: ID!) {
    upload(by: { id: $id }) {
      id
      status
      counts { submitted pending added failed }
    }
  }
`);

export const uploadProgressDocument = graphql(`
  subscription UploadProgress($id: ID!, $after: String) {
    uploadProgressed(upload: { id: $id }, after: $after) {
      cursor
      status
      counts { submitted pending added failed }
      upload {
        id
        status
        counts { submitted pending added failed }
      }
    }
  }
`);
