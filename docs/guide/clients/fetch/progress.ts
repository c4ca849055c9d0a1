/** An event of `uploadProgressed`. */
export interface Progress {
  cursor: string;
  status: string;
  ended: boolean;
  counts: { submitted: number; pending: number; added: number; failed: number };
}

/** What a subscription to the progress of an upload yields. */
export interface Progressed {
  uploadProgressed: Progress;
}

export const UPLOAD_PROGRESS = /* GraphQL */ `
  subscription UploadProgress($upload: ID!, $after: String) {
    uploadProgressed(upload: { id: $upload }, after: $after) {
      cursor
      status
      ended
      counts { submitted pending added failed }
    }
  }
`;
