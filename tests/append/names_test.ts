/** Names of conversations: compared after NFC, kept as first written; titles made of them. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");

const spellings: [string, string, string][] = [
  ["café", "caf\u00e9", "cafe\u0301"],
  ["Hangul", "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af"],
  ["the Ångström sign", "\u212b", "A\u030a"],
  ["marks in two orders", "a\u0323\u0307", "a\u0307\u0323"],
];
for (const [what, one, other] of spellings) {
  Deno.test(`${what} spelled two ways is one conversation, named as it was first written`, async () => {
    for (const [first, second] of [[one, other], [other, one]]) {
      const rest = fresh("");
      const [made, found] = [`${first}${rest}`, `${second}${rest}`];
      const appended = await append(owner, made, ["1"]);
      const again = await append(owner, found, ["2"]);
      assert.equal(again.status, 201, again.text);
      assert.equal(
        again.body.conversation.id,
        appended.body.conversation.id,
      );
      assert.equal(again.body.conversation.continuation_id, made);
      for (const name of [made, found]) {
        const { body } = await history(owner, name);
        assert.equal(body.messages.length, 2);
        assert.equal(body.conversation.continuation_id, made);
      }
      assertProblem(
        await request(
          owner,
          `conversation-history/${encodeURIComponent(made)}/fork`,
          {
            json: { continuation_id: found },
          },
        ),
        409,
        "already_exists",
      );
      const listed = await request(
        owner,
        `conversation-history?prefix=${encodeURIComponent(found)}`,
      );
      assert.equal(listed.body.conversations.length, 1);
    }
  });
}

Deno.test("names that only look alike are two conversations", async () => {
  const rest = fresh("");
  const ids = new Set<string>();
  for (const name of ["ﬁ", "fi", "ｆｉ", "FI", "𝐟𝐢"]) {
    const { body } = await append(owner, name + rest, ["x"]);
    ids.add(body.conversation.id);
  }
  assert.equal(ids.size, 5);
});

const family = "👨‍👩‍👧‍👦";
const titles: [name: string, title: string | null][] = [
  ["abcdefghij", "abcdefgh"],
  ["abc", "abc"],
  [family.repeat(10), family.repeat(8)],
  ["👍🏽".repeat(9), "👍🏽".repeat(8)],
  ["🇩🇪🇫🇷🇮🇹🇪🇸🇵🇱🇸🇪🇳🇴🇫🇮🇩🇰", "🇩🇪🇫🇷🇮🇹🇪🇸🇵🇱🇸🇪🇳🇴🇫🇮"],
  ["e\u0301".repeat(9), "e\u0301".repeat(8)],
  ["नमस्ते दुनिया", null],
  ["अअअअअअअस्तेअ", "अअअअअअअस्ते"],
  ["অঅঅঅঅঅঅক্ষাঅ", "অঅঅঅঅঅঅক্ষা"],
  [
    "한글한글한글한글한글".normalize("NFD"),
    "한글한글한글한글".normalize("NFD"),
  ],
  ["กำกำกำกำกำกำกำกำกำ", "กำกำกำกำกำกำกำกำ"],
  ["🏴󠁧󠁢󠁥󠁮󠁧󠁿".repeat(9), "🏴󠁧󠁢󠁥󠁮󠁧󠁿".repeat(8)],
];
for (const [name, expected] of titles) {
  Deno.test(`the default title of "${name}" cuts no grapheme`, async () => {
    const user = await signUp("titles");
    const { body, text } = await append(user, name, ["x"]);
    const title: string = body.conversation?.title ?? text;
    assert.ok(title.startsWith("Conversation "), title);
    const shown = title.slice("Conversation ".length);
    if (expected !== null) assert.equal(shown, expected);
    const graphemes = (value: string) =>
      [...new Intl.Segmenter("und", { granularity: "grapheme" }).segment(value)]
        .map(({ segment }) => segment);
    const whole = graphemes(name);
    assert.ok(name.startsWith(shown));
    assert.deepEqual(
      graphemes(shown),
      whole.slice(0, graphemes(shown).length),
    );
    assert.ok(graphemes(shown).length >= Math.min(whole.length, 5), shown);
  });
}

Deno.test("a name of one letter under hundreds of marks makes a conversation like any other", async () => {
  const user = await signUp("titles");
  for (const mark of ["\u0323", "\u200d👩", "\u094d\u0915"]) {
    const name = [...("a" + mark.repeat(254))].slice(0, 255).join("");
    const { status, text, body } = await append(user, name, ["x"]);
    assert.equal(status, 201, text);
    assert.ok([...body.conversation.title].length <= 200);
  }
});
