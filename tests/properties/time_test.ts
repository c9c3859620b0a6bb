/**
 * What reads requests takes time in proportion to them. A pattern that goes back over what it has read can take the square
 * of it: a request of a few hundred kilobytes would then hold a function for minutes.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { announcedSha256 } from "../../supabase/functions/file-upload/digest.ts";
import { parseExact } from "../../supabase/functions/mcp/exact_json.ts";
import { parseResourceUri } from "../../supabase/functions/mcp/resource_uri.ts";
import { nameOf } from "../../supabase/functions/openai/ids.ts";
import { select } from "../../supabase/functions/_shared/files/conditions.ts";
import {
  declaredType,
  requireType,
} from "../../supabase/functions/_shared/files/declared_type.ts";
import { dispositionParameters } from "../../supabase/functions/_shared/files/disposition_parameters.ts";
import {
  cleanFileName,
  partFileName,
} from "../../supabase/functions/_shared/files/file_name.ts";
import { partsOf } from "../../supabase/functions/_shared/files/multipart.ts";
import { isSerializedBytes } from "../../supabase/functions/_shared/files/serialized_bytes.ts";
import { decoded } from "../../supabase/functions/_shared/files/transfer_encoding.ts";
import { parseJson } from "../../supabase/functions/_shared/http/body.ts";
import { parseIdempotencyKey } from "../../supabase/functions/_shared/http/idempotency_key.ts";
import { decodeCursor } from "../../supabase/functions/_shared/http/pagination.ts";
import { matchedVersions } from "../../supabase/functions/_shared/http/version_tag.ts";
import { elementsOf } from "../../supabase/functions/_shared/wire/json_text.ts";
import { ListPosition } from "../../supabase/functions/_shared/wire/positions.ts";
import { joined, pieces } from "./properties.ts";

/** As long as the headers that servers take at most, and far shorter than a body. */
const LENGTH = 200_000;

/** Linear time is some milliseconds; the square of it is minutes. */
const MOST_MS = 4000;

const file = { etag: '"a"', lastModified: new Date(0) };
const selectBy = (name: string) => (value: string) =>
  select({ method: "GET", headers: new Headers({ [name]: value }) }, file, 9);
const sent = (text: string) => pieces(Buffer.from(text), [LENGTH / 3]);
const form = async (body: string) => {
  const type = "multipart/form-data; boundary=b";
  for await (const part of partsOf(type, sent(body))) {
    if (part.kind === "file") part.announce();
  }
};

/** Each reader, what its inputs begin with, and what they are made of. */
const READERS: Record<
  string,
  [read: (text: string) => unknown, beginnings: string[], pieces: string[]]
> = {
  "Content-Disposition": [
    dispositionParameters,
    ['form-data; filename="a"', "form-data; filename=a", ""],
    [" ", '"', "\\", ";", "a", "=", '" ', '"; ', ";a", "; a =", '\\"', "\t"],
  ],
  "a part's name": [
    partFileName,
    ["form-data; filename=", "form-data; filename*=UTF-8''"],
    ["%22", "%", "%C3", "a", " ", "/"],
  ],
  "a file's name": [cleanFileName, [""], [" ", "/", ".", "a", "\u0301"]],
  "Content-Type": [declaredType, ["text/plain", ""], [
    ";",
    " ",
    "a=b",
    '"',
    "\\",
    "/",
    "\t",
  ]],
  "a type in JSON": [requireType, ["text/plain", "text/plain;"], [
    ";",
    " ",
    "; a=b",
    ';a="',
    "\\",
    "\t",
  ]],
  Range: [selectBy("Range"), ["bytes", "bytes=", "bytes=1", "bytes=1-"], [
    " ",
    "1",
    "-",
    "=",
    "\t",
  ]],
  "If-None-Match": [selectBy("If-None-Match"), ["", "W/"], [
    '"',
    '"a',
    " ",
    ",",
  ]],
  "If-Modified-Since": [selectBy("If-Modified-Since"), ["", "Mon, 01 Jan"], [
    " ",
    "(",
    "1",
    "a",
    ",",
  ]],
  "If-Match": [matchedVersions, ["", '"'], [
    '"',
    '"a',
    "a",
    ".",
    '"a.',
    '"a."',
  ]],
  "Repr-Digest": [announcedSha256, ["", "sha-256="], [
    ",",
    "sha-256",
    " ",
    ";",
    ":",
    "=",
  ]],
  "Idempotency-Key": [parseIdempotencyKey, ['"', ""], [
    '"',
    "\\",
    '\\"',
    "a",
    " ",
  ]],
  "a cursor": [(text) => decodeCursor(text, ListPosition), [""], [
    "e",
    "-",
    "=",
    "{",
  ]],
  "a body of JSON": [parseJson, ["", '"', "[", '{"a":"'], [
    '"',
    "\\",
    '\\"',
    "[",
    "{",
    ",",
    "1",
    " ",
    '","',
  ]],
  "numbers of JSON": [parseExact, ["", "[", '["'], ["1", "1,", '\\"', " "]],
  "members of JSON": [
    // It takes what was parsed before.
    (text) => JSON.parse(text) && elementsOf(text),
    ['["'],
    ['\\"', '","', " ", "\\\\"],
  ],
  "bytes as JSON": [
    (text) => isSerializedBytes(Buffer.from(text), "a.txt"),
    ['{"0":', '{"type":"Buffer","data":['],
    ["1", "1,", ",", '"1":2,', " "],
  ],
  "base64": [(text) => joined(decoded("base64", sent(text))), [""], [
    " ",
    "=",
    "A",
    "\r\n",
    "A ",
  ]],
  "quoted-printable": [
    (text) => joined(decoded("quoted-printable", sent(text))),
    ["", "="],
    [" ", "=", "= ", "\t", "=\r\n", " \r", "a", " \n", "=20"],
  ],
  "a form": [form, ["--b\r\n", "--b\r\nContent-Disposition: form-data", ""], [
    " ",
    "\r\n",
    "\r\n--b",
    ":",
    "a: b\r\n",
    "\r\n ",
    "--b\r\n",
    "; a",
  ]],
  "a resource's URI": [parseResourceUri, ["continuum://file/"], [
    "%",
    "%20",
    "a",
  ]],
  "an id of OpenAI's spelling": [nameOf, ["msg_", ""], ["_", "a", "-", "0"]],
};

for (const [name, [read, beginnings, parts]] of Object.entries(READERS)) {
  Deno.test(`${name}: read in linear time`, async () => {
    for (const beginning of beginnings) {
      for (const first of parts) {
        for (const then of parts) {
          const half = (part: string) => part.repeat(LENGTH / 2 / part.length);
          for (const end of ["", "x", "\n", "x\r\n", '"]']) {
            const text = beginning + half(first) + half(then) + end;
            const isHeader = /^(Range|If-)/.test(name);
            if (isHeader && /[\r\n]/.test(text)) continue;
            const startedAt = performance.now();
            try {
              await read(text);
            } catch (error) {
              // Refusals are what other tests look at; a pattern that is out of memory is none.
              assert.ok(!(error instanceof RangeError), String(error));
            }
            const ms = Math.round(performance.now() - startedAt);
            const input = JSON.stringify([beginning, first, then, end]);
            assert.ok(ms < MOST_MS, `${input} took ${ms} ms`);
          }
        }
      }
    }
  });
}
