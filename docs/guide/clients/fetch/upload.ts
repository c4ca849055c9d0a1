import { done, patiently, read, type UserError } from "./client.ts";

/** The header of an upload, without its file: `NumbersUploadInput` of the schema. */
export interface Upload {
  service: { id: string } | { reference: string };
  location: { id: string } | { reference: string };
  sipConnection: { id: string } | { name: string };
  numberType: "USER" | "SERVICE" | "CONTACT_CENTER";
  webexPhoneType?: "DID" | "TOLLFREE" | "MOBILE";
  errorPolicy?: "REJECT_EVERYTHING" | "IGNORE_FAILED";
  idempotencyKey: string;
}

interface Uploaded {
  numbersUpload: { upload: { id: string } | null; userErrors: UserError[] };
}

const UPLOAD_FILE = /* GraphQL */ `
  mutation UploadFile($input: NumbersUploadInput!) {
    numbersUpload(input: $input) { upload { id } userErrors { code message path } }
  }
`;

/** Upload the numbers of a file and submit them; return the id of the upload. */
export async function uploadFile(address: string, token: () => string, upload: Upload, file: File): Promise<string> {
  const input = { ...upload, source: { file: null } };
  const body = new FormData();
  body.set("operations", JSON.stringify({ query: UPLOAD_FILE, variables: { input } }));
  body.set("map", JSON.stringify({ file: ["variables.input.source.file"] }));
  body.set("file", file);
  const { numbersUpload } = await patiently(async () => {
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token()}`,
        accept: "application/graphql-response+json",
        "graphql-require-preflight": "1", // and no content-type: fetch writes it, with the boundary of the parts
      },
      body,
    });
    return read<Uploaded>(response);
  });
  return done(numbersUpload).upload!.id;
}
