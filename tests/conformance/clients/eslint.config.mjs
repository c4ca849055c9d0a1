// What graphql-eslint checks in schema.graphql: all of its rules for schemas and for Relay.
import graphql from "@graphql-eslint/eslint-plugin";

const { "flat/schema-recommended": recommended, "flat/schema-all": all, "flat/schema-relay": relay } = graphql.configs;

// Objects without an id of their own: parts of another one, read and cached with it; what happened; you.
const PARTS = [
  "AuditChange",
  "Consent",
  "EntryTerms",
  "Invitation",
  "NumberRange",
  "NumbersReport",
  "PageInfo",
  "ReclaimedNumbers",
  "SbcDevice",
  "ServiceRemoval",
  "ServiceStatusChange",
  "SyncProblem",
  "UploadEntry",
  "UploadProgress",
  "Viewer",
  "Waiting",
];

const PART_SUFFIXES = ["Connection", "Count", "Counters", "Counts", "Edge", "Error", "Payload"];

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...recommended.rules,
      ...all.rules,
      ...relay.rules,
      "@graphql-eslint/strict-id-in-types": ["error", { exceptions: { types: PARTS, suffixes: PART_SUFFIXES } }],
      "@graphql-eslint/relay-edge-types": [
        "error",
        {
          // A connection has `nodes` beside its edges, as GitHub's and Shopify's have, and short lists need no pages.
          listTypeCanWrapOnlyEdgeType: false,
          // Judging cuts the entries of an upload into parts anew: an id of theirs would soon be another's.
          shouldImplementNode: false,
        },
      ],
      // The printer sorts, and a test compares; it sorts capitals before small letters, where the rule mixes them.
      "@graphql-eslint/alphabetize": "off",
      // Forbids mutations and subscriptions altogether.
      "@graphql-eslint/no-root-type": "off",
      // A payload has what was changed; what else a client wants to see anew, it knows and asks for there.
      "@graphql-eslint/require-field-of-type-query-in-mutation-result": "off",
      // GraphQL's @deprecated has no such argument; how long a thing stays is in docs/decisions/0019.
      "@graphql-eslint/require-deprecation-date": "off",
      // Refusals are in a payload, so that it is always there; lists are, too. What may not be there is nullable.
      "@graphql-eslint/require-nullable-result-in-root": "off",
    },
  },
];
