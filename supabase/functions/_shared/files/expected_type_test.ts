import assert from "node:assert/strict";
import { declaredType } from "./declared_type.ts";
import { expectedType } from "./expected_type.ts";

const expected = (name: string, declared: string) =>
  expectedType({ bucket: "user-files", name, type: declaredType(declared) });

Deno.test("a text may be reserved as whatever a system calls it", () => {
  const cases: [string, string, string][] = [
    ["go.mod", "audio/x-mod", "text/plain"],
    ["go.mod", "video/mpeg", "text/plain"],
    ["core.nim", "video/vnd.nokia.interleaved-multimedia", "text/plain"],
    ["mesh.obj", "model/obj", "text/plain"],
    ["list.m3u", "audio/x-mpegurl", "text/plain"],
    ["main.ts", "video/vnd.dlna.mpeg-tts", "text/typescript"],
    ["data.json", "application/json", "text/json"],
    // A number at the end is of a log's age or of a version, more often than of a manual's section.
    ["app.log.1", "application/octet-stream", "text/plain"],
    ["notes-v1.2", "", "text/plain"],
    ["read.me", "", "text/plain"],
    ["paper.pdf", "application/octet-stream", "application/pdf"],
    ["photo", "image/heic", "image/heic"],
  ];
  for (const [name, declared, type] of cases) {
    assert.equal(expected(name, declared), type, `${name} as ${declared}`);
  }
});

Deno.test("what is binary for certain is refused before its bytes are sent", () => {
  for (
    const declared of [
      "application/zip",
      "application/x-zip-compressed",
      "application/wasm",
      "video/mp4",
      "audio/mpeg",
      "audio/x-wav",
      "font/woff2",
    ]
  ) {
    assert.throws(() => expected("a.bin", declared), {
      code: "unsupported_media_type",
    });
  }
  assert.equal(expected("a.json", "application/zip"), "text/json");
});
