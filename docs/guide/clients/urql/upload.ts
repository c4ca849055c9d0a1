import type { Client } from "@urql/core";
import { done } from "../fetch/client.ts";
import { uploadFileDocument } from "../kit/documents.ts";
import type { NumbersUploadInput } from "../kit/gql/graphql.ts";

/** Upload the numbers of a file and submit them; return the id of the upload. */
export async function uploadFile(
  client: Client,
  header: Omit<NumbersUploadInput, "source">,
  file: File,
): Promise<string> {
  const input = { ...header, source: { file } };
  const { data, error } = await client.mutation(uploadFileDocument, { input }).toPromise();
  if (!data) {
    throw error;
  }
  return done(data.numbersUpload).upload!.id;
}
