/**
 * Files up and down through the functions, and the same bytes straight to the storage service: whole
 * seconds of the client, CPU seconds and peak memory of the function's process.
 */
import type { Bed } from "./bed.ts";
import { spentBy } from "./process.ts";
import { rounded, type Row, type Section } from "./report.ts";
import { call, rpc, send } from "./requests.ts";
import { median } from "./rounds.ts";

const MIB = 1024 * 1024;
const AT_ONCE = 8;

export async function benchFiles(
  bed: Bed,
  rounds: number,
  sizesMib: number[],
): Promise<Section[]> {
  const { admin, user } = bed;
  await admin`
    insert into continuum.storage_usage (owner_id, bytes_limit) values (${user.id}, ${
    2 ** 40
  })
    on conflict (owner_id) do update set bytes_limit = excluded.bytes_limit
  `;
  const rows: Row[] = [];
  for (const mib of sizesMib) {
    const rowsOf = { up: [] as Figures[], down: [] as Figures[] };
    for (let round = 0; round < rounds; round++) {
      const { up, down } = await oneRound(bed, mib * MIB);
      rowsOf.up.push(up);
      rowsOf.down.push(down);
    }
    rows.push(
      { what: `${mib} MiB up`, figures: medians(rowsOf.up) },
      { what: `${mib} MiB down`, figures: medians(rowsOf.down) },
    );
  }
  const largest = Math.max(...sizesMib);
  const [up, down] = await manyAtOnce(bed, largest * MIB);
  rows.push(
    { what: `${AT_ONCE} of ${largest} MiB at once up`, figures: up },
    { what: `${AT_ONCE} of ${largest} MiB at once down`, figures: down },
  );
  return [{ title: "Files", rows }];
}

type Figures = Record<string, number>;

async function oneRound(bed: Bed, size: number) {
  let id = "";
  const up = await through(bed, "file-upload", async () => {
    id = await upload(bed, png(size));
  });
  const path = await reserved(bed, size);
  const straightUp = await seconds(() => store(bed, path, png(size)));
  const down = await through(bed, "file-download", () => download(bed, id));
  const straightDown = await seconds(async () =>
    void await send(
      bed,
      `/storage/v1/object/authenticated/user-files/${bed.user.id}/${id}`,
    )
  );
  return {
    up: { ...up, ...compared(up, straightUp) },
    down: { ...down, ...compared(down, straightDown) },
  };
}

async function manyAtOnce(bed: Bed, size: number): Promise<[Figures, Figures]> {
  const ids: string[] = [];
  const all = (run: (i: number) => Promise<void>) => async () =>
    void await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => run(i)));
  const contents = Array.from({ length: AT_ONCE }, () => png(size));
  const up = await through(
    bed,
    "file-upload",
    all(async (i) => void (ids[i] = await upload(bed, contents[i]!))),
  );
  const down = await through(
    bed,
    "file-download",
    all((i) => download(bed, ids[i]!)),
  );
  return [roundedAll(up), roundedAll(down)];
}

async function through(
  { stack }: Bed,
  name: string,
  run: () => Promise<void>,
): Promise<Figures> {
  const pid = stack.functions.pid(name);
  if (pid === null) throw new Error(`${name} does not run.`);
  let taken = 0;
  const { cpuSeconds, peakMb } = await spentBy(pid, async () => {
    taken = await seconds(run);
  });
  return { seconds: taken, "CPU seconds": cpuSeconds, "peak MB": peakMb };
}

function compared({ seconds }: Figures, straight: number): Figures {
  return {
    "straight, seconds": straight,
    "through/straight": (seconds ?? NaN) / straight,
  };
}

async function seconds(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
}

function medians(taken: Figures[]): Figures {
  const names = Object.keys(taken[0] ?? {});
  return roundedAll(Object.fromEntries(
    names.map((name) => [name, median(taken.map((row) => row[name] ?? NaN))]),
  ));
}

function roundedAll(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, rounded(value)]),
  );
}

/** Bytes that no other file has, behind the signature and the header of a PNG. */
function png(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  bytes.set(new TextEncoder().encode("IHDR"), 12);
  bytes.set(
    [0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89],
    16,
  );
  bytes.set([0, 0, 0, 0], 33);
  bytes.set(new TextEncoder().encode("IDAT"), 37);
  return bytes;
}

async function upload(
  bed: Bed,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const headers = { "Content-Type": "image/png", "X-File-Name": "bench.png" };
  const answer = await call(bed, "file-upload", { headers, body });
  return fileId(new TextDecoder().decode(answer));
}

async function download(bed: Bed, id: string): Promise<void> {
  await call(bed, `file-download/${id}`);
}

/** The path of a new pending row, without which Storage takes no object. */
async function reserved(bed: Bed, size_bytes: number): Promise<string> {
  const answer = await rpc(bed, "reserve_file", {
    bucket: "user-files",
    original_name: "bench.png",
    mime_type: "image/png",
    size_bytes,
  });
  // A text that is JSON, as JSON.
  const text: string = JSON.parse(new TextDecoder().decode(answer));
  return `user-files/${bed.user.id}/${fileId(text)}`;
}

async function store(bed: Bed, path: string, body: Uint8Array<ArrayBuffer>) {
  const headers = { "Content-Type": "image/png" };
  await send(bed, `/storage/v1/object/${path}`, { headers, body });
}

/** The id of the File in an answer. */
function fileId(answer: string): string {
  const { file }: { file?: { id: string } } = JSON.parse(answer);
  if (file === undefined) throw new Error("The answer names no file.");
  return file.id;
}
