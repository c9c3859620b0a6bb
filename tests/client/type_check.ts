/** Checking programs that use the installed package, as strictly as TypeScript can. */
import { fileURLToPath } from "node:url";
// Installed for the programs that are checked.
import type {} from "npm:@types/node@26.6.6";
import ts from "npm:typescript@5.9.3";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/**
 * What TypeScript says of a module and of the declarations that it imports; empty if nothing. `concerns` leaves out
 * files, such as those of a framework that cannot be checked that strictly.
 */
export function typeFaults(
  path: string,
  concerns: (file: string) => boolean = () => true,
): string {
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [`${modules}@types`],
    types: ["node"],
    allowImportingTsExtensions: true,
    jsx: ts.JsxEmit.ReactJSX,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
  });
  const faults = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSourceFiles()
      .filter(({ fileName }) => concerns(fileName))
      .flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ]),
  ];
  return ts.formatDiagnostics(faults, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => modules,
    getNewLine: () => "\n",
  });
}
