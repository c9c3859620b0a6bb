/**
 * `deno task install`: the packages of deno.lock into node_modules. Every task that needs one asks for it first, so
 * that one command is enough to run a fresh clone. With the folder of another project of the checkout, those of that.
 */
import { installPackages } from "./packages.ts";

await installPackages(Deno.args[0] ?? ".");
