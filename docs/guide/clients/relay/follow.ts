import { graphql, requestSubscription, type Disposable, type Environment } from "relay-runtime";
import type { followSubscription, followSubscription$data } from "./__generated__/followSubscription.graphql.ts";

export const uploadQuery = graphql`
  query followQuery($id: ID!) {
    upload(by: { id: $id }) {
      id
      status
      counts { submitted pending added failed }
    }
  }
`;

const progressSubscription = graphql`
  subscription followSubscription($id: ID!, $after: String) {
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
`;

export type Progress = followSubscription$data["uploadProgressed"];

/** Follow an upload, whatever becomes of the network. */
export function followUpload(
  environment: Environment,
  id: string,
  moved: (progress: Progress) => void,
  ended: (error?: unknown) => void,
): Disposable {
  return requestSubscription<followSubscription>(environment, {
    subscription: progressSubscription,
    variables: { id },
    onNext: (data) => data && moved(data.uploadProgressed),
    onError: ended,
    onCompleted: () => ended(),
  });
}
