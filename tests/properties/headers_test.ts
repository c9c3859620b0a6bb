/** What headers and query parameters say. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { announcedSha256 } from "../../supabase/functions/file-upload/digest.ts";
import { wantedBy } from "../../supabase/functions/conversation-history/follow/request.ts";
import { FollowQuery } from "../../supabase/functions/conversation-history/follow/request.ts";
import {
  offsetOf,
  seqOf,
} from "../../supabase/functions/conversation-history/follow/durable_streams.ts";
import { select } from "../../supabase/functions/_shared/files/conditions.ts";
import {
  declaredType,
  requireType,
} from "../../supabase/functions/_shared/files/declared_type.ts";
import { parseIdempotencyKey } from "../../supabase/functions/_shared/http/idempotency_key.ts";
import {
  matchedVersions,
  versionTag,
} from "../../supabase/functions/_shared/http/version_tag.ts";
import {
  queryOf,
  text,
  wholeNumber,
} from "../../supabase/functions/_shared/wire/rules.ts";
import { textFault } from "../../supabase/functions/_shared/wire/storable.ts";
import { fc, headerOf, orProblem, textOf } from "./properties.ts";

const tag = '"c2hhLTI1Ng"';
const lastModified = new Date("2026-01-02T03:04:05.678Z");

Deno.test("any Range and conditions select something that is in the file", () => {
  const range = headerOf(["bytes", "=", "-", "0", "9", "99999999999999999999"]);
  const condition = fc.option(
    headerOf([tag, `W/${tag}`, "*", lastModified.toUTCString()]),
    { nil: undefined },
  );
  fc.assert(
    fc.property(
      range,
      fc.record({
        "If-Range": condition,
        "If-Match": condition,
        "If-None-Match": condition,
        "If-Modified-Since": condition,
      }),
      fc.nat({ max: 1000 }),
      fc.constantFrom("GET", "HEAD"),
      (header, conditions, size, method) => {
        const headers = new Headers({ Range: header });
        for (const [name, value] of Object.entries(conditions)) {
          if (value !== undefined) headers.set(name, value);
        }
        const selected = select(
          { method, headers },
          { etag: tag, lastModified },
          size,
        );
        if (selected.status !== 206) return;
        const { first, last } = selected.range;
        assert.ok(0 <= first && first <= last && last < size);
      },
    ),
  );
});

Deno.test("a range is the bytes that it names", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 300 }),
      fc.option(fc.nat({ max: 300 })),
      fc.nat({ max: 300 }),
      (from, to, size) => {
        const headers = new Headers({ Range: `bytes=${from}-${to ?? ""}` });
        const selected = select({ method: "GET", headers }, {
          etag: tag,
          lastModified,
        }, size);
        const all = Array.from({ length: size }, (_, byte) => byte);
        const wanted = all.slice(from, to === null ? undefined : to + 1);
        if (to !== null && to < from) {
          assert.deepEqual(selected, { status: 200 });
        } else if (wanted.length === 0) {
          assert.deepEqual(selected, { status: 416 });
        } else {
          assert.deepEqual(selected, {
            status: 206,
            range: { first: wanted[0], last: wanted.at(-1) },
          });
        }
      },
    ),
  );
});

Deno.test("any Content-Type is declared, and what is kept of it can be sent", () => {
  const header = textOf(["text/plain", "charset", "=", "utf-8", "\\", "\t"]);
  fc.assert(fc.property(header, (value) => {
    const declared = declaredType(value);
    orProblem(["unsupported_media_type"], () => requireType(value));
    const { essence, parameters } = declared;
    if (essence === null) return;
    const sent = parameters === null ? essence : `${essence}; ${parameters}`;
    new Headers({ "Content-Type": sent });
    const again = declaredType(sent);
    assert.equal(again.essence, essence);
    assert.equal(again.parameters, parameters);
  }));
});

Deno.test("any Repr-Digest is a digest, none, or malformed_request", () => {
  const base64 = `${"A".repeat(43)}=`;
  const grammar = [
    `sha-256=:${base64}:`,
    "sha-256=:",
    "sha-512=:AAAA:",
    ", ",
    ":",
    base64,
    ";a=1",
  ];
  fc.assert(fc.property(headerOf(grammar), (header) => {
    const digest = orProblem(
      ["malformed_request"],
      () => announcedSha256(header),
    );
    if (digest !== null) assert.match(digest, /^[0-9a-f]{64}$/);
  }));
});

Deno.test("a Repr-Digest says what it was made of", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const hash = createHash("sha256").update(bytes).digest();
    const header = `sha-512=:AAAA:, sha-256=:${hash.toString("base64")}:`;
    assert.equal(announcedSha256(header), hash.toString("hex"));
  }));
});

Deno.test("any Idempotency-Key is a key that can be stored, or refused", () => {
  fc.assert(fc.property(textOf(["\\", "k"]), (header) => {
    const key = orProblem(
      ["validation_failed"],
      () => parseIdempotencyKey(header),
    );
    if (key === null) return;
    assert.equal(textFault(key), null);
    assert.ok([...key].length >= 1 && [...key].length <= 255);
  }));
});

Deno.test("a quoted Idempotency-Key is the key in the quotes", () => {
  const keys = fc.string({ minLength: 1, maxLength: 255 });
  fc.assert(fc.property(keys, (key) => {
    const quoted = `"${key.replace(/["\\]/g, "\\$&")}"`;
    assert.equal(parseIdempotencyKey(quoted), key);
  }));
});

Deno.test("any If-Match allows versions or is precondition_failed", () => {
  const header = headerOf([tag, "W/", '"MjAyNg.x"', "*", ".", "-", "_"]);
  fc.assert(fc.property(header, (value) => {
    const versions = orProblem(
      ["precondition_failed"],
      () => matchedVersions(value) ?? [],
    );
    // What reaches the database is text of times.
    for (const version of versions ?? []) {
      assert.match(version, /^[0-9T:.+Z-]+$/);
    }
  }));
});

Deno.test("a tag allows its version, weakened and in a list too", async () => {
  const times = fc.date({ noInvalidDate: true })
    .map((date) => date.toISOString().replace(/^[+-]\d\d/, ""));
  await fc.assert(
    fc.asyncProperty(times, times, fc.uint8Array(), async (one, two, bytes) => {
      const answer = new Uint8Array(bytes);
      const [first, second] = [
        await versionTag(one, answer),
        await versionTag(two, answer),
      ];
      assert.deepEqual(matchedVersions(first), [one]);
      assert.deepEqual(matchedVersions(`"other", W/${first} ,${second}`), [
        one,
        two,
      ]);
    }),
  );
});

Deno.test("any query is parsed or refused, and numbers are what was written", () => {
  const schema = queryOf({
    limit: wholeNumber(1, 500).default(100),
    after: wholeNumber(0).optional(),
    name: text(1, 10).optional(),
  });
  const value = textOf([
    "0",
    "1",
    "00",
    "-",
    "+",
    "e",
    ".",
    "9007199254740993",
  ]);
  fc.assert(
    fc.property(fc.dictionary(textOf(["limit", "after"]), value), (query) => {
      schema.safeParse(query);
    }),
  );
  fc.assert(fc.property(value, (limit) => {
    const parsed = schema.safeParse({ limit });
    if (!parsed.success) return;
    assert.ok(Number.isInteger(parsed.data.limit));
    assert.ok(parsed.data.limit >= 1 && parsed.data.limit <= 500);
    assert.equal(BigInt(limit), BigInt(parsed.data.limit));
  }));
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n }), (after) => {
    const parsed = schema.safeParse({ after: String(after) });
    assert.equal(parsed.success, after <= BigInt(Number.MAX_SAFE_INTEGER));
    if (parsed.success) assert.equal(BigInt(parsed.data.after ?? 0), after);
  }));
});

Deno.test("any request to follow is understood or refused", () => {
  const value = textOf(["now", "-1", "sse", "long-poll", "0", "1", "41"]);
  const accept = fc.option(
    headerOf(["text/event-stream", "application/json", "*/*", "q=0.5"]),
    { nil: undefined },
  );
  const query = fc.record({
    after: value,
    wait: value,
    live: value,
    offset: value,
    cursor: value,
  }, { requiredKeys: [] });
  fc.assert(fc.property(query, accept, (query, accept) => {
    const parsed = FollowQuery.safeParse(query);
    if (!parsed.success) return;
    const wanted = orProblem(
      ["not_acceptable"],
      () => wantedBy(parsed.data, undefined, accept),
    );
    if (wanted === null || wanted.after === "now") return;
    assert.ok(Number.isSafeInteger(wanted.after) && wanted.after >= 0);
  }));
});

Deno.test("an offset is its seq, and offsets sort as seqs do", () => {
  const seqs = fc.nat({ max: 999_999_999_999_999 });
  fc.assert(fc.property(seqs, seqs, (one, other) => {
    assert.equal(seqOf(offsetOf(one)), one);
    assert.equal(offsetOf(one) < offsetOf(other), one < other);
  }));
});
