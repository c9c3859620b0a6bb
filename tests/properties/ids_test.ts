/** Cursors, and ids as other protocols spell them. */
import assert from "node:assert/strict";
import {
  conversationId,
  fileId,
  fileUuid,
  isUuid,
  itemId,
  nameOf,
} from "../../supabase/functions/openai/ids.ts";
import {
  parseResourceUri,
  resourceUri,
} from "../../supabase/functions/mcp/resource_uri.ts";
import {
  decodeCursor,
  encodeCursor,
  withNextCursor,
} from "../../supabase/functions/_shared/http/pagination.ts";
import {
  HitPosition,
  ListPosition,
} from "../../supabase/functions/_shared/wire/positions.ts";
import { fc, orProblem, textOf } from "./properties.ts";

const times = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
}).map((date) => date.toISOString());

Deno.test("any cursor is a position or invalid_cursor", () => {
  const cursor = fc.oneof(
    textOf(["eyJ", "fQ", "-", "_", "="]),
    fc.json().map((json) => btoa(encodeURIComponent(json))),
    fc.object().map((value) =>
      encodeCursor(value as Record<string, string | number>)
    ),
  );
  fc.assert(fc.property(cursor, (text) => {
    orProblem(["invalid_cursor"], () => decodeCursor(text, ListPosition));
    orProblem(["invalid_cursor"], () => decodeCursor(text, HitPosition));
  }));
});

Deno.test("a cursor is the position that it was made of", () => {
  fc.assert(
    fc.property(
      times,
      fc.uuid(),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      (time, id, rank) => {
        const place = { last_activity_at: time, id };
        assert.deepEqual(
          decodeCursor(encodeCursor(place), ListPosition),
          place,
        );
        // JSON has no negative zero.
        const hit = { rank: rank + 0, id };
        assert.deepEqual(decodeCursor(encodeCursor(hit), HitPosition), hit);
        const answer = `{"hits":[{"a":"\\"last\\":null}"}],"last":${
          JSON.stringify(place)
        }}`;
        const sent = JSON.parse(withNextCursor(answer));
        assert.deepEqual(decodeCursor(sent.next_cursor, ListPosition), place);
      },
    ),
  );
});

Deno.test("an id of OpenAI's spelling is the uuid that it was made of", () => {
  const types = fc.oneof(
    fc.constantFrom("message", "reasoning", "mcp_call"),
    fc.string(),
  );
  fc.assert(fc.property(fc.uuid(), types, (uuid, type) => {
    assert.equal(nameOf(conversationId(uuid)), uuid);
    assert.equal(nameOf(itemId(type, uuid)), uuid);
    assert.equal(fileUuid(fileId(uuid)), uuid);
  }));
});

Deno.test("any id names something, and no file but by a uuid", () => {
  const grammar = ["conv_", "file-", "msg_", "0123456789abcdef".repeat(2)];
  fc.assert(fc.property(textOf(grammar), (id) => {
    assert.ok(nameOf(id) === id || isUuid(nameOf(id)));
    const uuid = orProblem(["not_found"], () => fileUuid(id));
    if (uuid !== null) assert.ok(isUuid(uuid));
  }));
});

Deno.test("any URI of a resource names one or none, and its own name is read back", () => {
  const grammar = ["continuum://", "conversation/", "file/", "%", "%2F", "/"];
  fc.assert(fc.property(textOf(grammar), (uri) => void parseResourceUri(uri)));
  fc.assert(
    fc.property(
      fc.constantFrom("conversation" as const, "file" as const),
      fc.string({ unit: "grapheme" }).filter((id) => id.isWellFormed()),
      (kind, id) => {
        fc.pre(id !== "{id}");
        assert.deepEqual(parseResourceUri(resourceUri(kind, id)), { kind, id });
      },
    ),
  );
});
