/** Programs that write to a session in the moment in which it is replaced. */
import assert from "node:assert/strict";
import { newUser } from "../import/importing.ts";
import { linesOf } from "../../client/cli/sync/lines.ts";
import { Folder } from "../../client/cli/sync/local.ts";
import { CLAUDE_CODE } from "../../client/cli/sync/tools.ts";
import { entry, Machine, settle, textOf } from "./machines.ts";

const id = () => crypto.randomUUID();

/** A session on a machine, and its folder as sync sees it. */
async function started(machine: Machine) {
  const session = id();
  const path = machine.claude(session);
  const first = entry(session, "one", { cwd: `${machine.home}/app` });
  await machine.write(path, [first]);
  const folder = new Folder(CLAUDE_CODE, CLAUDE_CODE.root(machine.home, {}));
  const below = path.replace(".claude/projects/", "");
  return { session, path, first, folder, below };
}

const bytesOf = (lines: object[]) =>
  linesOf(new TextEncoder().encode(textOf(lines))).lines;

Deno.test("a line that was added since the file was read is not replaced", async () => {
  const machine = new Machine(await newUser());
  const { session, path, first, folder, below } = await started(machine);
  const read = (await folder.read(below))!;
  const mine = entry(session, "mine");
  await machine.write(path, [mine]);
  const { isDone } = await folder.extend(
    read,
    bytesOf([first, entry(session, "theirs")]),
    null,
  );
  assert.equal(isDone, false);
  assert.deepEqual(await machine.contents(), [textOf([first, mine])]);
});

Deno.test("a line that a program puts into the replaced file becomes a second file, on every machine", async () => {
  const user = await newUser();
  const [a, b] = [new Machine(user), new Machine(user)];
  const { session, path, first, folder, below } = await started(a);
  await settle([a, b]);
  const theirs = entry(session, "theirs");
  await b.write(b.claude(session), [theirs]);
  await b.sync();

  // The program has opened the file just before, and writes just after.
  const program = await Deno.open(`${a.home}/${path}`, { append: true });
  const read = (await folder.read(below))!;
  const { isDone } = await folder.extend(read, bytesOf([first, theirs]), null);
  assert.ok(isDone);
  const mine = entry(session, "mine");
  await program.write(new TextEncoder().encode(textOf([mine])));
  program.close();

  await settle([a, b]);
  const expected = [textOf([first, theirs]), textOf([first, mine])].sort();
  assert.deepEqual(await a.contents(), expected);
  assert.deepEqual(await b.contents(), expected);
});

Deno.test("what a killed run has left is removed, and a session that it took away is put back", async () => {
  const machine = new Machine(await newUser());
  const { path, first, below } = await started(machine);
  const at = `${machine.home}/${path}`;
  await Deno.link(at, `${at}.sync-before-0123abcd`);
  await Deno.writeTextFile(`${at}.sync-part-0123abcd`, "half");
  await Deno.utime(`${at}.sync-part-0123abcd`, 0, 0);
  await machine.sync();
  assert.deepEqual([...(await machine.files()).keys()], [path]);

  await Deno.rename(at, `${at}.sync-before-0123abcd`);
  await machine.sync();
  assert.equal(
    (await machine.files()).get(`.claude/projects/${below}`),
    textOf([first]),
  );
});

Deno.test("a session that appears while it is written here is not replaced", async () => {
  const machine = new Machine(await newUser());
  const { first, folder, below } = await started(machine);
  assert.equal(
    await folder.create(below, bytesOf([{ other: true }]), null),
    false,
  );
  assert.deepEqual(await machine.contents(), [textOf([first])]);
});
