/** The commands as one file without dependencies: what the npm package runs as `continuum`. */
import { fileURLToPath } from "node:url";
import * as esbuild from "npm:esbuild@0.28.2";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The oldest Node that has JSON.rawJSON and is still supported. */
const OLDEST_NODE = "node22";

export interface CliBundle {
  code: string;
  /** The licences of the packages in it, which must go with them. */
  licences: string;
}

/** Bundles client/cli into a program for Node and Deno. */
export async function bundleCli(): Promise<CliBundle> {
  try {
    const { outputFiles, metafile } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: ["client/cli/main.ts"],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: OLDEST_NODE,
      conditions: ["import", "node"],
      mainFields: ["module", "main"],
      minify: true,
      logLevel: "error",
      plugins: [npmSpecifiers],
    });
    return {
      code: outputFiles[0]?.text ?? "",
      licences: await licencesOf(Object.keys(metafile.inputs)),
    };
  } finally {
    await esbuild.stop();
  }
}

/** Finds `npm:name@version` where Deno has installed it. */
const npmSpecifiers: esbuild.Plugin = {
  name: "npm-specifiers",
  setup(build) {
    build.onResolve({ filter: /^npm:/ }, ({ path, kind }) => {
      const [, name] = /^npm:((?:@[^/]+\/)?[^@/]+)@[^/]+$/.exec(path) ?? [];
      if (name === undefined) return;
      return build.resolve(name, { kind, resolveDir: root });
    });
  },
};

async function licencesOf(inputs: string[]): Promise<string> {
  const folders = new Set(
    inputs.flatMap((path) =>
      /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []
    ),
  );
  const texts: string[] = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license }: Record<string, string> = JSON.parse(
      await Deno.readTextFile(`${root}${folder}/package.json`),
    );
    texts.push(
      `${name} ${version} (${license})\n\n${await licenceIn(root + folder)}`,
    );
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licenceIn(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(licen[cs]e|copying)/i.test(name)) {
      return await Deno.readTextFile(`${folder}/${name}`);
    }
  }
  return "";
}
