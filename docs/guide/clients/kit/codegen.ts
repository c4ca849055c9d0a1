import type { CodegenConfig } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";

const config: CodegenConfig = {
  schema: "../../../schema.graphql",
  documents: ["kit/documents.ts"],
  generates: {
    "kit/gql/": {
      preset: "client",
      // Caches need `__typename`. Clients add it to what they send, but cannot to what stands behind a hash.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { hashAlgorithm: "sha256" },
      },
      config: {
        // How each scalar looks in JSON. One that is missing here is an error, not an `any`.
        strictScalars: true,
        scalars: {
          CallingCode: "string",
          CountryCode: "string",
          DateTime: "string",
          File: { input: "File", output: "never" },
          JSON: "unknown",
          ID: "string",
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
