import assert from "node:assert/strict";
import { piecesOf, titlePieces } from "./search.ts";

Deno.test("matches are marked in snippets and in titles, whatever else there is in them", () => {
  assert.deepEqual(piecesOf("a ⟦b⟧ c⟧ ⟦d"), [
    { text: "a ", isMatch: false },
    { text: "b", isMatch: true },
    { text: " c⟧ ⟦d", isMatch: false },
  ]);
  assert.deepEqual(titlePieces("About Größe", " GRÖ "), [
    { text: "About ", isMatch: false },
    { text: "Grö", isMatch: true },
    { text: "ße", isMatch: false },
  ]);
  assert.equal(titlePieces("About", "x"), null);
});
