import assert from "node:assert/strict";
import { rememberVerified, userOfVerified } from "./verified_tokens.ts";

const now = () => Date.now() / 1000;

Deno.test("a verified token is remembered with its user", () => {
  rememberVerified("token", "user", now() + 3600);
  assert.equal(userOfVerified("token"), "user");
  assert.equal(userOfVerified("token2"), null);
});

Deno.test("an expired token is not remembered", () => {
  rememberVerified("expired", "user", now() - 1);
  assert.equal(userOfVerified("expired"), null);
});

Deno.test("however many users there are, the oldest tokens are forgotten", () => {
  for (let n = 0; n <= 500; n++) {
    rememberVerified(`token ${n}`, `user ${n}`, now() + 3600);
  }
  assert.equal(userOfVerified("token 0"), null);
  assert.equal(userOfVerified("token 500"), "user 500");
});
