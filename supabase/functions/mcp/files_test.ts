import assert from "node:assert/strict";
import { decodePiece } from "./files.ts";

Deno.test("a piece of UTF-8 ends with a whole character, wherever it is cut", () => {
  const whole = "aé€😀z";
  const bytes = new TextEncoder().encode(whole);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { text, size } = decodePiece(bytes.subarray(0, cut), null, false);
    assert.ok(whole.startsWith(text), text);
    assert.equal(new TextEncoder().encode(text).length, size);
    assert.ok(cut - size < 4);
  }
});

Deno.test("the last piece is returned whole, and other charsets are decoded", () => {
  const broken = Uint8Array.of(0x61, 0xe2, 0x82);
  assert.deepEqual(decodePiece(broken, null, true), { text: "a�", size: 3 });
  assert.deepEqual(
    decodePiece(Uint8Array.of(0xe9), "charset=iso-8859-1", false),
    { text: "é", size: 1 },
  );
  assert.equal(
    decodePiece(Uint8Array.of(0x61), "charset=unheard-of", true).text,
    "a",
  );
});

Deno.test("UTF-16 is decoded by the beginning of its file, and no pair is cut", () => {
  const whole = "\ufeffplain 日本 😀 and more";
  for (const littleEndian of [true, false]) {
    const view = new DataView(new ArrayBuffer(2 * whole.length));
    for (let at = 0; at < whole.length; at++) {
      view.setUint16(2 * at, whole.charCodeAt(at), littleEndian);
    }
    const bytes = new Uint8Array(view.buffer);
    for (let cut = 4; cut < bytes.length; cut++) {
      const first = decodePiece(bytes.subarray(0, cut), null, false);
      const rest = decodePiece(
        bytes.subarray(first.size),
        "charset=utf-8",
        true,
        bytes.subarray(0, 64),
      );
      assert.equal(first.text + rest.text, whole);
      assert.ok(first.text.isWellFormed() && rest.text.isWellFormed());
    }
  }
});

Deno.test("bytes that are no UTF-8 do not stop a reader", () => {
  const { size } = decodePiece(
    Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80),
    null,
    false,
  );
  assert.equal(size, 5);
});
