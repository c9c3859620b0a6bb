/** The console's scripts and styles, bundled for browsers: for `deno task build:console` and the local gateway. */
import { join } from "node:path";
import * as esbuild from "npm:esbuild@0.28.2";
import { root } from "../local/config.ts";

/** What the page is made of, below its own address. */
export interface ConsoleBundle {
  /** By path, such as `assets/main-ABCD1234.js`. The names change with the content. */
  assets: Map<string, Uint8Array<ArrayBuffer>>;
  /** The paths that the page itself names. What else there is, they load. */
  script: string;
  styles: string;
}

/** The oldest browsers that run it. */
const BROWSERS = ["chrome126", "edge126", "firefox126", "safari18"];

/** @throws {Error} with esbuild's messages if a module has an error. */
export async function bundleConsole(): Promise<ConsoleBundle> {
  try {
    const { outputFiles, metafile } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: {
        main: "console/src/main.tsx",
        styles: "console/styles/main.css",
      },
      outdir: "console/dist/assets",
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      minify: true,
      format: "esm",
      target: BROWSERS,
      jsx: "automatic",
      jsxImportSource: "npm:preact",
      legalComments: "none",
      logLevel: "silent",
      plugins: [npmSpecifiers],
    });
    const folder = join(root, "console/dist/");
    const entry = (from: string) => {
      const found = Object.entries(metafile.outputs)
        .find(([, output]) => output.entryPoint === from);
      return (found?.[0] ?? "").slice("console/dist/".length);
    };
    return {
      assets: new Map(
        outputFiles.map(({ path, contents }) => [
          path.slice(folder.length),
          new Uint8Array(contents),
        ]),
      ),
      script: entry("console/src/main.tsx"),
      styles: entry("console/styles/main.css"),
    };
  } finally {
    await esbuild.stop();
  }
}

/** `npm:preact@11.2.0/hooks` is `preact/hooks` in node_modules, where Deno has put the version of the lock file. */
const npmSpecifiers: esbuild.Plugin = {
  name: "npm-specifiers",
  setup(build) {
    build.onResolve(
      { filter: /^npm:/ },
      ({ path, resolveDir, kind }) =>
        build.resolve(
          path.replace(/^npm:((?:@[^/@]+\/)?[^/@]+)(@[^/]+)?/, "$1"),
          { resolveDir, kind },
        ),
    );
  },
};
