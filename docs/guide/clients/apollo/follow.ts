import type { ApolloClient } from "@apollo/client";
import { uploadDocument, uploadProgressDocument } from "../kit/documents.ts";
import type { UploadProgressSubscription, UploadQuery } from "../kit/gql/graphql.ts";

export type Progress = UploadProgressSubscription["uploadProgressed"];

// #region follow
/** Follow an upload, whatever becomes of the network; return a function that ends it. */
export function followUpload(
  client: ApolloClient,
  id: string,
  moved: (progress: Progress) => void,
  ended: (error?: unknown) => void,
): () => void {
  let refused: unknown; // an operation that is refused tells why, and then completes
  const following = client.subscribe({ query: uploadProgressDocument, variables: { id } }).subscribe({
    next: ({ data, error }) => {
      if (error) {
        refused = error;
      } else if (data) {
        moved(data.uploadProgressed);
      }
    },
    error: ended,
    complete: () => ended(refused),
  });
  return () => following.unsubscribe();
}
// #endregion

// #region watch
/** Watch an upload in the cache: each event of the subscription brings it along. */
export function watchUpload(client: ApolloClient, id: string, changed: (upload: UploadQuery["upload"]) => void) {
  return client.watchQuery({ query: uploadDocument, variables: { id } }).subscribe(({ data, dataState }) => {
    if (dataState === "complete") {
      changed(data.upload);
    }
  });
}
// #endregion
