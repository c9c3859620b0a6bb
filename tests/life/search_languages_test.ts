/** What search finds, in scripts with and without spaces between words. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { hitsIn, search } from "./searching.ts";

const owner = await signUp("owner");

const texts = [
  "All human beings are born free and equal in dignity and rights.",
  "Все люди рождаются свободными и равными в своем достоинстве и правах.",
  "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
  "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
  "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
  "人人生而自由,在尊严和权利上一律平等。",
  "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
  "Le café était fermé; Übergrößen gab es keine.",
  "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
  "Run `git rebase --onto main` at 10.0.0.1, or mail ops@example.com about snake_case_name.",
  "使用deno运行TypeScript很快",
  "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် မွေးဖွားလာသူများဖြစ်သည်။",
] as const;

const name = fresh("languages");
const stored = await append(owner, name, [...texts]);
const id: string = stored.body.conversation.id;

/** Finds the one text with `q`, and marks `marked` in it. */
function finds(what: string, seq: number, q: string, marked: string[] = []) {
  Deno.test(`search finds ${what}: ${q}`, async () => {
    assert.deepEqual(await hitsIn(owner, id, q), [seq]);
    const { body } = await search(owner, q);
    const { snippet } = body.hits[0];
    const marks = [...snippet.matchAll(/⟦(.*?)⟧/gs)].map(([, mark]) => mark);
    if (marked.length > 0) assert.deepEqual(marks, marked);
    assert.ok(marks.length > 0, snippet);
    // Besides the marks a snippet is the text, word for word.
    const plain = snippet.replaceAll(/[⟦⟧]/g, "");
    for (const piece of plain.split(" … ")) {
      assert.ok(texts[seq - 1]!.includes(piece), `${piece} is not of the text`);
    }
  });
}

finds("English", 1, "dignity", ["dignity"]);
finds("words in any case and order", 1, "EQUAL beings", ["beings", "equal"]);
finds("Russian", 2, "достоинстве", ["достоинстве"]);
finds("Russian capitals", 2, "РАВНЫМИ", ["равными"]);
finds("Arabic", 3, "جميع الناس", ["جميع", "الناس"]);
finds("Hindi", 4, "मनुष्यों", ["मनुष्यों"]);
finds("Hindi, two words", 4, "गौरव अधिकारों", ["गौरव", "अधिकारों"]);
finds("Japanese", 5, "人間は", ["人間は"]);
finds("two characters of Japanese", 5, "尊厳", ["尊厳"]);
finds("Kana inside a run", 5, "ながら", ["ながら"]);
finds("Chinese", 6, "尊严", ["尊严"]);
finds("a run of Chinese", 6, "一律平等", ["一律平等"]);
finds("two Chinese words", 6, "平等 尊严", ["尊严", "平等"]);
finds("Thai", 7, "อิสระ", ["อิสระ"]);
finds("Thai with vowels above", 7, "มนุษย์ทั้งหลาย");
finds("Korean", 9, "인간은", ["인간은"]);
finds("Burmese", 12, "ဂုဏ်သိက္ခာ");
finds("an accent by none", 8, "cafe etait", ["café", "était"]);
finds("none by an accent", 1, "dígnity", ["dignity"]);
finds("an umlaut by its letter", 8, "ubergroßen");
finds("code", 10, "git rebase");
finds("an address", 10, "ops@example.com");
finds("a part of a name with underscores", 10, "snake");
finds("Latin amid Chinese", 11, "deno", ["deno"]);
finds("Chinese beside Latin", 11, "运行TypeScript");

Deno.test("characters of one script are a phrase and not any text with both", async () => {
  assert.deepEqual(await hitsIn(owner, id, "由自"), []);
  assert.deepEqual(await hitsIn(owner, id, "严尊"), []);
});

Deno.test("a word is found whole and not by its middle", async () => {
  assert.deepEqual(await hitsIn(owner, id, "ignit"), []);
});
