/** How many bytes each adapter of the npm package adds to the core. */
import * as esbuild from "npm:esbuild@0.28.2";

/** The sub-paths that the package in `folder` exports, such as `langchain`, with the module of each. */
export async function adaptersOf(
  folder: string,
): Promise<Record<string, string>> {
  const { exports } = JSON.parse(
    await Deno.readTextFile(`${folder}/package.json`),
  );
  const adapters: Record<string, string> = {};
  for (const [path, target] of Object.entries<{ default?: string }>(exports)) {
    if (target.default !== undefined && path !== ".") {
      adapters[path.slice(2)] = target.default;
    }
  }
  return adapters;
}

/** Bytes of each adapter of the built package in `folder`: minified, without the core and the framework. */
export async function adapterSizes(
  folder: string,
): Promise<Record<string, number>> {
  try {
    const sizes: Record<string, number> = {};
    for (const [name, module] of Object.entries(await adaptersOf(folder))) {
      sizes[name] = await sizeOf(folder, module);
    }
    return sizes;
  } finally {
    await esbuild.stop();
  }
}

async function sizeOf(folder: string, module: string): Promise<number> {
  const { metafile } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [module],
    outdir: "minified",
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    packages: "external",
    metafile: true,
    write: false,
  });
  let bytes = 0;
  for (const { inputs, bytes: whole } of Object.values(metafile.outputs)) {
    let core = 0;
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      if (!path.startsWith("dist/adapters/")) core += bytesInOutput;
    }
    bytes += whole - core;
  }
  return bytes;
}
