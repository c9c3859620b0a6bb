/**
 * How functions are called and answered, case by case from PostgREST's documentation.
 * https://docs.postgrest.org/en/v14/references/api/functions.html
 */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { noFunctions } from "./own_stack.ts";
import { ask, type Asked, dataApiStack } from "./data_api_stack.ts";

const { at } = await dataApiStack({ functionsDir: await noFunctions() });
const user = await signUp("user", at);

const form = "application/x-www-form-urlencoded";
const get: Asked = { method: "GET" };
const as = (type: string, body: unknown = {}): Asked => ({
  body,
  headers: { Accept: type },
});
const sent = (type: string, body: unknown): Asked => ({
  body,
  headers: { "Content-Type": type },
});
const prefer = (preference: string, body: unknown = {}): Asked => ({
  body,
  headers: { Prefer: preference },
});

/** The function with its query, the request, and the text of the answer. */
type Case = [path: string, asked: Asked, text: string];

const QUOTED = '"a \\"b\\"\\n"';
/** What JSON escapes and what it does not, after a byte order mark. */
const ODD = '\ufeff\b\f\n\r\t\u0001\u001f"\\/\u007f\u2028é\u{1d11e}';
const ODD_JSON =
  '"\ufeff\\b\\f\\n\\r\\t\\u0001\\u001f\\"\\\\/\u007f\u2028é\u{1d11e}"';
const PAIR = '{"id":1,"name":"n1"}';

const cases: Record<string, Case[]> = {
  "arguments by name, with defaults": [
    ["add_them", { body: { a: 1, b: 2 } }, "3"],
    ["add_them", { body: { b: 2, a: 1 } }, "3"],
    ["add_them", { body: { a: 1 } }, "11"],
    ["add_them?a=1&b=2", get, "3"],
    ["add_them?a=1", get, "11"],
    ["add_them", sent(form, "a=1&b=2"), "3"],
    ["add_them", sent("application/json; charset=utf-8", '{"a":1}'), "11"],
    ["Mixed%20Case", { body: { 'Some "Arg"': 5 } }, "5"],
    ["quoted", {}, QUOTED],
    ["quoted", { body: "" }, QUOTED],
    ["quoted", { body: "null" }, QUOTED],
    ["quoted", { body: "[]" }, QUOTED],
    ["add_them", { body: '[{"a":1,"b":1},{"a":2,"b":2}]' }, "2"],
  ],
  "text is escaped as PostgreSQL does it": [
    ["whole_text", sent("text/plain", ODD), ODD_JSON],
    ["every_type", { body: { t: ODD } }, `{"t":${ODD_JSON}}`],
    ["no_text", {}, "null"],
    ["no_text", as("application/vnd.pgrst.object+json"), "null"],
  ],
  "arguments cast to the types of the parameters": [
    ["every_type", { body: { i: 1, f: 1.5 } }, '{"i":1,"f":1.5}'],
    ["every_type", { body: { n: "2", o: "t" } }, '{"n":2,"o":true}'],
    ["every_type", { body: { t: 12 } }, '{"t":"12"}'],
    ["every_type", { body: { t: { a: [1] } } }, '{"t":"{\\"a\\":[1]}"}'],
    ["every_type", { body: { j: "text" } }, '{"j":"text"}'],
    ["every_type", { body: '{"j":[1.0]}' }, '{"j":[1.0]}'],
    ["every_type", { body: { b: [1, "2"] } }, '{"b":[1,"2"]}'],
    ["every_type", { body: { b: null, t: null } }, "{}"],
    [
      "every_type",
      { body: { at: "2024-01-02T03:00:00+01:00" } },
      '{"at":"2024-01-02T02:00:00+00:00"}',
    ],
    ["every_type", { body: { list: [1, 2] } }, '{"list":[1,2]}'],
    [
      "every_type",
      { body: { texts: ["a,b", '"'] } },
      '{"texts":["a,b","\\""]}',
    ],
    [
      "every_type",
      { body: { c: "long", v: "long" } },
      '{"c":"long","v":"long"}',
    ],
    ["every_type?list=%7B1,2%7D&o=true", get, '{"o":true,"list":[1,2]}'],
    ["every_type?j=%7B%22a%22:1%7D&t=1.5", get, '{"t":"1.5","j":{"a":1}}'],
    ["is_null", { body: { value: null } }, "true"],
    ["is_null", { body: { value: "" } }, "false"],
    ["is_null?value=", get, "false"],
    ["is_null?value=null", get, "false"],
  ],
  "variadic functions": [
    ["plus_one", { body: { v: [1, 2] } }, "[2,3]"],
    ["plus_one?v=1&v=2", get, "[2,3]"],
    ["plus_one", sent(form, "v=1&v=2"), "[2,3]"],
  ],
  "overloaded functions": [
    ["overloaded", { body: { a: 1 } }, '"one"'],
    ["overloaded?a=1&b=2", get, '"two"'],
    ["overloaded", { body: { other: 1 } }, '"whole"'],
  ],
  "functions with a single unnamed parameter": [
    ["whole_json", { body: '{"x": 4}' }, '"{\\"x\\": 4}"'],
    ["whole_text", sent("text/plain", "a\nb"), '"a\\nb"'],
    ["whole_bytes", sent("application/octet-stream", new Uint8Array(3)), "3"],
  ],
  "answers by the return type": [
    ["no_text", {}, "null"],
    ["as_written", {}, '{"b" : 1.0,  "a":1e3}'],
    ["numbers?n=2", get, "[1, 2]"],
    ["numbers?n=0", get, "[]"],
    ["pairs?n=1", get, `[${PAIR}]`],
    ["one_pair", { body: { known: true } }, PAIR],
    ["one_pair", { body: { known: false } }, '{"id":null,"name":null}'],
    ["out_one", {}, '{"x":7}'],
    ["nothing", {}, ""],
  ],
  "the form that the client takes": [
    ["pairs", as("application/vnd.pgrst.object+json", { n: 1 }), PAIR],
    ["quoted", as("application/vnd.pgrst.object+json"), QUOTED],
    ["quoted", as("text/html, application/json;q=0.5"), QUOTED],
    ["plain", as("text/plain"), 'plain "text"'],
    ["plain", as("*/*"), '"plain \\"text\\""'],
    ["bytes", as("application/x-bytes"), "\u0000\ufffd\u0010"],
  ],
  "preferences that change nothing": [
    ["pairs", prefer("unknown, params=single-object", { n: 1 }), `[${PAIR}]`],
    ["pairs", prefer("handling=strict, max-affected=1", { n: 1 }), `[${PAIR}]`],
    ["pairs", prefer("max-affected=0, return=minimal", { n: 1 }), `[${PAIR}]`],
  ],
};

for (const [what, list] of Object.entries(cases)) {
  Deno.test(`PostgREST's documentation: ${what}`, async () => {
    for (const [path, asked, text] of list) {
      const answer = await ask(at, user, `rpc/${path}`, asked);
      const name = `${path} ${JSON.stringify(asked)}`;
      assert.equal(answer.text, text, name);
      assert.equal(answer.status, text === "" ? 204 : 200, name);
    }
  });
}

/** The function with its query, the request, the status, and headers of the answer. */
type HeaderCase = [string, Asked, number, Record<string, string | null>];

const JSON_TYPE = "application/json; charset=utf-8";
const headerCases: HeaderCase[] = [
  ["quoted", {}, 200, { "Content-Type": JSON_TYPE, "Content-Range": "0-0/*" }],
  ["numbers?n=3", get, 200, { "Content-Range": "0-2/*" }],
  ["numbers?n=0", get, 200, { "Content-Range": "*/*" }],
  ["numbers?n=1500", get, 200, { "Content-Range": "0-999/*" }],
  ["numbers", prefer("count=exact", { n: 1500 }), 206, {
    "Content-Range": "0-999/1500",
    "Preference-Applied": "count=exact",
  }],
  ["numbers", { method: "HEAD" }, 404, {}],
  ["numbers?n=3", { method: "HEAD" }, 200, { "Content-Range": "0-2/*" }],
  ["nothing", {}, 204, { "Content-Type": null }],
  ["pairs", as("application/vnd.pgrst.object+json", { n: 1 }), 200, {
    "Content-Type": "application/vnd.pgrst.object+json; charset=utf-8",
  }],
  ["plain", as("text/plain"), 200, {
    "Content-Type": "text/plain; charset=utf-8",
  }],
  ["bytes", as("application/x-bytes"), 200, {
    "Content-Type": "application/x-bytes",
  }],
  ["who", prefer("timezone=Europe/Berlin, handling=lenient"), 200, {
    "Preference-Applied": "handling=lenient, timezone=Europe/Berlin",
  }],
  ["who", prefer("timezone=Nowhere"), 200, { "Preference-Applied": null }],
  ["teapot", { body: { headers: '[{"X-Own": "set"}]', status: "418" } }, 418, {
    "X-Own": "set",
  }],
  ["teapot", { body: { headers: null, status: "304" } }, 304, {}],
  ["fail", { body: { code: "PT204", message: "nothing" } }, 204, {}],
  ["quoted", { method: "OPTIONS" }, 200, { Allow: "OPTIONS,GET,HEAD,POST" }],
  ["nothing", { method: "OPTIONS" }, 200, { Allow: "OPTIONS,POST" }],
];

Deno.test("PostgREST's documentation: statuses and headers", async () => {
  for (const [path, asked, status, expected] of headerCases) {
    const answer = await ask(at, user, `rpc/${path}`, asked);
    const name = `${path} ${JSON.stringify(asked)}`;
    assert.equal(answer.status, status, name);
    for (const [header, value] of Object.entries(expected)) {
      assert.equal(answer.headers.get(header), value, name);
    }
  }
  const zoned = await ask(at, user, "rpc/who", prefer("timezone=Asia/Tokyo"));
  assert.equal(zoned.body.timezone, "Asia/Tokyo");
});
