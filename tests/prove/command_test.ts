/** `deno task prove` as a user runs it. */
import assert from "node:assert/strict";
import { join } from "node:path";

const root = new URL("../../", import.meta.url);

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "prove/main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("a checker that does not exist, and options that are wrong, end in a sentence", async () => {
  const unknown = await run("nothing");
  assert.equal(unknown.code, 1);
  assert.match(unknown.text, /no checker "nothing".*conversations, files/);
  const wrong = await run("files", "--seconds", "soon");
  assert.equal(wrong.code, 1);
  assert.match(wrong.text, /--seconds must be a whole number/);
  const without = await run();
  assert.equal(without.code, 1);
  assert.match(without.text, /^Usage: deno task prove /);
});

Deno.test("a run with an anomaly fails, prints it, and keeps its history", async () => {
  const dir = await Deno.makeTempDir({ prefix: "continuum-prove-" });
  try {
    const history = join(dir, "history.ndjson");
    const { code, text } = await run(
      ...["conversations", "--seconds", "5", "--seed", "11"],
      ...["--plant", "unique-keys", "--history", history],
    );
    assert.equal(code, 1, text);
    assert.match(text, /--seed 11, --plant unique-keys/);
    assert.match(text, /backstop: The database takes a second row/);
    const events = (await Deno.readTextFile(history)).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(events[0].event, "start");
    assert.ok(events.some(({ event }) => event === "anomaly"));
    assert.ok(events.some(({ kind, outcome }) => kind && outcome === "done"));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
