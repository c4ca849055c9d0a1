import type { ApolloClient } from "@apollo/client";
import { done } from "../fetch/client.ts";
import { uploadFileDocument } from "../kit/documents.ts";
import type { NumbersUploadInput } from "../kit/gql/graphql.ts";

/** Upload the numbers of a file and submit them; return the id of the upload. */
export async function uploadFile(
  client: ApolloClient,
  header: Omit<NumbersUploadInput, "source">,
  file: File,
): Promise<string> {
  const { data } = await client.mutate({
    mutation: uploadFileDocument,
    variables: { input: { ...header, source: { file } } },
  });
  return done(data!.numbersUpload).upload!.id;
}
