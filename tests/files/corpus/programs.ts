/** Clients that are programs of their own: curl, Node and Python. They send files from a folder. */
import type { Actor } from "../../support/actors.ts";
import { target } from "../../support/target.ts";
import { eachTen, type Sample, tens } from "./samples.ts";

const URL = `${target.url}/functions/v1/file-upload`;

/** Whether a command ends well, which it does not if there is no such program. */
export async function runs(command: string, ...args: string[]) {
  try {
    const { success } = await new Deno.Command(command, {
      args,
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

async function output(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    env,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Gives `use` a folder that has the samples. */
export async function withFolder<T>(
  samples: Sample[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const { name, bytes } of samples) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** In a -F argument a quoted path may hold commas and semicolons. */
const quoted = (path: string) => `"${path.replace(/["\\]/g, "\\$&")}"`;

/** `curl -F f=@path`, ten files a call. */
export function curl(actor: Actor, samples: Sample[]): Promise<unknown[]> {
  return withFolder(samples, (folder) =>
    eachTen(samples, async (group) => {
      const text = await output("curl", [
        "-sS",
        URL,
        ...Object.entries(actor.headers)
          .flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
        ...group.flatMap((
          { name },
        ) => ["-F", `f=@${quoted(`${folder}/${name}`)}`]),
      ]);
      return JSON.parse(text).results;
    }));
}

const NODE = `
import { openAsBlob } from "node:fs";
const { url, headers, folder, groups } = JSON.parse(process.env.JOB);
const results = await Promise.all(groups.map(async (names) => {
  const body = new FormData();
  for (const name of names) body.append("files", await openAsBlob(folder + "/" + name), name);
  const response = await fetch(url, { method: "POST", headers, body });
  return (await response.json()).results;
}));
console.log(JSON.stringify(results.flat()));
`;

const PYTHON = `
import json, os, requests
job = json.loads(os.environ["JOB"])
results = []
for names in job["groups"]:
    files = [("files", open(os.path.join(job["folder"], name), "rb")) for name in names]
    results += requests.post(job["url"], headers=job["headers"], files=files).json()["results"]
print(json.dumps(results))
`;

function scripted(command: string, args: string[]) {
  return (actor: Actor, samples: Sample[]): Promise<unknown[]> =>
    withFolder(samples, async (folder) => {
      const job = {
        url: URL,
        headers: actor.headers,
        folder,
        groups: tens(samples).map((group) => group.map(({ name }) => name)),
      };
      return JSON.parse(
        await output(command, args, { JOB: JSON.stringify(job) }),
      );
    });
}

/** fetch of Node with `openAsBlob`, whose Blobs have no type. */
export const node = scripted("node", ["--input-type=module", "-e", NODE]);

/** `requests.post(files=…)`. */
export const python = scripted("python3", ["-c", PYTHON]);
