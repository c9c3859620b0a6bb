/** A browser without a window: it loads a page, which does its work and sends home what it has found. */

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];

/** The command of an installed Chromium or Chrome, which CHROMIUM may name; null if there is none. */
export function findChromium(): string | null {
  const named = Deno.env.get("CHROMIUM");
  if (named) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const name of NAMES) {
    for (const folder of folders) {
      try {
        if (Deno.statSync(`${folder}/${name}`).isFile) {
          return `${folder}/${name}`;
        }
      } catch {
        // Not there.
      }
    }
  }
  return null;
}

/** Opens a page until `done` resolves, and gives back what it resolves to. */
export async function withPage<T>(
  chromium: string,
  url: string,
  done: Promise<T>,
): Promise<T> {
  const profile = await Deno.makeTempDir({ prefix: "continuum-" });
  const browser = new Deno.Command(chromium, {
    args: [
      "--headless=new",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--no-sandbox",
      `--user-data-dir=${profile}`,
      url,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ended = browser.status.then(({ code }) => {
    throw new Error(`The browser ended with code ${code}.`);
  });
  try {
    return await Promise.race([done, ended]);
  } finally {
    ended.catch(() => {});
    browser.kill("SIGTERM");
    await browser.status;
    await removeProfile(profile);
  }
}

/** The browser's own processes end after it does, and still write meanwhile. */
async function removeProfile(profile: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.remove(profile, { recursive: true });
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
