/**
 * The files of a developer's disk as each client sends them: none is refused, and none is changed. Prints a table.
 * Where curl, Python or requests is not installed, its bytes are sent without it or it is left out. Clients that
 * differ from another in little send a fifth of the files and all odd names, or every file with CORPUS=all.
 */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { declaredTypes, typeOf } from "./corpus/declared_types.ts";
import {
  browserForm,
  curlForm,
  curlType,
  type Form,
  oldRequestsForm,
} from "./corpus/forms.ts";
import { type Outcome, outcomeOf } from "./corpus/outcome.ts";
import { curl, node, python, runs } from "./corpus/programs.ts";
import {
  corpus,
  eachOf,
  eachTen,
  type Sample,
  someOf,
} from "./corpus/samples.ts";
import { invokeBody, invokeForm, signedUrl, tus } from "./corpus/supabase.ts";
import { upload } from "./uploading.ts";

/** Sends files and resolves to their results, in order. */
type Send = (actor: Actor, samples: Sample[]) => Promise<unknown[]>;

const samples = corpus();
const some = someOf(samples);
const texts = some.filter(({ kind, name }) =>
  kind === "text" && name !== "export.reg" && name !== "latin1.txt"
);

const forms = (formOf: (group: Sample[]) => Form): Send => (actor, all) =>
  eachTen(all, async (group) => {
    const { contentType, body } = formOf(group);
    const answer = await request(actor, "file-upload", {
      headers: { "Content-Type": contentType },
      body,
    });
    return answer.body.results ?? group.map(() => ({ problem: answer.body }));
  });

const raw: Send = (actor, all) =>
  eachOf(all, async ({ name, bytes }) => {
    const { status, body } = await upload(actor, bytes, {
      type: "application/octet-stream",
      headers: { "X-File-Name": encodeURIComponent(name) },
    });
    return status < 300 ? body : { problem: body };
  });

const [[, , linux]] = declaredTypes as [typeof declaredTypes[number]];
const linuxType = (name: string) => typeOf(linux, name);

const hasCurl = await runs("curl", "--version");
const hasNode = await runs("node", "--version");
const hasPython = await runs("python3", "-c", "import requests");

interface Client {
  what: string;
  send: Send;
  sends: Sample[];
  /** The type that it declares; none unless it is given. */
  declares?: (name: string) => string;
}

const clients: Client[] = [
  {
    what: hasCurl ? "curl -F" : "curl -F (its bytes)",
    send: hasCurl ? curl : forms(curlForm),
    sends: samples,
    declares: curlType,
  },
  ...hasNode
    ? [{ what: "fetch of Node, openAsBlob", send: node, sends: samples }]
    : [],
  ...hasPython
    ? [{ what: "python-requests", send: python, sends: samples }]
    : [],
  {
    what: "python-requests with filename*",
    send: forms(oldRequestsForm),
    sends: some,
  },
  { what: "a raw application/octet-stream", send: raw, sends: some },
  { what: "functions.invoke, FormData", send: invokeForm, sends: some },
  {
    what: "functions.invoke, File",
    send: invokeBody(({ name, bytes }) =>
      new File([bytes], name, { type: linuxType(name) })
    ),
    sends: samples,
    declares: linuxType,
  },
  {
    what: "functions.invoke, Blob",
    send: invokeBody(({ bytes }) => new Blob([bytes])),
    sends: some,
  },
  {
    what: "functions.invoke, ArrayBuffer",
    send: invokeBody(({ bytes }) => bytes.buffer),
    sends: some,
  },
  {
    what: "functions.invoke, string",
    // A decoder that keeps a byte order mark.
    send: invokeBody(({ bytes }) =>
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
    ),
    sends: texts,
    declares: () => "text/plain",
  },
  {
    what: "uploadToSignedUrl",
    send: signedUrl(linuxType),
    sends: samples,
    declares: linuxType,
  },
  {
    what: "tus-js-client",
    send: tus(linuxType),
    sends: some,
    declares: linuxType,
  },
];

interface Row {
  client: string;
  files: number;
  sent: number;
  stored: number;
  refused: number;
  changed: number;
}

const rows: Row[] = [];

function report(client: string, sent: number, outcomes: Outcome[]): void {
  const count = (is: Outcome["is"]) =>
    outcomes.filter((outcome) => outcome.is === is).length;
  rows.push({
    client,
    files: outcomes.length,
    sent,
    stored: count("stored"),
    refused: count("refused"),
    changed: count("changed"),
  });
  assert.deepEqual(outcomes.filter(({ is }) => is !== "stored"), []);
}

async function outcomesOf(
  actor: Actor,
  sent: Sample[],
  declares: (name: string) => string,
  results: unknown[],
): Promise<Outcome[]> {
  const outcomes = [];
  for (const [index, sample] of sent.entries()) {
    // The answer has a digest of the bytes; what comes down is compared for one in ten.
    const downloads = index % 10 === rows.length % 10;
    const declared = declares(sample.name);
    outcomes.push(
      await outcomeOf(actor, sample, declared, results[index], downloads),
    );
  }
  return outcomes;
}

Deno.test("the corpus is of at least 99 files", () => {
  assert.ok(samples.length >= 99, String(samples.length));
});

for (const { what, send, sends, declares = () => "" } of clients) {
  Deno.test(`every file is stored unchanged from ${what}`, async () => {
    const actor = await signUp("corpus");
    const results = await send(actor, sends);
    report(
      what,
      sends.length,
      await outcomesOf(actor, sends, declares, results),
    );
  });
}

// A part that is sent twice would have the same outcome, so each is sent once, in the form of the first browser that
// sends it.
const browsing = await signUp("browser");
const outcomeOfPart = new Map<string, Outcome>();

for (const [browser, system, types] of declaredTypes) {
  Deno.test(`every file is stored unchanged from a form of ${browser} on ${system}`, async () => {
    const type = (name: string) => typeOf(types, name);
    const part = ({ name }: Sample) => `${name} ${type(name)}`;
    const fresh = samples.filter((sample) => !outcomeOfPart.has(part(sample)));
    const send = forms((group) => browserForm(browser, group, type));
    const results = await send(browsing, fresh);
    const outcomes = await outcomesOf(browsing, fresh, type, results);
    for (const [index, outcome] of outcomes.entries()) {
      outcomeOfPart.set(part(fresh[index]!), outcome);
    }
    report(
      `${browser} on ${system}`,
      fresh.length,
      samples.map((sample) => outcomeOfPart.get(part(sample))!),
    );
  });
}

Deno.test("the table of clients", () => {
  console.table(rows);
  assert.equal(rows.length, clients.length + declaredTypes.length);
});
