/** Every operation of Storage by everybody. */
import { runCases } from "./run.ts";
import { storageCases } from "./storage.ts";

runCases(storageCases);
