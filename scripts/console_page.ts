/** The console's one page, and the policy that it is served with. */
import { join } from "node:path";
import { root } from "../local/config.ts";
import type { ConsoleBundle } from "./console_bundle.ts";

/** The project that a console is for. All of it is public. */
export interface ConsoleProject {
  /** The project's URL. Empty if the user is asked for it. */
  url: string;
  /** The publishable key. */
  key: string;
  /** An account that everybody may use, on a local stack. */
  demo?: { email: string; password: string };
}

/** Any project, if none is named: the user chooses it in the settings. */
const ANY_PROJECT = ["https:", "http://127.0.0.1:*", "http://localhost:*"];

/**
 * The Content-Security-Policy: no inline script or style, and no request but to the page's own files and the
 * projects. Text becomes HTML through DOMPurify only.
 *
 * @param projects origins.
 */
export function contentSecurityPolicy(projects: string[]): string {
  const reach = (projects.length > 0 ? projects : ANY_PROJECT).join(" ");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src ${reach}`,
    `img-src 'self' data: blob: ${reach}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types dompurify",
  ].join("; ");
}

/** The text of index.html. */
export async function consolePage(
  bundle: ConsoleBundle,
  project: ConsoleProject,
): Promise<string> {
  const values: Record<string, string> = {
    URL: project.url,
    KEY: project.key,
    DEMO_EMAIL: project.demo?.email ?? "",
    DEMO_PASSWORD: project.demo?.password ?? "",
    SCRIPT: bundle.script,
    STYLES: bundle.styles,
  };
  const template = await Deno.readTextFile(join(root, "console/index.html"));
  return template.replace(
    /\{\{([A-Z_]+)\}\}/g,
    (_, name) => escaped(values[name] ?? ""),
  );
}

function escaped(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
