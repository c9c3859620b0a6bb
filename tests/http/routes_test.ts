/** What holds of every path of every function, enumerated from its OpenAPI document. */
import assert from "node:assert/strict";
import { nobody, signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";

const user = await signUp("user");
const functions = [
  "conversation-append",
  "conversation-history",
  "file-upload",
  "file-download",
  "mcp",
];
for (const name of functions) {
  Deno.test(`an unknown path of ${name} is 404 in the same shape, with and without a token`, async () => {
    for (const actor of [user, nobody()]) {
      for (const path of ["_/nothing", "a/b/c/d"]) {
        assertProblem(
          await request(actor, `${name}/${path}`),
          404,
          "not_found",
        );
      }
    }
  });

  Deno.test(`every route of ${name} that needs a user or the secret key is 401 without`, async () => {
    const { body } = await request(nobody(), `${name}/_/openapi.json`);
    let routes = 0;
    for (const [template, operations] of Object.entries<object>(body.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        if (!operation.security?.length) continue;
        const path = template.replace(/^\//, "").replaceAll(
          /\{\w+\}/g,
          () => crypto.randomUUID(),
        );
        const answer = await request(
          nobody(),
          path.startsWith(name) ? path : `${name}/${path}`,
          {
            method: method.toUpperCase(),
            ...(method === "get" ? {} : { json: {} }),
          },
        );
        assertProblem(answer, 401, "unauthenticated");
        assert.match(answer.headers.get("WWW-Authenticate") ?? "", /^Bearer /);
        routes++;
      }
    }
    assert.ok(routes > 0);
  });
}
