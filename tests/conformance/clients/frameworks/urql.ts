import type { Client } from "@urql/core";
import { createUrql } from "../../../../docs/guide/clients/urql/client.ts";
import { followUpload } from "../../../../docs/guide/clients/urql/follow.ts";
import { createPlainUrql } from "../../../../docs/guide/clients/urql/native.ts";
import { numbersOf } from "../../../../docs/guide/clients/urql/numbers.ts";
import { problemsOf } from "../../../../docs/guide/clients/urql/problems.ts";
import { uploadFile } from "../../../../docs/guide/clients/urql/upload.ts";
import type { Create, Driven } from "./driven.ts";

export const urql: Create = (address, token) => driven(createUrql(address, token));
export const urqlOverStreams: Create = (address, token) => driven(createUrql(address, token, "streams"));
export const plainUrql: Create = (address, token) => driven(createPlainUrql(address, token));

function driven(client: Client): Driven {
  return {
    async *pages(service, first) {
      for await (const rows of numbersOf(client, { service: { id: service } }, first)) {
        yield rows.map((row) => row.number);
      }
    },
    upload: (header, file) => uploadFile(client, header, file),
    follow: (id, moved) => new Promise((_, reject) => followUpload(client, id, moved, reject)),
    watch: () => {
      throw new Error("urql's cache of documents does not know what an event brings");
    },
    problemsOf,
  };
}
