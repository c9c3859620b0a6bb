/**
 * One file a function, with every package in it: what `deno task deploy` uploads. It needs no import map, no
 * registry and no lock file, and the same checkout always gives the same bytes.
 */
import { isBuiltin } from "node:module";
import { join } from "node:path";
import * as esbuild from "npm:esbuild@0.28.2";
import { root } from "../local/config.ts";

/** The oldest Deno that has to run a bundle: that of Supabase's hosted runtime. */
const OLDEST_DENO = "deno2.1";

export interface Bundle {
  name: string;
  code: Uint8Array;
  /** The packages in it, as `name@version`. */
  packages: string[];
}

/** Bundles `<dir>/<name>/index.ts` for each name. */
export async function bundle(dir: string, names: string[]): Promise<Bundle[]> {
  try {
    return await Promise.all(names.map((name) => bundleOne(dir, name)));
  } finally {
    await esbuild.stop();
  }
}

async function bundleOne(dir: string, name: string): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [join(dir, name, "index.ts")],
    outfile: "index.js",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: OLDEST_DENO,
    // Resolves packages as Deno does, but for modules where a package has both kinds.
    platform: "node",
    conditions: ["deno"],
    mainFields: ["module", "main"],
    // Not minified: a line of a stack trace can be looked up below the comment that names its source.
    legalComments: "eof",
    logLevel: "error",
    plugins: [nodeBuiltins, optionalPackages, englishOnly],
  });
  const [output] = Object.values(metafile.outputs);
  const outside = (output?.imports ?? []).filter(({ path }) =>
    !path.startsWith("node:")
  );
  if (outside.length > 0) {
    const paths = outside.map(({ path }) => path).join(", ");
    throw new Error(`The bundle of ${name} would import ${paths}.`);
  }
  return {
    name,
    code: outputFiles[0]?.contents ?? new Uint8Array(),
    packages: packagesOf(Object.keys(metafile.inputs)),
  };
}

/**
 * Imports Node's modules as `node:…`, which is the only way that Deno takes outside of packages. What a
 * CommonJS package requires is imported beforehand, since a module has no `require`.
 */
const nodeBuiltins: esbuild.Plugin = {
  name: "node-builtins",
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return;
      const url = path.startsWith("node:") ? path : `node:${path}`;
      return kind === "require-call"
        ? { path: url, namespace: "required" }
        : { path: url, external: true };
    });
    build.onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `export * from "${path}"; export { default } from "${path}";`,
    }));
  },
};

/** Packages that others use if they are installed, which they are not. */
const optionalPackages: esbuild.Plugin = {
  name: "optional-packages",
  setup(build) {
    build.onResolve(
      { filter: /^supports-color$/ },
      ({ path }) => ({ path, namespace: "absent" }),
    );
    build.onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
      contents: `throw new Error("${path} is not installed");`,
    }));
  },
};

/**
 * Leaves out the messages of zod in fifty other languages: a fifth of a bundle, which no tree shaking can
 * remove, because zod exports them as members of one object. zod takes English without being told.
 */
const englishOnly: esbuild.Plugin = {
  name: "english-only",
  setup(build) {
    build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: `export { default as en } from "./en.js";`,
    }));
  },
};

/** `node_modules/.deno/@hono+zod-openapi@1.6.3/…` holds `@hono/zod-openapi@1.6.3`. */
function packagesOf(inputs: string[]): string[] {
  const packages = inputs.flatMap((path) => {
    const [, folder] = /node_modules\/\.deno\/([^/]+)\//.exec(path) ?? [];
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(folder ?? "") ?? [];
    return name && version ? [`${name.replace("+", "/")}@${version}`] : [];
  });
  return [...new Set(packages)].sort();
}
