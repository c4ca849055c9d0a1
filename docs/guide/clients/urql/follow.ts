import type { Client } from "@urql/core";
import { uploadProgressDocument } from "../kit/documents.ts";
import type { UploadProgressSubscription } from "../kit/gql/graphql.ts";

export type Progress = UploadProgressSubscription["uploadProgressed"];

/** Follow an upload, whatever becomes of the network; return a function that ends it. */
export function followUpload(
  client: Client,
  id: string,
  moved: (progress: Progress) => void,
  failed: (error: unknown) => void,
): () => void {
  const following = client.subscription(uploadProgressDocument, { id }).subscribe(({ data, error }) => {
    if (error) {
      failed(error);
    } else if (data) {
      moved(data.uploadProgressed);
    }
  });
  return () => following.unsubscribe();
}
