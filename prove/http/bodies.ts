/** Bodies that are not JSON of a schema: files, forms and messages of the Model Context Protocol. */
import published from "../../supabase/functions/_shared/generated/mcp.json" with {
  type: "json",
};
import { jsonFor, type Maker } from "./from_schema.ts";
import { hostileText, joined } from "./hostile.ts";

const encoder = new TextEncoder();

/** What files begin with; the rest is random. */
const BEGINNINGS: readonly string[] = [
  "",
  "hello",
  "%PDF-1.7\n",
  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
  "\xff\xd8\xff\xe0\0\x10JFIF\0",
  "GIF89a",
  "RIFF\x24\0\0\0WEBPVP8 ",
  "\0\0\0\x20ftypheic",
  "<svg xmlns='http://www.w3.org/2000/svg'/>",
  "<?xml version='1.0'?>\n<!DOCTYPE x>",
  "PK\x03\x04",
  "II*\0\x08\0\0\0",
  "MM\0*\xff\xff\xff\xff",
  "\xef\xbb\xbftext",
  "\xff\xfeh\0i\0",
  '{"0":137,"1":80}',
  "#!/bin/sh\n",
];

export function fileBody({ dice }: Maker): Uint8Array<ArrayBuffer> {
  const beginning = Uint8Array.from(
    dice.pick(BEGINNINGS),
    (letter) => letter.charCodeAt(0),
  );
  const rest = dice.oneIn(2)
    ? encoder.encode(`${dice.below(1e9)} `.repeat(dice.below(60)))
    : dice.bytes(dice.below(400));
  // Now and then one that is larger than a pipe.
  const more = dice.oneIn(60) ? new Uint8Array(3_000_000).fill(97) : [];
  return joined(beginning, rest, Uint8Array.from(more));
}

/** A form, with the boundary that its Content-Type names; either may be wrong. */
export function formBody(
  maker: Maker,
): { type: string; body: Uint8Array<ArrayBuffer> } {
  const { dice, hostility } = maker;
  const odd = () => hostility > 0 && dice.oneIn(hostility);
  const boundary = odd() ? "a".repeat(dice.below(100)) : "b0undary";
  const pieces: Uint8Array[] = [];
  for (let count = dice.below(odd() ? 14 : 4) + 1; count > 0; count--) {
    const name = odd()
      ? hostileText(dice)
      : dice.pick(["file", "file", "files[]", "purpose", "metadata", "bucket"]);
    const isFile = /^file/.test(name) || dice.oneIn(4);
    const fileName = odd() ? hostileText(dice) : `f${dice.below(9)}.txt`;
    const headers = [
      `Content-Disposition: ${
        odd() ? dice.pick(["attachment", "", "form-data; name"]) : "form-data"
      }; name="${name}"${isFile ? `; filename="${fileName}"` : ""}`,
      ...(isFile && !dice.oneIn(4)
        ? [`Content-Type: ${odd() ? hostileText(dice) : "text/plain"}`]
        : []),
      ...(odd()
        ? [
          `Content-Transfer-Encoding: ${
            dice.pick(["base64", "quoted-printable", "x"])
          }`,
        ]
        : []),
    ];
    const value = isFile ? fileBody(maker) : encoder.encode(
      odd() ? hostileText(dice) : dice.pick(["user_data", "{}", "user-files"]),
    );
    pieces.push(
      encoder.encode(
        `--${boundary}\r\n${headers.join(odd() ? "\n" : "\r\n")}\r\n${
          odd() ? "" : "\r\n"
        }`,
      ),
      value,
      encoder.encode(odd() ? "\n" : "\r\n"),
    );
  }
  if (!odd()) pieces.push(encoder.encode(`--${boundary}--\r\n`));
  return {
    type: `multipart/form-data; boundary=${odd() ? "other" : boundary}`,
    body: joined(...pieces),
  };
}

const METHODS: readonly string[] = [
  "initialize",
  "ping",
  "tools/list",
  "resources/list",
  "resources/read",
  "resources/templates/list",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "notifications/initialized",
  "logging/setLevel",
];

/** A message of the Model Context Protocol as JSON text: mostly calls of tools. */
export function mcpMessage(maker: Maker): string {
  const { dice, hostility, known } = maker;
  const odd = () => hostility > 0 && dice.oneIn(hostility);
  const tool = dice.pick(published.tools);
  const isCall = !dice.oneIn(3);
  const method = odd()
    ? hostileText(dice)
    : isCall
    ? "tools/call"
    : dice.pick(METHODS);
  const uuid = known.uuid(dice);
  const params = isCall
    ? `{"name":${
      JSON.stringify(odd() ? hostileText(dice) : tool.name)
    },"arguments":${jsonFor(maker, tool.inputSchema)}}`
    : dice.pick([
      "{}",
      `{"uri":"continuum://${dice.pick(["conversation", "file"])}/${uuid}"}`,
      `{"name":"continue","arguments":{"continuation_id":"${uuid}"}}`,
      '{"ref":{"type":"ref/prompt","name":"continue"},"argument":{"name":"continuation_id","value":"n"}}',
      '{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}',
      JSON.stringify({ uri: hostileText(dice) }),
    ]);
  const id = odd()
    ? dice.pick(["null", "1.5", '""', "[]", '"\\u0000"', "1e400"])
    : String(dice.below(99));
  return `{"jsonrpc":${odd() ? '"1.0"' : '"2.0"'},${
    odd() || method.startsWith("notifications") ? "" : `"id":${id},`
  }"method":${JSON.stringify(method)},"params":${params}}`;
}
