import type { InMemoryCacheConfig } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

export const cacheOptions: InMemoryCacheConfig = {
  typePolicies: {
    Query: {
      fields: {
        // One list for each filter, order and direction; its pages are put one after the other.
        numbers: relayStylePagination(["filter", "orderBy", "direction"]),
      },
    },
    // It has no id of its own: several selections of it are put together within their upload.
    UploadCounts: { merge: true },
  },
};
