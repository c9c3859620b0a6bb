import assert from "node:assert/strict";
import { contentDisposition } from "./disposition.ts";

for (
  const [name, fallback, extended] of [
    ["notes.txt", "notes.txt", "notes.txt"],
    ["two words.txt", "two words.txt", "two%20words.txt"],
    ['say "hi".txt', "say _hi_.txt", "say%20%22hi%22.txt"],
    ["50%41.txt", "50_41.txt", "50%2541.txt"],
    ["back\\slash", "back_slash", "back%5Cslash"],
    ["a;b=c,d.txt", "a;b=c,d.txt", "a%3Bb%3Dc%2Cd.txt"],
    ["it's (a) *.txt", "it's (a) *.txt", "it%27s%20%28a%29%20%2A.txt"],
    ["Größe.txt", "Gr__e.txt", "Gr%C3%B6%C3%9Fe.txt"],
    ["你好.txt", "__.txt", "%E4%BD%A0%E5%A5%BD.txt"],
    ["😀.txt", "_.txt", "%F0%9F%98%80.txt"],
    ["line\r\nbreak", "line__break", "line%0D%0Abreak"],
  ] as const
) {
  Deno.test(`${JSON.stringify(name)} is told in ASCII and by RFC 8187`, () => {
    assert.equal(
      contentDisposition(name, "text/plain"),
      `inline; filename="${fallback}"; filename*=UTF-8''${extended}`,
    );
  });
}

for (
  const type of [
    "text/html",
    "image/svg+xml",
    "text/xml",
    "application/xhtml+xml",
    "application/json",
    "text/javascript",
    "TEXT/PLAIN",
    "",
  ]
) {
  Deno.test(`${type || "no type"} is an attachment`, () => {
    assert.match(contentDisposition("a", type), /^attachment; /);
  });
}
