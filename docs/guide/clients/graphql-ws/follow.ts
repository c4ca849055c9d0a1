import { UPLOAD_PROGRESS, type Progress } from "../fetch/progress.ts";
import { resuming } from "../kit/resuming.ts";
import { failed, type Subscriber } from "./ask.ts";

/** Follow an upload; return a function that ends it. `ended` is called with what went wrong, or with nothing. */
export function followUpload(
  client: Subscriber,
  upload: string,
  moved: (progress: Progress) => void,
  ended: (error?: unknown) => void,
): () => void {
  let refused: unknown; // an operation that is refused tells why, and then completes
  return resuming(client)(
    { query: UPLOAD_PROGRESS, variables: { upload } },
    {
      next: ({ data, errors }) => (data && !errors ? moved(data.uploadProgressed) : (refused = failed(errors))),
      error: (error) => ended(failed(error)),
      complete: () => ended(refused),
    },
  );
}
