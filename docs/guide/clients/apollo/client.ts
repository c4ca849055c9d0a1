import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { createSocket } from "../graphql-ws/client.ts";
import { resuming } from "../kit/resuming.ts";
import { cacheOptions } from "./cache.ts";

export function createApollo(address: string, token: () => string): ApolloClient {
  const signIn = new SetContextLink(({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${token()}` },
  }));
  const http = new UploadHttpLink({
    uri: `${address}/graphql`,
    headers: { "GraphQL-Require-Preflight": "1" },
  });
  const socket = createSocket(address, token);
  const subscriptions = new GraphQLWsLink({ ...socket, subscribe: resuming(socket) });
  return new ApolloClient({
    cache: new InMemoryCache(cacheOptions),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      subscriptions,
      ApolloLink.from([signIn, http]),
    ),
  });
}
