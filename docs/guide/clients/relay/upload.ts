import { commitMutation, graphql, type Environment } from "relay-runtime";
import { done } from "../fetch/client.ts";
import type { NumbersUploadInput, uploadMutation } from "./__generated__/uploadMutation.graphql.ts";

const uploadDocument = graphql`
  mutation uploadMutation($input: NumbersUploadInput!) {
    numbersUpload(input: $input) {
      upload { id status }
      userErrors { code message path }
    }
  }
`;

/** Upload the numbers of a file and submit them; return the id of the upload. */
export function uploadFile(
  environment: Environment,
  header: Omit<NumbersUploadInput, "source">,
  file: File,
): Promise<string> {
  return new Promise((resolve, reject) => {
    commitMutation<uploadMutation>(environment, {
      mutation: uploadDocument,
      variables: { input: { ...header, source: { file: null } } },
      uploadables: { "variables.input.source.file": file },
      onCompleted: ({ numbersUpload }) => {
        try {
          resolve(done(numbersUpload).upload!.id);
        } catch (refused) {
          reject(refused);
        }
      },
      onError: reject,
    });
  });
}
