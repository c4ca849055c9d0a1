import { createOperationDescriptor, fetchQuery, getFragment, getRequest, getSingularSelector } from "relay-runtime";
import type { followQuery$data } from "../../../../docs/guide/clients/relay/__generated__/followQuery.graphql.ts";
import type { numbers_list$data } from "../../../../docs/guide/clients/relay/__generated__/numbers_list.graphql.ts";
import numbersNextQuery from "../../../../docs/guide/clients/relay/__generated__/numbersNextQuery.graphql.ts";
import { createRelay } from "../../../../docs/guide/clients/relay/environment.ts";
import { followUpload, uploadQuery } from "../../../../docs/guide/clients/relay/follow.ts";
import { numbersList, numbersQuery } from "../../../../docs/guide/clients/relay/numbers.ts";
import { problemsOf } from "../../../../docs/guide/clients/relay/problems.ts";
import { uploadFile } from "../../../../docs/guide/clients/relay/upload.ts";
import type { Create } from "./driven.ts";

export const relay: Create = (address, token) => {
  const environment = createRelay(address, token);
  return {
    // What usePaginationFragment does in a component: the pages are fetched into one connection of the store.
    async *pages(service, first) {
      const given = { filter: { service: { id: service } }, count: first };
      const operation = createOperationDescriptor(getRequest(numbersQuery), given);
      environment.retain(operation);
      await fetchQuery(environment, numbersQuery, given).toPromise();
      const root = environment.lookup(operation.fragment).data;
      for (let shown = 0; ; ) {
        const selector = getSingularSelector(getFragment(numbersList), root)!;
        const { numbers } = environment.lookup(selector).data as unknown as numbers_list$data;
        yield numbers.edges.slice(shown).map((edge) => edge.node.number);
        if (!numbers.pageInfo.hasNextPage) {
          return;
        }
        shown = numbers.edges.length;
        await fetchQuery(environment, numbersNextQuery, { ...given, cursor: numbers.pageInfo.endCursor }).toPromise();
      }
    },
    upload: (header, file) => uploadFile(environment, header, file),
    follow: (id, moved) =>
      new Promise((resolve, reject) =>
        followUpload(environment, id, moved, (error) => (error ? reject(error) : resolve())),
      ),
    watch(id, changed) {
      const operation = createOperationDescriptor(getRequest(uploadQuery), { id });
      const tell = (data: unknown) => changed((data as followQuery$data).upload?.status);
      environment.retain(operation);
      fetchQuery(environment, uploadQuery, { id }).subscribe({
        complete: () => {
          const snapshot = environment.lookup(operation.fragment);
          tell(snapshot.data);
          environment.subscribe(snapshot, ({ data }) => tell(data));
        },
      });
    },
    problemsOf,
  };
};
