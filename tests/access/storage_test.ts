/** Every operation of Storage by everybody. */
import assert from "node:assert/strict";
import { runCases } from "./run.ts";
import { asked, storageCases } from "./storage.ts";
import { actors } from "./world.ts";

/** The names of an object's methods, those of its classes included. */
function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (
    let type = object;
    type !== Object.prototype;
    type = Object.getPrototypeOf(type)
  ) {
    for (
      const [name, { value }] of Object.entries(
        Object.getOwnPropertyDescriptors(type),
      )
    ) {
      if (typeof value === "function" && name !== "constructor") {
        names.add(name);
      }
    }
  }
  return [...names].filter((name) => !asked.inner.includes(name)).sort();
}

Deno.test("the matrix lists every operation that Supabase's client has", () => {
  const { storage } = actors.owner.supabase;
  assert.deepEqual(methodsOf(storage), [...asked.bucket].sort());
  assert.deepEqual(methodsOf(storage.from("any")), [...asked.file].sort());
});

runCases(storageCases);
