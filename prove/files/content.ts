/** Bytes for uploads. */
import { createHash } from "node:crypto";
import type { Client } from "./client.ts";
import type { Step } from "./plan.ts";

/** Contents that several uploads have. */
const COMMON = 5;

/** Text that no other upload has, or one of a few. */
export function bytesFor(
  client: Client,
  { isCommon, size, pick }: Step,
  number: number,
): Uint8Array {
  const line = isCommon
    ? `common ${pick % COMMON}\n`
    : `${client.name} ${number}\n`;
  const length = isCommon ? 100 + pick % COMMON : size;
  return new TextEncoder().encode(
    line.repeat(Math.ceil(length / line.length)).slice(
      0,
      Math.max(length, line.length),
    ),
  );
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The value of Repr-Digest. */
export function digestOf(bytes: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
}
