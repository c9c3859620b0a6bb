/** Where a local stack listens and keeps its data, and which of its services are elsewhere. */
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../", import.meta.url));

/** What can be made again at any time: bundles, and the caches of other versions of Deno. */
export const buildDir = `${root}.build`;

/** The Supabase CLI, which applies migrations and deploys. */
export const SUPABASE_CLI = "npm:supabase@2.117.0";

export interface StackOptions {
  /** The gateway's port; 0 picks a free one. */
  port: number;
  /** PostgreSQL's port; 0 picks a free one. */
  dbPort: number;
  /** Where everything is kept that outlives the process. */
  dataDir: string;
  /** Whether supabase/seed.sql is applied to a new database. */
  seed: boolean;
  /** The functions to serve, a folder each; supabase/functions, or what is built of it, where absent. */
  functionsDir?: string;
  /** Whether what `deno task build` makes of the functions is served. */
  functionsBuilt?: boolean;
  /** The Deno that runs the functions: a version on npm, or the path of a program. Our own where absent. */
  functionsDeno?: string;
  /** Variables of the functions beside those of a hosted project. */
  functionsEnv?: Record<string, string>;
  /** Told each line that a function prints; it goes to our own output where absent. */
  onFunctionLine?: (name: string, line: string) => void;
  /** Called with each step of the start, as a sentence. */
  onProgress?: (step: string) => void;
  /** Whether the gateway compresses as hosted ones do, which weakens ETags and drops lengths. */
  gatewayCompresses?: boolean;
  /** Services to use in place of the stack's own. */
  replace?: Replacements;
}

/**
 * URLs of real services, without a trailing slash; each replaces the stack's own. Auth, Data API and
 * Storage are named as they listen themselves, without a gateway's `/auth/v1` and the like.
 */
export interface Replacements {
  auth?: string;
  rest?: string;
  storage?: string;
  db?: string;
}

/** What `deno task start` uses: the ports of `supabase start`, unless LOCAL_* says otherwise. */
export function optionsFromEnv(): StackOptions {
  const env = (name: string) => Deno.env.get(name) || undefined;
  return {
    port: portFrom("LOCAL_PORT", 54321),
    dbPort: portFrom("LOCAL_DB_PORT", 54322),
    dataDir: env("LOCAL_DATA_DIR") ?? `${root}.local`,
    seed: true,
    gatewayCompresses: gatewayCompresses(),
    functionsEnv: functionSettings(),
    ...functionsFromEnv(),
    replace: {
      auth: urlFrom("LOCAL_AUTH_URL"),
      rest: urlFrom("LOCAL_REST_URL"),
      storage: urlFrom("LOCAL_STORAGE_URL"),
      db: urlFrom("LOCAL_DB_URL"),
    },
  };
}

/** LOCAL_GATEWAY_COMPRESSES, which the tests' stack reads too. */
export function gatewayCompresses(): boolean {
  return Deno.env.get("LOCAL_GATEWAY_COMPRESSES") === "true";
}

/** LOCAL_FUNCTIONS and LOCAL_FUNCTIONS_DENO, which the tests' stacks read too. */
export function functionsFromEnv(): Pick<
  StackOptions,
  "functionsBuilt" | "functionsDeno"
> {
  const functions = Deno.env.get("LOCAL_FUNCTIONS") || "source";
  if (functions !== "source" && functions !== "built") {
    throw new StackError(
      `LOCAL_FUNCTIONS is "${functions}": set it to source or built.`,
    );
  }
  return {
    functionsBuilt: functions === "built",
    functionsDeno: Deno.env.get("LOCAL_FUNCTIONS_DENO") || undefined,
  };
}

/** The settings of Continuum itself, which a hosted project keeps among its secrets. */
function functionSettings(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) =>
      /^CONTINUUM_(RATE_LIMIT_|(PUBLIC|READ)_URL$)/.test(name)
    ),
  );
}

function urlFrom(name: string): string | undefined {
  const text = Deno.env.get(name);
  if (!text) return undefined;
  if (!URL.canParse(text)) {
    throw new StackError(`${name} is "${text}": set it to a URL, or unset it.`);
  }
  return text.replace(/\/+$/, "");
}

function portFrom(name: string, fallback: number): number {
  const text = Deno.env.get(name);
  if (!text) return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new StackError(`${name} is "${text}": set it to a port number.`);
  }
  return port;
}

/** A failure whose message is a sentence that says what to do; no stack trace is shown for it. */
export class StackError extends Error {}
