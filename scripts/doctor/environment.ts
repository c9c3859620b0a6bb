/** Checks of this machine and of the settings, before anything is asked. */
import { optionsFromEnv, root } from "../../local/config.ts";
import { isFree } from "../../local/ports.ts";
import { type Check, failed, ok, skipped, warning } from "./check.ts";
import type { Expected } from "./expected.ts";
import type { Target } from "./target.ts";

const TESTED_DENO = "2.9.6";

export function environmentChecks(
  expected: Expected,
  target: Target | null,
): Check[] {
  const group = "This machine";
  const checks: Check[] = [
    { id: "deno", group, title: "Deno", run: denoVersion },
    {
      id: "checkout",
      group,
      title: "Checkout",
      run: () => checkout(expected),
    },
  ];
  if (target === null) {
    checks.push({ id: "ports", group, title: "Ports", run: ports }, {
      id: "project",
      group,
      title: "Project",
      run: () =>
        skipped(
          "No project is named, and no local stack runs here.",
          'Start one with "deno task start", or set SUPABASE_URL or --url.',
        ),
    });
  } else {
    checks.push({ id: "url", group, title: "URL", run: () => url(target) });
  }
  return checks;
}

function denoVersion() {
  const { deno } = Deno.version;
  return deno === TESTED_DENO ? ok(deno) : warning(
    `${deno}; Continuum is tested with ${TESTED_DENO}.`,
    `If something is odd, try again with "npx -y deno@${TESTED_DENO} task …".`,
  );
}

async function checkout({ version, functions, migrations }: Expected) {
  const newest = migrations.at(-1);
  if (newest === undefined || functions.length === 0) {
    return failed(
      `${root} has no migrations or no functions.`,
      "Run this in a complete checkout of Continuum.",
    );
  }
  const installed = await Deno.stat(`${root}node_modules`).then(
    () => true,
    () => false,
  );
  const found =
    `Continuum ${version}, ${functions.length} functions, newest migration ${newest.version}`;
  return installed ? ok(found) : warning(
    `${found}; its packages are not installed.`,
    'Run "deno task install". The other tasks do so by themselves.',
  );
}

function ports() {
  const { port, dbPort } = optionsFromEnv();
  const taken = [port, dbPort].filter((each) => each !== 0 && !isFree(each));
  return taken.length === 0
    ? ok(`${port} and ${dbPort} are free for a local stack`)
    : failed(
      `Port ${taken.join(" and ")} in use.`,
      "Stop what uses it, or set LOCAL_PORT and LOCAL_DB_PORT.",
    );
}

function url({ url, source }: Target) {
  const wrong = wrongUrl(url);
  return wrong === null ? ok(`${url}, from ${source}`) : failed(
    `The project's URL is "${url}", from ${source}.`,
    wrong,
  );
}

/** What to do about it; null for the URL of a project. */
export function wrongUrl(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return "That is not a URL: it has to be like https://<project ref>.supabase.co.";
  }
  if (/(^|\.)supabase\.com$/.test(parsed.hostname)) {
    const ref = /\/project\/([a-z]{20})/.exec(parsed.pathname)?.[1];
    return `That is the dashboard. Use https://${
      ref ?? "<project ref>"
    }.supabase.co.`;
  }
  if (url === `${parsed.origin}/`) return "Remove the slash at its end.";
  return url === parsed.origin ? null : `Use ${parsed.origin} alone.`;
}
