/** In whose name a client asks: a supabase-js session, a token, or a function that gives one. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { createContinuum } from "../../client/src/index.ts";
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { clientOf, tokenOf } from "./clients.ts";
import { unreliableNetwork } from "./unreliable_network.ts";

const user = await signUp("owner");
const project = { url: target.url, key: target.publishableKey };
const hello = [{ role: "user" as const, content: "Hello" }];

Deno.test("a supabase-js client is all that is needed, and whoever signs in with it is asked for", async () => {
  const { supabase } = await signUp("first");
  const continuum = createContinuum({ supabase });
  const conversation = continuum.conversation(fresh("talk"));
  await conversation.append(hello);

  const password = crypto.randomUUID();
  const email = `${password}@example.com`;
  const { error } = await supabase.auth.signUp({ email, password });
  assert.equal(error, null);
  assert.deepEqual(await conversation.messages().all(), []);

  await supabase.auth.signOut();
  await assert.rejects(conversation.append(hello), {
    code: "unauthenticated",
    status: 401,
  });
});

Deno.test("a supabase-js client that takes its tokens from elsewhere is asked for them", async () => {
  const supabase = createClient(project.url, project.key, {
    accessToken: () => Promise.resolve(tokenOf(user)),
  });
  const continuum = createContinuum({ supabase });
  await continuum.conversation(fresh("talk")).append(hello);
});

Deno.test("a token that is refused is asked for again, once", async () => {
  const tokens = ["expired", tokenOf(user)];
  let asked = 0;
  const continuum = createContinuum({
    ...project,
    accessToken: () => tokens[Math.min(asked++, 1)],
  });
  await continuum.conversation(fresh("talk")).append(hello);
  assert.equal(asked, 2);

  await using network = await unreliableNetwork();
  const refused = clientOf(user, { accessToken: "never right" }, network.at);
  await assert.rejects(refused.list().page(), {
    code: "invalid_token",
    retryable: false,
  });
  assert.equal(network.seen.length, 1);
});

Deno.test("a session whose token is refused is refreshed", async () => {
  const { supabase } = await signUp("sleeper");
  const session = (await supabase.auth.getSession()).data.session;
  let isStale = true;
  const continuum = createContinuum({
    ...project,
    supabase: {
      auth: {
        getSession: () =>
          isStale
            ? Promise.resolve({
              data: { session: { ...session!, access_token: "stale" } },
            })
            : supabase.auth.getSession(),
        refreshSession: () => {
          isStale = false;
          return supabase.auth.refreshSession();
        },
      },
    },
  });
  await continuum.conversation(fresh("talk")).append(hello);
  assert.equal(isStale, false);
});

Deno.test("a client without a project is refused when it is made", () => {
  for (const url of ["", "abcd.supabase.co"]) {
    assert.throws(
      () => createContinuum({ ...project, url, accessToken: "x" }),
      TypeError,
    );
  }
});

Deno.test("numbers keep their digits with a JSON of the caller's own", async () => {
  const big = '{"n":12345678901234567890.10}';
  const raw = { toJSON: () => "raw" };
  const continuum = clientOf(user, {
    json: {
      parse: (text) => ({ ...JSON.parse(text), text }),
      stringify: (value) => JSON.stringify(value).replace('"raw"', big),
    },
  });
  const conversation = continuum.conversation(fresh("talk"));
  await conversation.append([{ role: "user", parts: [raw] }]);
  const page = await conversation.messages().page();
  assert.ok("text" in page && String(page.text).includes(big));
});
