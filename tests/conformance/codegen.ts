// Types for every document that is written out in docs/guide; written/ has those of its pages.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: ["written/*.graphql", "docs/guide/clients/{fetch,graphql-ws,graphql-sse}/**/*.ts"],
  generates: {
    "written/gql/": {
      preset: "client",
      config: {
        strictScalars: true,
        scalars: {
          CallingCode: "string",
          CountryCode: "string",
          DateTime: "string",
          File: "never",
          JSON: "unknown",
          PhoneNumber: "string",
        },
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: ".ts",
      },
    },
  },
};

export default config;
