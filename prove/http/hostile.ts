/** What a client should not send, or seldom does. */
import type { Dice } from "./random.ts";

/** Texts that parsers, encodings and databases have stumbled over. */
export const TEXTS: readonly string[] = [
  "",
  " ",
  ".",
  "..",
  "../../etc/passwd",
  "a/b",
  "a\\b",
  "a\u0000b",
  "\u0000",
  "\ud800",
  "\udc00\ud800",
  "\ufeff",
  "\uffff",
  "\u202egnp.exe",
  "e\u0301",
  "\u200b",
  "👩‍👩‍👧‍👦",
  "ﷺ".repeat(300),
  "a".repeat(256),
  "a".repeat(5000),
  "%00",
  "%ff",
  "%2e%2e%2f",
  "%",
  "%zz",
  "%u0041",
  "'; drop table messages; --",
  "' or '1'='1",
  '"',
  "\\",
  "\\u0000",
  "$1",
  "${jndi:ldap://127.0.0.1/a}",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "<!--",
  "\r\nX-Injected: yes",
  "\n",
  "\t",
  "null",
  "undefined",
  "NaN",
  "true",
  "-1",
  "0",
  "1e309",
  "9223372036854775808",
  "99999999999999999999999999",
  "0x10",
  "1,2",
  "Infinity",
  "2026-02-30T25:61:61Z",
  "275760-09-13T00:00:00Z",
  "0000-00-00",
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "{",
  "[]",
  "{}",
  "\u0085\u2028\u2029",
  "İıſK",
];

/** JSON that is valid and odd, or not quite valid, as text. */
export const JSON_TEXTS: readonly string[] = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-1",
  "0.5",
  "1e400",
  "-1e400",
  "1e-400",
  "1E+2147483648",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "1" + "0".repeat(400),
  "1" + "0".repeat(140_000),
  "0." + "1".repeat(20_000),
  "[]",
  "{}",
  "[null]",
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\u0000"',
  '"\\x41"',
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3}',
  '{"":""}',
  '{"\\u0000":1}',
  '{"\\ud800":1}',
  "[".repeat(99) + "]".repeat(99),
  "[".repeat(101) + "]".repeat(101),
  "[".repeat(5000) + "]".repeat(5000),
  '{"a":'.repeat(5000) + "1" + "}".repeat(5000),
  "[" + "0,".repeat(20_000) + "0]",
  "[" + "{},".repeat(210_000) + "{}]",
  "{" +
  Array.from({ length: 2000 }, (_, n) => `"k${n}":${n}`).join(",") + "}",
  "[1,]",
  "{'a':1}",
  "NaN",
  "undefined",
  "01",
  "+1",
  "/* no */ 1",
];

const CONTENT_TYPES: readonly (string | null)[] = [
  null,
  "",
  "text/plain",
  "application/json",
  "application/json; charset=utf-16",
  "application/json;",
  "APPLICATION/JSON",
  "application/merge-patch+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  'multipart/form-data; boundary="a b"',
  "application/octet-stream",
  "image/png",
  "image/svg+xml",
  "text/html",
  "application/pdf",
  "a/b/c",
  "*/*",
  'text/plain; charset="',
  "x".repeat(3000) + "/y",
];

const HEADERS: readonly [name: string, values: readonly string[]][] = [
  ["Accept", [
    "*/*",
    "text/html",
    "application/json;q=0",
    "text/event-stream",
    ";;;",
    "application/problem+json",
    ",".repeat(500),
  ]],
  ["If-None-Match", ["*", '"x"', 'W/"x"', "x", '"'.repeat(99), ","]],
  ["If-Match", ["*", '"x"', 'W/"1"', "", '"\u00ff"']],
  ["If-Modified-Since", ["yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"]],
  ["If-Unmodified-Since", ["0", "Fri, 31 Dec 9999 23:59:59 GMT"]],
  ["If-Range", ['"x"', "never"]],
  ["Range", [
    "bytes=0-",
    "bytes=-1",
    "bytes=5-1",
    "bytes=0-0,2-3",
    "bytes=99999999999999999999-",
    "lines=1-2",
    "bytes=" + "0-0,".repeat(500),
  ]],
  ["Idempotency-Key", [
    "",
    '"quoted"',
    "a".repeat(256),
    "key",
    "\u00e9",
    "a b",
    '"',
  ]],
  ["Last-Event-ID", ["-1", "0", "x", "9".repeat(40)]],
  ["Content-Encoding", ["gzip", "identity", "br, gzip", "x"]],
  ["Content-Disposition", [
    'attachment; filename="a.txt"',
    "attachment; filename*=UTF-8''%e2%82",
    "attachment; filename*=UTF-8''%00",
    'inline; filename="..\\\\..\\\\x"',
    ";".repeat(200),
  ]],
  ["X-File-Name", ["a.txt", "%", "%00", "%2e%2e", "a%2fb", "x".repeat(2000)]],
  ["Repr-Digest", [
    "sha-256=:AAAA:",
    "sha-256=AAAA",
    "md5=:AAAA:",
    "sha-256=:" + "A".repeat(43) + "=:",
    ":",
  ]],
  ["X-Request-Id", ["ok-1", "a\tb", "x".repeat(600), "{}", "<b>"]],
  ["X-Forwarded-Host", ["evil.example", "a b", "evil.example:99999"]],
  ["X-Forwarded-Proto", ["javascript", "https"]],
  ["Origin", ["null", "https://evil.example"]],
  ["MCP-Protocol-Version", ["2025-06-18", "1900-01-01", ""]],
  ["Expect", ["100-continue"]],
  ["TE", ["trailers"]],
  ["Accept-Language", ["x".repeat(3000)]],
  ["Prefer", ["return=minimal", "handling=strict"]],
  ["Cookie", ["a=b".repeat(500)]],
];

/** A text that a client should not send, as it may be by itself or amid others. */
export function hostileText(dice: Dice): string {
  const text = dice.pick(TEXTS);
  return dice.oneIn(4) ? text + dice.pick(TEXTS) : text;
}

export function hostileJson(dice: Dice): string {
  // The large ones cost time, and seldom show anything new.
  const text = dice.pick(JSON_TEXTS);
  return text.length > 5000 && !dice.oneIn(8) ? "null" : text;
}

export function hostileContentType(dice: Dice): string | null {
  return dice.pick(CONTENT_TYPES);
}

export function hostileHeader(dice: Dice): [name: string, value: string] {
  const [name, values] = dice.pick(HEADERS);
  return [name, dice.pick(values)];
}

/** Bytes that are not what they were: cut, broken, prolonged or doubled. */
export function damaged(
  dice: Dice,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const place = dice.below(bytes.length + 1);
  const insert = (piece: Uint8Array) =>
    joined(bytes.subarray(0, place), piece, bytes.subarray(place));
  switch (dice.below(6)) {
    case 0:
      return bytes.slice(0, place);
    case 1:
      return insert(dice.bytes(1 + dice.below(4)));
    case 2:
      return joined(Uint8Array.of(0xef, 0xbb, 0xbf), bytes);
    case 3:
      return joined(bytes, bytes);
    case 4:
      return insert(Uint8Array.of(0xc0, 0x80));
    default:
      return insert(Uint8Array.of(0));
  }
}

export function joined(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
