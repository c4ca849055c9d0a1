import type { Problem } from "../../../../docs/guide/clients/fetch/client.ts";
import type { NumbersUploadInput } from "../../../../docs/guide/clients/kit/gql/graphql.ts";

export type Header = Omit<NumbersUploadInput, "source">;

/** What a client of the guide can do. */
export interface Driven {
  /** Yield the numbers of a service that each further page adds to the list. */
  pages(service: string, first: number): AsyncIterable<string[]>;
  /** Upload a file; return the id of the upload. */
  upload(header: Header, file: File): Promise<string>;
  /** Follow an upload until its subscription ends. */
  follow(id: string, moved: (progress: unknown) => void): Promise<void>;
  /** Watch the status of an upload in the cache. */
  watch(id: string, changed: (status: string | undefined) => void): void;
  /** Return what the server has to say. */
  problemsOf(error: unknown): readonly Problem[];
}

export type Create = (address: string, token: () => string) => Driven;
