/**
 * Errors of the Data API, case by case from PostgREST's documentation.
 * https://docs.postgrest.org/en/v14/references/errors.html
 */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { noFunctions } from "./own_stack.ts";
import { ask, type Asked, dataApiStack } from "./data_api_stack.ts";

const { at } = await dataApiStack({ functionsDir: await noFunctions() });
const user = await signUp("user", at);

const get: Asked = { method: "GET" };
const sent = (type: string, body: unknown = "x"): Asked => ({
  body,
  headers: { "Content-Type": type },
});
const headed = (name: string, value: string, asked: Asked = {}): Asked => ({
  ...asked,
  headers: { [name]: value },
});
const object = "application/vnd.pgrst.object+json";

/** What is not said here must be null. */
interface Refusal {
  status: number;
  code: string;
  message?: string;
  details?: string;
  hint?: string;
}

const ADD = "public.add_them";
const SEARCHED = "Searched for the function public";
const NOT_FOUND = "but no matches were found in the schema cache.";
const OR_WHOLE = "or with a single unnamed json/jsonb parameter";

const cases: [path: string, asked: Asked, refusal: Refusal][] = [
  ["rpc/add_then", { body: { a: 1 } }, {
    status: 404,
    code: "PGRST202",
    message:
      "Could not find the function public.add_then(a) in the schema cache",
    details: `${SEARCHED}.add_then with parameter a ${OR_WHOLE}, ${NOT_FOUND}`,
    hint: `Perhaps you meant to call the function ${ADD}`,
  }],
  ["rpc/nothing_like_it", {}, {
    status: 404,
    code: "PGRST202",
    message:
      "Could not find the function public.nothing_like_it without parameters in the schema cache",
    details:
      `${SEARCHED}.nothing_like_it without parameters ${OR_WHOLE}, ${NOT_FOUND}`,
  }],
  ["rpc/add_them?x=1&a=1", get, {
    status: 404,
    code: "PGRST202",
    message: `Could not find the function ${ADD}(a, x) in the schema cache`,
    details: `${SEARCHED}.add_them with parameters a, x, ${NOT_FOUND}`,
    hint: `Perhaps you meant to call the function ${ADD}(a, b)`,
  }],
  ["rpc/add_them", sent("text/plain"), {
    status: 404,
    code: "PGRST202",
    message: `Could not find the function ${ADD} in the schema cache`,
    details:
      `${SEARCHED}.add_them with a single unnamed text parameter, ${NOT_FOUND}`,
  }],
  ["rpc/ambiguous", { body: { a: 1 } }, {
    status: 300,
    code: "PGRST203",
    message:
      "Could not choose the best candidate function between: public.ambiguous(a => integer), public.ambiguous(a => text)",
    hint:
      "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
  }],
  ["notez", get, {
    status: 404,
    code: "PGRST205",
    message: "Could not find the table 'public.notez' in the schema cache",
    hint: "Perhaps you meant the table 'public.notes'",
  }],
  ["messages", { body: {} }, {
    status: 404,
    code: "PGRST205",
    message: "Could not find the table 'public.messages' in the schema cache",
  }],
  ...["rpc/quoted/more", "rpc/%E0%A4"].map((path): typeof cases[number] => [
    path,
    get,
    {
      status: 404,
      code: "PGRST125",
      message: "Invalid path specified in request URL",
    },
  ]),
  ["", get, {
    status: 404,
    code: "PGRST126",
    message: "Root endpoint metadata is disabled",
  }],
  ["rpc/quoted", { method: "PUT", body: {} }, {
    status: 405,
    code: "PGRST101",
    message: "Cannot use the PUT method on RPC",
  }],
  ...["{", '{"a":1} x', "\ufeff{}"].map((body): typeof cases[number] => [
    "rpc/add_them",
    { body },
    { status: 400, code: "PGRST102", message: "Empty or invalid json" },
  ]),
  ["rpc/add_them", { body: '[{"a":1},{"b":1}]' }, {
    status: 400,
    code: "PGRST102",
    message: "All object keys must match",
  }],
  ["rpc/add_them", sent("image/png"), {
    status: 400,
    code: "PGRST102",
    message: "Content-Type not acceptable: image/png",
  }],
  ...[
    headed("Accept-Profile", "private", get),
    headed("Content-Profile", "private", { body: {} }),
  ].map((asked): typeof cases[number] => ["rpc/quoted", asked, {
    status: 406,
    code: "PGRST106",
    message: "Invalid schema: private",
    hint: "Only the following schemas are exposed: public",
  }]),
  ["rpc/quoted", headed("Accept", "text/html, image/*"), {
    status: 406,
    code: "PGRST107",
    message: "None of these media types are available: text/html, image/*",
  }],
  ["rpc/numbers?n=2", headed("Accept", object, get), {
    status: 406,
    code: "PGRST116",
    message: "Cannot coerce the result to a single JSON object",
    details: "The result contains 2 rows",
  }],
  ["rpc/who", headed("Prefer", "handling=strict, params=x, count=exact"), {
    status: 400,
    code: "PGRST122",
    message: "Invalid preferences given with handling=strict",
    details: "Invalid preferences: params=x",
  }],
  ["rpc/numbers?n=2", headed("Prefer", "handling=strict,max-affected=1", get), {
    status: 400,
    code: "PGRST124",
    message: "Query result exceeds max-affected preference constraint",
    details: "The query affects 2 rows",
  }],
  ["rpc/who", headed("Prefer", "handling=strict, max-affected=1"), {
    status: 400,
    code: "PGRST128",
    message:
      "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
  }],
  ["rpc/teapot", { body: { headers: "{}", status: null } }, {
    status: 500,
    code: "PGRST111",
    message:
      "response.headers guc must be a JSON array composed of objects with a single key and a string value",
  }],
  ["rpc/teapot", { body: { headers: '[{"a b":"x"}]', status: null } }, {
    status: 500,
    code: "PGRST111",
    message:
      "response.headers guc must be a JSON array composed of objects with a single key and a string value",
  }],
  ["rpc/teapot", { body: { headers: null, status: "tea" } }, {
    status: 500,
    code: "PGRST112",
    message: "response.status guc must be a valid status code",
  }],
  ["rpc/add_them", { body: { a: "x" } }, {
    status: 400,
    code: "22P02",
    message: 'invalid input syntax for type integer: "x"',
  }],
  ["notes", get, {
    status: 400,
    code: "PGRST127",
    message: "Feature not implemented",
    details: "The local Data API has no tables and views, only functions.",
  }],
  ["rpc/pairs?n=2", headed("Range", "0-0", get), {
    status: 400,
    code: "PGRST127",
    message: "Feature not implemented",
    details: "The local Data API has no ranges of rows.",
  }],
  ["rpc/pairs?n=2&id=eq.1", get, {
    status: 400,
    code: "PGRST127",
    message: "Feature not implemented",
    details:
      "The local Data API has no select, filters, order, limit and offset, as in id=eq.1.",
  }],
];

Deno.test("refusals have PostgREST's status, code and words", async () => {
  for (const [path, asked, { status, ...said }] of cases) {
    const { body, ...answer } = await ask(at, user, path, asked);
    const name = `${path} ${JSON.stringify(asked)}`;
    const expected = { details: null, hint: null, ...said };
    assert.deepEqual(body, expected, name);
    assert.equal(answer.status, status, name);
    const type = answer.headers.get("Content-Type");
    assert.equal(type, "application/json; charset=utf-8");
  }
});

Deno.test("what a check refuses after the function has succeeded is rolled back", async () => {
  const answer = await ask(at, user, "rpc/write_note", {
    headers: { Prefer: "handling=strict, max-affected=0" },
    body: { id: 5, body: "x" },
  });
  assert.equal(answer.body.code, "PGRST124");
  assert.deepEqual((await ask(at, user, "rpc/read_notes")).body, []);
});

const statuses: [sqlstate: string, status: number][] = [
  ["08000", 503],
  ["09000", 500],
  ["0L000", 403],
  ["0P000", 403],
  ["21000", 500],
  ["22023", 400],
  ["23502", 400],
  ["23503", 409],
  ["23505", 409],
  ["23514", 400],
  ["25006", 405],
  ["25001", 500],
  ["28000", 403],
  ["2D000", 500],
  ["38000", 500],
  ["39000", 500],
  ["3B000", 500],
  ["40001", 500],
  ["40P01", 500],
  ["42501", 403],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
  ["53300", 503],
  ["53400", 500],
  ["54001", 500],
  ["55P03", 500],
  ["57014", 500],
  ["58000", 500],
  ["F0000", 500],
  ["HV000", 500],
  ["P0001", 400],
  ["P0002", 500],
  ["XX000", 500],
  ["PT400", 400],
  ["PT402", 402],
  ["PT418", 418],
  ["PT999", 500],
];

Deno.test("errors keep the code, message, details and hint that SQL gave them, and their status", async () => {
  for (const [code, status] of statuses) {
    const raised = {
      code,
      message: "seq_conflict",
      detail: '{"last_seq": 41}',
      hint: "a hint",
    };
    const answer = await ask(at, user, "rpc/fail", { body: raised });
    assert.equal(answer.status, status, code);
    const { message, detail: details, hint } = raised;
    assert.deepEqual(answer.body, { code, message, details, hint });
  }
  const nobody = await ask(at, null, "rpc/fail", {
    body: { code: "42501", message: "no" },
  });
  assert.equal(nobody.status, 401);
  assert.equal(nobody.headers.get("WWW-Authenticate"), "Bearer");
  assert.equal(nobody.body.hint, null);
});

Deno.test("raise sqlstate 'PGRST' writes the whole response", async () => {
  const raise = (message: string, detail?: string) =>
    ask(at, user, "rpc/fail", { body: { code: "PGRST", message, detail } });
  const said = { code: "123", message: "Payment Required", details: "Quota" };
  const headers = { "X-Powered-By": "Nerd Rage" };
  const whole = await raise(
    JSON.stringify(said),
    JSON.stringify({ status: 402, headers }),
  );
  assert.equal(whole.status, 402);
  assert.equal(whole.headers.get("X-Powered-By"), "Nerd Rage");
  assert.deepEqual(whole.body, { ...said, hint: null });

  const unparsed: [message: string, detail: string | undefined, RegExp][] = [
    ["no JSON", "{}", /^Invalid JSON value for MESSAGE: 'no JSON'$/],
    [
      JSON.stringify(said),
      "no JSON",
      /^Invalid JSON value for DETAIL: 'no JSON'$/,
    ],
    [
      JSON.stringify(said),
      '{"status":402,"headers":{"no name":"x"}}',
      /^Invalid JSON value for DETAIL/,
    ],
    [
      JSON.stringify(said),
      undefined,
      /^DETAIL is missing in the RAISE statement$/,
    ],
  ];
  for (const [message, detail, details] of unparsed) {
    const answer = await raise(message, detail);
    assert.equal(answer.status, 500);
    assert.equal(answer.body.code, "PGRST121");
    assert.match(answer.body.details, details);
  }
});
