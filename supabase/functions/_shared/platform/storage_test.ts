import assert from "node:assert/strict";
import { publicStorageUrl } from "./storage.ts";

Deno.test("URLs for clients begin where clients reach the project, not where functions do", () => {
  Deno.env.set("CONTINUUM_PUBLIC_URL", "https://api.example.com");
  try {
    assert.equal(publicStorageUrl(), "https://api.example.com/storage/v1");
  } finally {
    Deno.env.delete("CONTINUUM_PUBLIC_URL");
  }
});
