/**
 * `deno task build:console [--url <project URL> --key <publishable key>] [--out <folder>]`: the console as static
 * files, for any web host. Without a project, it asks for one.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, StackError } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import { bundleConsole } from "./console_bundle.ts";
import {
  consolePage,
  type ConsoleProject,
  contentSecurityPolicy,
} from "./console_page.ts";

/** Writes the files into `folder`. Scripts and styles of an earlier build are removed. */
export async function buildConsole(
  folder: string,
  project: ConsoleProject,
): Promise<void> {
  const bundle = await bundleConsole();
  const policy = contentSecurityPolicy(
    project.url === "" ? [] : [new URL(project.url).origin],
  );
  await Deno.remove(join(folder, "assets"), { recursive: true })
    .catch(() => {});
  await Deno.mkdir(join(folder, "assets"), { recursive: true });
  for (const [path, content] of bundle.assets) {
    await Deno.writeFile(join(folder, path), content);
  }
  await Deno.copyFile(
    join(root, "console/favicon.svg"),
    join(folder, "favicon.svg"),
  );
  const page = await consolePage(bundle, project);
  await Deno.writeTextFile(
    join(folder, "index.html"),
    page.replace("<head>", `<head>\n    ${policyElement(policy)}`),
  );
  // Read by Cloudflare Pages and Netlify. Headers can forbid framing; the element in the page cannot.
  await Deno.writeTextFile(join(folder, "_headers"), headersFile(policy));
}

/** For hosts that send no headers of ours. It cannot say who may frame the page. */
function policyElement(policy: string): string {
  const known = policy.replace(/frame-ancestors [^;]*; /, "");
  return `<meta http-equiv="Content-Security-Policy" content="${known}">`;
}

function headersFile(policy: string): string {
  return [
    "/*",
    `  Content-Security-Policy: ${policy}`,
    "  X-Content-Type-Options: nosniff",
    "  Referrer-Policy: no-referrer",
    "/assets/*",
    "  Cache-Control: public, max-age=31536000, immutable",
    "",
  ].join("\n");
}

/** @throws {StackError} if only one of URL and key is given, or the URL is none. */
function projectFrom({ url = "", key = "" }): ConsoleProject {
  if ((url === "") !== (key === "")) {
    throw new StackError("--url and --key belong together: give both or none.");
  }
  if (url !== "" && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new StackError(
      `--url is "${url}", which is not the URL of a project.`,
    );
  }
  if (/^sb_secret_/.test(key)) {
    throw new StackError(
      "--key is a secret key, which must not be in a web page: give the publishable key.",
    );
  }
  return { url: url.replace(/\/+$/, ""), key };
}

if (import.meta.main) {
  await endingInSentences(async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        url: { type: "string" },
        key: { type: "string" },
        out: { type: "string" },
      },
    });
    const folder = resolve(values.out ?? join(root, "console/dist"));
    await buildConsole(folder, projectFrom(values));
    console.log(`The console is in ${folder}.`);
  });
}
