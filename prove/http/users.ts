/** Who sends the requests of a worker, and what they have from the start. */
import { type Actor, signUp } from "../../tests/support/actors.ts";
import { request } from "../../tests/support/http.ts";
import type { Target } from "../../tests/support/target.ts";
import type { Known } from "./known.ts";
import type { Dice } from "./random.ts";

export interface Users {
  owner: Actor & { id: string };
  guest: Actor & { id: string };
  at: Target;
}

/** An owner with conversations and files, and a guest whom they have invited. */
export async function users(at: Target, known: Known): Promise<Users> {
  const [owner, guest] = await Promise.all([
    signUp("owner", at),
    signUp("guest", at),
  ]);
  const ask = async (path: string, options: Parameters<typeof request>[2]) => {
    const { body, status, text } = await request(owner, path, {
      at,
      ...options,
    });
    if (status >= 300) throw new Error(`${path}: ${text}`);
    known.learn(body);
    return body;
  };
  const text = (words: string, name: string) => ({
    body: words,
    headers: { "Content-Type": "text/plain", "X-File-Name": name },
  });
  const { file } = await ask("file-upload", text("a file of words", "a.txt"));
  await ask("file-upload", text("another", "b.md"));
  for (const name of ["n1", "n2"]) {
    const { conversation } = await ask("conversation-append", {
      json: {
        continuation_id: name,
        file_ids: [file.id],
        messages: [
          { role: "user", content: "hello words" },
          { role: "assistant", content: "an answer", client_id: `c-${name}` },
        ],
      },
    });
    await ask(`conversation-history/${conversation.id}/members/${guest.id}`, {
      method: "PUT",
      json: { role: "editor" },
    });
  }
  for (let count = 0; count < 2; count++) {
    await ask("openai/v1/conversations", {
      json: { items: [{ role: "user", content: "hello" }] },
    });
  }
  known.add("user", guest.id);
  return { owner, guest, at };
}

/** The credentials of a request: mostly those that it needs. */
export function credentials(
  dice: Dice,
  { owner, guest, at }: Users,
  isMaintenance: boolean,
): [name: string, value: string][] {
  if (isMaintenance && !dice.oneIn(6)) return [["apikey", at.secretKey]];
  if (dice.oneIn(15)) {
    return dice.pick<[string, string][]>([
      [],
      [["apikey", at.publishableKey]],
      [["Authorization", "Bearer a.b.c"]],
      [["Authorization", "Basic eDp5"]],
      [["Authorization", `Bearer ${at.publishableKey}`]],
      [["Authorization", "Bearer " + "x".repeat(4000)]],
    ]);
  }
  return Object.entries((dice.oneIn(4) ? guest : owner).headers);
}
