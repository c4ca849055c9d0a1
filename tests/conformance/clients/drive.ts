// Drives the snippets of docs/guide/clients that need no framework, and prints what they find, a line of JSON at a time:
// drive.ts CLIENT TASK ADDRESS TOKEN INPUT. A task that waits goes on when a line comes in; at the end of input it ends.
import { openAsBlob } from "node:fs";
import { createInterface } from "node:readline";
import { createAsk, done, Refused, RequestFailed, type Ask, type UserError } from "../../../docs/guide/clients/fetch/client.ts";
import { follow } from "../../../docs/guide/clients/fetch/follow.ts";
import { numbersOf } from "../../../docs/guide/clients/fetch/numbers.ts";
import { UPLOAD_PROGRESS, type Progress, type Progressed } from "../../../docs/guide/clients/fetch/progress.ts";
import { uploadFile, type Upload } from "../../../docs/guide/clients/fetch/upload.ts";
import { createStreams } from "../../../docs/guide/clients/graphql-sse/client.ts";
import { askOver, type Subscriber } from "../../../docs/guide/clients/graphql-ws/ask.ts";
import { createSocket } from "../../../docs/guide/clients/graphql-ws/client.ts";
import { followUpload } from "../../../docs/guide/clients/graphql-ws/follow.ts";

const [client, task, address, bearer, input] = process.argv.slice(2) as [string, string, string, string, string];
const PAUSE = 20;
const PATIENCE = 900;
const token = () => bearer;
const given = JSON.parse(input);
const commands = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const print = (found: unknown) => console.log(JSON.stringify(found));

interface Driven {
  ask: Ask;
  followed(upload: string, moved: (progress: Progress) => void): Promise<void>;
}

const driven: Record<string, () => Driven> = {
  fetch: () => ({
    ask: createAsk(address, token),
    followed: async (upload, moved) => {
      for await (const event of follow<Progressed>(address, token, UPLOAD_PROGRESS, { upload }, PAUSE, PATIENCE)) {
        moved(event.uploadProgressed);
      }
    },
  }),
  "graphql-ws": () => subscribed(createSocket(address, token, PAUSE, PATIENCE)),
  "graphql-sse": () => subscribed(createStreams(address, token, PAUSE, PATIENCE)),
};

function subscribed(subscriber: Subscriber): Driven {
  return {
    ask: askOver(subscriber),
    followed: (upload, moved) =>
      new Promise((resolve, reject) =>
        followUpload(subscriber, upload, moved, (error) => (error ? reject(error) : resolve())),
      ),
  };
}

const tasks: Record<string, (driven: Driven) => Promise<void>> = {
  async browse({ ask }) {
    for await (const page of numbersOf(ask, given.service, given.first)) {
      print(page.map((row) => row.number));
      await commands.next();
    }
  },
  async follow({ followed }) {
    const ended = followed(given.upload, print);
    const left = (async () => (await commands.next()).done)();
    await Promise.race([ended, left]);
  },
  async upload() {
    const file = new File([await openAsBlob(given.file)], "numbers.csv", { type: "text/csv" });
    print(await uploadFile(address, token, given.header as Upload, file));
  },
  async ask({ ask }) {
    const data = await ask<Record<string, { userErrors: UserError[] }>>(given.document, given.variables);
    print(Object.values(data).map((payload) => (payload.userErrors ? done(payload) : payload)));
  },
};

try {
  await tasks[task]!(driven[client]!());
} catch (error) {
  print(told(error));
}
process.exit();

function told(error: unknown): unknown {
  if (error instanceof RequestFailed) {
    return { failed: error.codes, status: error.status };
  }
  if (error instanceof Refused) {
    return { refused: error.userErrors.map((one) => one.code) };
  }
  return { other: String(error), code: (error as { code?: unknown }).code };
}
