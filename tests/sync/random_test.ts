/** Machines that write, synchronise at once and lose their network: no line is lost, and none is twice. */
import assert from "node:assert/strict";
import { everythingOf, newUser } from "../import/importing.ts";
import { cutting } from "../import/cutting.ts";
import { entry, Machine, settle, textOf } from "./machines.ts";

function seeded(seed: number): (below: number) => number {
  let state = seed * 7919 + 13;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 2 ** 31 * below);
  };
}

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`what three machines do to two sessions at random is all there in the end (seed ${seed})`, async () => {
    const random = seeded(seed);
    const user = await newUser();
    const machines = [1, 2, 3].map(() => new Machine(user));
    const some = () => machines[random(machines.length)]!;
    const sessions = [crypto.randomUUID(), crypto.randomUUID()];
    for (const [index, id] of sessions.entries()) {
      const machine = machines[index]!;
      await machine.write(machine.claude(id), [
        entry(id, "start", { cwd: `${machine.home}/app` }),
      ]);
    }
    /** Texts of files as they were after something was added to them. */
    const written: string[] = [];
    let number = 0;
    const add = async (machine: Machine) => {
      const paths = [...(await machine.files()).keys()]
        .filter((path) => path.endsWith(".jsonl"));
      const path = paths[random(paths.length)];
      if (path === undefined) return null;
      const line = entry(sessions[0]!, `word ${++number}`);
      await machine.write(path, [line]);
      return { path, line };
    };
    for (let step = 0; step < 40; step++) {
      const machine = some();
      switch (random(6)) {
        case 0:
        case 1: {
          const added = await add(machine);
          if (added !== null) {
            written.push((await machine.files()).get(added.path)!);
          }
          break;
        }
        case 2:
          await machine.sync();
          break;
        case 3:
          await Promise.all(machines.map((one) => one.sync()));
          break;
        case 4:
          await machine.sync({
            fetch: cutting(random(4), random(2) === 0),
            retries: 0,
          }).catch(() => {});
          break;
        case 5: {
          // A program writes while its file is being replaced.
          const sync = machine.sync();
          const added = await add(machine);
          await sync;
          if (added !== null) written.push(textOf([added.line]));
          break;
        }
      }
    }
    await settle(machines);

    const [first, ...others] = await Promise.all(
      machines.map((machine) => machine.contents()),
    );
    for (const other of others) assert.deepEqual(other, first);
    for (const text of written) {
      assert.ok(
        first!.some((file) => file.includes(text)),
        `lost: ${text.slice(-200)}`,
      );
    }
    for (const file of first!) {
      const lines = file.trimEnd().split("\n");
      assert.equal(new Set(lines).size, lines.length, "a line is twice");
    }
    // The store has each line once for every different beginning of a file that it ends.
    const beginnings = new Set(
      first!.flatMap((file) => {
        const lines = file.trimEnd().split("\n");
        return lines.map((_, index) => lines.slice(0, index + 1).join("\n"));
      }),
    );
    const rows = [...(await everythingOf(user)).values()]
      .flatMap(({ rows }) => rows);
    assert.equal(rows.length, beginnings.size);
    for (const machine of machines) {
      const left = [...(await machine.files()).keys()]
        .filter((path) => !path.endsWith(".jsonl"));
      assert.deepEqual(left, [], "nothing is left behind");
    }
  });
}
