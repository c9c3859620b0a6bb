/** The EventSource of browsers, in the form that npm has of it, which can send a token. */
import assert from "node:assert/strict";
import { EventSource } from "npm:eventsource@5.1.5";
import { signUp } from "../support/actors.ts";
import { faultyProject } from "../support/fault_proxy.ts";
import { append, fresh } from "../support/http.ts";
import { followPath, range } from "./reading.ts";

const owner = await signUp("owner");

Deno.test("an EventSource comes back by itself and misses nothing", async () => {
  await using project = await faultyProject("conversation-history", {
    settings: { FOLLOW_STREAM_SECONDS: "1" },
  });
  const name = fresh("follow");
  await append(owner, name, ["1"]);
  const seqs: number[] = [];
  const arrived = Promise.withResolvers<void>();
  let opened = 0;
  const reopened = Promise.withResolvers<void>();
  const source = new EventSource(
    `${project.at.url}/functions/v1/${followPath(name, "after=0")}`,
    {
      fetch: (url, init) =>
        fetch(url, { ...init, headers: { ...init.headers, ...owner.headers } }),
    },
  );
  source.onopen = () => {
    if (++opened === 2) reopened.resolve();
  };
  source.onmessage = ({ data }) => {
    seqs.push(JSON.parse(data).seq);
    if (seqs.length === 4) arrived.resolve();
  };
  await append(owner, name, ["2"]);
  await reopened.promise;
  await append(owner, name, ["3", "4"]);
  await arrived.promise;
  source.close();
  assert.deepEqual(seqs, range(1, 4));
});
