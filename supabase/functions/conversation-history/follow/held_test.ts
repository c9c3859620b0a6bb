import assert from "node:assert/strict";
import { type Room, takeRoom } from "./held.ts";

const MIB = 1024 * 1024;
const never = new AbortController().signal;

/** Whether room is given without waiting. */
async function isGiven(room: Promise<Room>): Promise<boolean> {
  return await Promise.race([
    room.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, 0, false)),
  ]);
}

Deno.test("one user's unread pieces wait at 12 MiB and leave room to others", async () => {
  const mine = await Promise.all(
    [6, 6].map(async (mib) => {
      const room = await takeRoom("me", never);
      room.resize(mib * MIB);
      return room;
    }),
  );
  const third = takeRoom("me", never);
  assert.equal(await isGiven(third), false);
  const other = await takeRoom("other", never);

  mine[0]!.leave();
  const entered = await third;
  for (const room of [...mine, entered, other]) room.leave();
});

Deno.test("all users' unread pieces wait at 48 MiB, and enter in their order", async () => {
  const held = await Promise.all(
    ["a", "b", "c", "d"].map(async (user) => {
      const room = await takeRoom(user, never);
      room.resize(12 * MIB);
      return room;
    }),
  );
  const [first, second] = [takeRoom("e", never), takeRoom("f", never)];
  assert.equal(await isGiven(second), false);
  held[0]!.resize(12 * MIB - 1);
  assert.equal(await isGiven(first), false, "Nobody has left.");
  held[0]!.leave();
  (await first).resize(12 * MIB);
  (await first).leave();
  (await second).leave();
  for (const room of held) room.leave();
});

Deno.test("leaving twice gives back once", async () => {
  const rooms = await Promise.all(
    [1, 2].map(async () => {
      const room = await takeRoom("me", never);
      room.resize(8 * MIB);
      return room;
    }),
  );
  rooms[0]!.leave();
  rooms[0]!.leave();
  const third = await takeRoom("me", never);
  third.resize(4 * MIB);
  const fourth = takeRoom("me", never);
  assert.equal(await isGiven(fourth), false);
  for (const room of [...rooms, third]) room.leave();
  (await fourth).leave();
});

Deno.test("who goes away while waiting takes no room", async () => {
  const room = await takeRoom("me", never);
  room.resize(12 * MIB);
  const gone = new AbortController();
  const waiting = takeRoom("me", gone.signal);
  gone.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  room.leave();
  const next = await takeRoom("me", never);
  next.resize(11 * MIB);
  assert.equal(await isGiven(takeRoom("me", never)), true);
});
