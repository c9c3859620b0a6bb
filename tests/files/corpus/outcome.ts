/** What became of a file: stored as it was sent, refused, or changed. */
import type { Actor } from "../../support/actors.ts";
import { download, sha256 } from "../uploading.ts";
import { EXPECTED_TYPES, type Sample } from "./samples.ts";

export interface Outcome {
  name: string;
  is: "stored" | "refused" | "changed";
  /** What is wrong, for the reader of a failure. */
  why?: string;
}

/**
 * Compares the result of an upload with what was sent. The bytes are compared by their digest if the answer has one,
 * and by a download if not or if `downloads`.
 */
export async function outcomeOf(
  actor: Actor,
  sample: Sample,
  declared: string,
  // deno-lint-ignore no-explicit-any -- a result of an answer
  result: any,
  downloads: boolean,
): Promise<Outcome> {
  const { name } = sample;
  const file = result?.file;
  if (!file) return { name, is: "refused", why: JSON.stringify(result) };
  const why = await differences(actor, sample, declared, file, downloads);
  return why.length > 0
    ? { name, is: "changed", why: why.join("; ") }
    : { name, is: "stored" };
}

async function differences(
  actor: Actor,
  { name, bytes, kind }: Sample,
  declared: string,
  // deno-lint-ignore no-explicit-any -- a file of an answer
  file: any,
  downloads: boolean,
): Promise<string[]> {
  const found: string[] = [];
  const digest = sha256(bytes);
  if (file.original_name !== name) found.push(`name ${file.original_name}`);
  if (file.size_bytes !== bytes.length) found.push(`size ${file.size_bytes}`);
  if (file.sha256 !== null && file.sha256 !== digest) found.push("digest");
  const type: string = file.mime_type;
  if (!isExpected(name, kind, declared, type)) {
    found.push(`type ${type}, declared ${declared}`);
  }
  if (downloads || file.sha256 === null) {
    const down = await download(actor, file.id);
    if (sha256(down.bytes) !== digest) found.push("bytes");
    if (down.name !== name) found.push(`downloaded as ${down.name}`);
  }
  return found;
}

/** Whether a type is one that a person expects: as it was declared, or else as the name says. */
function isExpected(
  name: string,
  kind: Sample["kind"],
  declared: string,
  type: string,
): boolean {
  const isDeclaredText = /^text\/(?!vnd\.|prs\.)/.test(declared);
  if (kind === "text" && isDeclaredText) return type === declared;
  if (name in EXPECTED_TYPES) return type === EXPECTED_TYPES[name];
  return kind === "pdf"
    ? type === "application/pdf"
    : type.startsWith(`${kind}/`);
}
