/** Forms: read as they were written, however the network cuts them, and refused if they are none. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  type FieldPart,
  type FilePart,
  partsOf,
} from "../../supabase/functions/_shared/files/multipart.ts";
import { decoded } from "../../supabase/functions/_shared/files/transfer_encoding.ts";
import {
  cuts,
  fc,
  joined,
  orProblemLater,
  pieces,
  textOf,
} from "./properties.ts";

interface Part {
  name: string;
  /** A field if it has none. */
  filename: string | null;
  content: Uint8Array;
}

const BOUNDARY = "----boundary";

/** Contents that often look like what ends them. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.array(
    fc.constantFrom(
      "\r\n",
      "--",
      BOUNDARY,
      `\r\n--${BOUNDARY.slice(0, -1)}`,
      "x",
      "\r",
      "\n",
    ),
    { maxLength: 12 },
  ).map((texts) => Buffer.from(texts.join(""))),
).filter((bytes) =>
  !Buffer.from(bytes).includes(`\r\n--${BOUNDARY}`) &&
  !Buffer.from(bytes).subarray(0, BOUNDARY.length + 2).equals(
    Buffer.from(`--${BOUNDARY}`),
  )
);

const plainNames = fc.stringMatching(/^[A-Za-z0-9 ._-]{1,20}$/)
  .filter((name) => name.trim() === name && !/^\.{1,2}$/.test(name));

const parts: fc.Arbitrary<Part[]> = fc.array(
  fc.record({
    name: plainNames,
    filename: fc.option(plainNames),
    content: contents,
  }),
  { minLength: 1, maxLength: 5 },
);

function written(parts: Part[]): Uint8Array {
  const chunks = parts.flatMap(({ name, filename, content }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === null
      ? ""
      : `; filename="${filename}"\r\nContent-Type: text/plain`,
    "\r\n\r\n",
    content,
    "\r\n",
  ]);
  return Buffer.concat(
    [...chunks, `--${BOUNDARY}--\r\n`].map((chunk) => Buffer.from(chunk)),
  );
}

async function readAll(
  contentType: string,
  chunks: AsyncGenerator<Uint8Array>,
): Promise<Part[]> {
  const found: Part[] = [];
  for await (const part of partsOf(contentType, chunks)) {
    found.push(part.kind === "field" ? asField(part) : await asFile(part));
  }
  return found;
}

function asField({ name, value }: FieldPart): Part {
  return { name, filename: null, content: Buffer.from(value) };
}

async function asFile(part: FilePart): Promise<Part> {
  const { name, chunks } = part.announce();
  return { name: "", filename: name, content: await joined(chunks) };
}

Deno.test("a form is read as it was written, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(parts, cuts, async (parts, cuts) => {
      const type = `multipart/form-data; boundary=${BOUNDARY}`;
      const found = await readAll(type, pieces(written(parts), cuts));
      const decode = (bytes: Uint8Array) =>
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      assert.deepEqual(
        found.map(({ filename, content }) =>
          filename === null ? decode(content) : [filename, Buffer.from(content)]
        ),
        parts.map(({ filename, content }) =>
          filename === null ? decode(content) : [filename, Buffer.from(content)]
        ),
      );
    }),
  );
});

Deno.test("any body is a form or malformed_request", async () => {
  const grammar = [
    `--${BOUNDARY}`,
    "\r\n",
    "--",
    "Content-Disposition: form-data",
    "name=a",
    "filename=",
    "Content-Transfer-Encoding: base64",
    ":",
  ];
  const type = fc.oneof(
    fc.constant(`multipart/form-data; boundary=${BOUNDARY}`),
    textOf(["multipart/form-data", "boundary", "="]),
  );
  const body = fc.oneof(
    fc.uint8Array(),
    textOf(grammar).map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(type, body, cuts, async (type, body, cuts) => {
      await orProblemLater(
        ["malformed_request", "validation_failed"],
        () => readAll(type, pieces(body, cuts)),
      );
    }),
  );
});

Deno.test("a transfer encoding gives back what was encoded, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 500 }),
      cuts,
      async (bytes, cuts) => {
        const base64 = Buffer.from(bytes).toString("base64").replace(
          /.{76}/g,
          "$&\r\n",
        );
        const quoted = [...bytes].map((byte, at) =>
          `=${byte.toString(16).padStart(2, "0").toUpperCase()}${
            at % 20 === 19 ? "=\r\n" : ""
          }`
        ).join("");
        for (
          const [encoding, text] of [["base64", base64], [
            "Quoted-Printable",
            quoted,
          ]] as const
        ) {
          const sent = pieces(Buffer.from(text), cuts);
          assert.deepEqual(
            Buffer.from(await joined(decoded(encoding, sent))),
            Buffer.from(bytes),
            encoding,
          );
        }
      },
    ),
  );
});

Deno.test("any encoded content is decoded or malformed_request", async () => {
  const encoding = fc.oneof(
    fc.constantFrom("base64", "quoted-printable", "binary", null),
    textOf(),
  );
  await fc.assert(
    fc.asyncProperty(
      encoding,
      fc.uint8Array(),
      cuts,
      async (encoding, bytes, cuts) => {
        await orProblemLater(
          ["malformed_request"],
          () => joined(decoded(encoding, pieces(bytes, cuts))),
        );
      },
    ),
  );
});
