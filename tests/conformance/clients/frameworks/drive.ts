// Drives the snippets of docs/guide/clients for Apollo Client, urql and Relay: drive.ts CLIENT TASK ADDRESS TOKEN INPUT
// prints what they find, a line of JSON at a time. A task that waits goes on when a line comes in.
import { openAsBlob } from "node:fs";
import { createInterface } from "node:readline";
import { Refused } from "../../../../docs/guide/clients/fetch/client.ts";
import type { Create, Driven, Header } from "./driven.ts";

const [client, task, address, bearer, input] = process.argv.slice(2) as [string, string, string, string, string];
const given = JSON.parse(input);
const commands = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const print = (found: unknown) => console.log(JSON.stringify(found));

const clients: Record<string, () => Promise<Create>> = {
  apollo: async () => (await import("./apollo.ts")).apollo,
  urql: async () => (await import("./urql.ts")).urql,
  "urql-streams": async () => (await import("./urql.ts")).urqlOverStreams,
  "urql-plain": async () => (await import("./urql.ts")).plainUrql,
  relay: async () => {
    await import("./relay-tags.mjs" as string);
    return (await import("./relay.ts")).relay;
  },
};

const tasks: Record<string, (create: Create) => Promise<void>> = {
  async browse(create) {
    for await (const page of create(address, token(bearer)).pages(given.service, given.first)) {
      print(page);
      await commands.next();
    }
  },
  async upload(create) {
    const file = new File([await openAsBlob(given.file)], "numbers.csv", { type: "text/csv" });
    print(await create(address, token(bearer)).upload(given.header, file));
  },
  async follow(create) {
    const ended = create(address, token(bearer)).follow(given.upload, print);
    await Promise.race([ended, commands.next()]);
  },
  async watch(create) {
    const driven = create(address, token(bearer));
    driven.watch(given.upload, print);
    await Promise.race([driven.follow(given.upload, () => {}), commands.next()]);
  },
  async fail(create) {
    const well = create(address, token(bearer));
    const bad = create(address, token("garbage"));
    const away = create(given.nowhere, token(bearer));
    const nothing: Header = {
      service: { id: "nothing" },
      location: { id: "nothing" },
      sipConnection: { id: "nothing" },
      numberType: "USER",
    };
    print({
      refused: await failure(well, well.upload(nothing, new File(["+12125550100"], "numbers.csv"))),
      request: await failure(well, browsed(well)),
      token: await failure(bad, browsed(bad)),
      subscription: await failure(well, well.follow("nothing", print)),
      stranger: await failure(bad, bad.follow("nothing", print)),
      away: await failure(away, browsed(away)),
    });
  },
};

await tasks[task]!(await clients[client]!());
process.exit();

function token(bearer: string): () => string {
  return () => bearer;
}

async function browsed(driven: Driven): Promise<void> {
  for await (const page of driven.pages("nothing", 1)) {
    print(page);
  }
}

/** Return the codes of what goes wrong. */
async function failure({ problemsOf }: Driven, attempt: Promise<unknown>): Promise<string[]> {
  try {
    await attempt;
  } catch (error) {
    return error instanceof Refused
      ? error.userErrors.map((one) => one.code)
      : problemsOf(error).map((one) => one.extensions.code);
  }
  throw new Error("nothing went wrong");
}
