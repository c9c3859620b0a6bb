import assert from "node:assert/strict";
import { announcedSha256 } from "./digest.ts";

const EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const EMPTY_HEX =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Deno.test("a SHA-256 is given in lower-case hex", () => {
  assert.equal(announcedSha256(`sha-256=:${EMPTY}:`), EMPTY_HEX);
  assert.equal(announcedSha256(`  sha-256=:${EMPTY}:  `), EMPTY_HEX);
});

Deno.test("it is found among other algorithms, in any place", () => {
  const sha = `sha-256=:${EMPTY}:`;
  assert.equal(announcedSha256(`md5=:AAAA:, ${sha}`), EMPTY_HEX);
  assert.equal(announcedSha256(`${sha},sha-512=:AAAA:`), EMPTY_HEX);
});

Deno.test("no header and other algorithms announce nothing", () => {
  for (const header of [undefined, "", "sha-512=:AAAA:", "md5=:AAAA:, x"]) {
    assert.equal(announcedSha256(header), null);
  }
});

Deno.test("the last of several counts, as in every structured dictionary", () => {
  const zeros = `sha-256=:${"A".repeat(43)}=:`;
  assert.equal(announcedSha256(`${zeros}, sha-256=:${EMPTY}:`), EMPTY_HEX);
});

Deno.test("parameters are ignored", () => {
  assert.equal(announcedSha256(`sha-256=:${EMPTY}:;a=1`), EMPTY_HEX);
});

Deno.test("a sha-256 that is not 32 bytes of base64 is malformed", () => {
  const malformed = [
    "sha-256",
    "sha-256=",
    `sha-256=${EMPTY}`,
    `sha-256=:${EMPTY}`,
    `sha-256="${EMPTY}"`,
    "sha-256=::",
    "sha-256=:AAAA:",
    `sha-256=:${EMPTY.slice(0, -1)}:`,
    `sha-256=:${EMPTY.replace("+", "-").replace("/", "_")}:`,
    `sha-256=:${EMPTY_HEX}:`,
  ];
  for (const header of malformed) {
    assert.throws(
      () => announcedSha256(header),
      { code: "malformed_request" },
      header,
    );
  }
});
