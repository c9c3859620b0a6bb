/**
 * `deno task build:client`: the npm package in client/, as `npm pack` and `npm publish` take it. Every module
 * becomes one of JavaScript with its types beside it, so that only what is imported is loaded.
 */
import { fileURLToPath } from "node:url";
import ts from "npm:typescript@5.9.3";
import { StackError } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import { bundleCli } from "./bundle_cli.ts";
import { adapterSizes } from "./client_sizes.ts";
import { installPackages } from "./packages.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const source = `${root}client`;

/** The project that has the frameworks of the adapters, whose types the build needs. */
const ADAPTERS = "tests/adapters";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  rootDir: `${source}/src`,
};

/**
 * Writes the package into `folder`.
 *
 * @throws {StackError} if a module has an error for browsers or Node that Deno does not see.
 */
export async function buildClient(folder: string): Promise<void> {
  const outDir = `${folder}/dist`;
  await Deno.remove(outDir, { recursive: true }).catch(() => {});
  await installPackages(ADAPTERS);
  const options = { ...OPTIONS, outDir };
  const program = ts.createProgram(
    await modules(`${source}/src`),
    options,
    hostWithFrameworks(options),
  );
  const emitted = program.emit(undefined, (path, text) => {
    // TypeScript renames imports in modules but not in their declarations.
    const renamed = path.endsWith(".d.ts")
      ? text.replace(/(from "\.[^"]*|import\("\.[^"]*)\.ts"/g, '$1.js"')
      : text;
    ts.sys.writeFile(path, renamed);
  });
  const faults = [
    ...ts.getPreEmitDiagnostics(program),
    ...emitted.diagnostics,
  ];
  if (faults.length > 0) {
    throw new StackError(ts.formatDiagnostics(faults, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => "\n",
    }));
  }
  await Deno.copyFile(`${root}LICENSE`, `${folder}/LICENSE`);
  await buildCommands(`${folder}/bin`);
  if (folder === source) return;
  for (const name of ["package.json", "README.md"]) {
    await Deno.copyFile(`${source}/${name}`, `${folder}/${name}`);
  }
}

/** Finds packages where the adapters' tests have installed them. */
function hostWithFrameworks(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const installed = `${root}${ADAPTERS}/packages.ts`;
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  host.resolveModuleNameLiterals = (literals, from, _, options, file) =>
    literals.map((literal) =>
      ts.resolveModuleName(
        literal.text,
        from.startsWith(`${source}/`) && !literal.text.startsWith(".")
          ? installed
          : from,
        options,
        host,
        cache,
        undefined,
        ts.getModeForUsageLocation(file, literal, options),
      )
    );
  return host;
}

/** The program `continuum`, in one file. */
async function buildCommands(folder: string): Promise<void> {
  const { code, licences } = await bundleCli();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/continuum.js`, code);
  await Deno.writeTextFile(`${folder}/LICENSES.txt`, licences);
}

/** Every module below a folder. */
async function modules(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) paths.push(...await modules(path));
    else if (path.endsWith(".ts")) paths.push(path);
  }
  return paths;
}

if (import.meta.main) {
  await endingInSentences(async () => {
    await buildClient(source);
    for (const [name, bytes] of Object.entries(await adapterSizes(source))) {
      console.log(`${name}: ${bytes} bytes minified, besides the core`);
    }
  });
}
