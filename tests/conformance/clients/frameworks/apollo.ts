import { createApollo } from "../../../../docs/guide/clients/apollo/client.ts";
import { followUpload, watchUpload } from "../../../../docs/guide/clients/apollo/follow.ts";
import { fetchMore, watchNumbers } from "../../../../docs/guide/clients/apollo/numbers.ts";
import { problemsOf } from "../../../../docs/guide/clients/apollo/problems.ts";
import { uploadFile } from "../../../../docs/guide/clients/apollo/upload.ts";
import type { Create } from "./driven.ts";

export const apollo: Create = (address, token) => {
  const client = createApollo(address, token);
  return {
    async *pages(service, first) {
      const list = watchNumbers(client, { service: { id: service } }, first);
      for (let shown = 0, more = true; more; more = await fetchMore(list)) {
        const rows = await beyond(list, shown);
        yield rows.slice(shown);
        shown = rows.length;
      }
    },
    upload: (header, file) => uploadFile(client, header, file),
    follow: (id, moved) =>
      new Promise((resolve, reject) => followUpload(client, id, moved, (error) => (error ? reject(error) : resolve()))),
    watch: (id, changed) => watchUpload(client, id, (upload) => changed(upload?.status)),
    problemsOf,
  };
};

/** Return the numbers of a list as soon as it has more than so many. */
function beyond(list: ReturnType<typeof watchNumbers>, shown: number): Promise<string[]> {
  return new Promise((resolve, reject) =>
    list.subscribe(({ data, dataState, error }) => {
      if (error) {
        reject(error);
      } else if (dataState === "complete" && data.numbers.edges.length > shown) {
        resolve(data.numbers.edges.map((edge) => edge.node.number));
      }
    }),
  );
}
