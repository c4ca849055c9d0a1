// What graphql-eslint recommends for the operations of clients, checked in the documents of the guide.
import graphql from "@graphql-eslint/eslint-plugin";

const documents = ["docs/guide/clients/kit/documents.ts"];

export default [
  { files: documents, processor: graphql.processor },
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql", documents } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: graphql.configs["flat/operations-recommended"].rules,
  },
];
