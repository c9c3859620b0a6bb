import assert from "node:assert/strict";
import { publicStorageUrl } from "./storage.ts";

Deno.test("URLs for clients begin where clients reach the project, not where functions do", () => {
  try {
    for (const url of ["https://api.example.com", "https://api.example.com/"]) {
      Deno.env.set("CONTINUUM_PUBLIC_URL", url);
      assert.equal(publicStorageUrl(), "https://api.example.com/storage/v1");
    }
  } finally {
    Deno.env.delete("CONTINUUM_PUBLIC_URL");
  }
});
