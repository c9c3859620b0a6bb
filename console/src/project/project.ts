/** The Supabase project that the console talks to: the page's own, or the one that the user has chosen. */

export interface Project {
  /** Without a trailing slash. */
  url: string;
  /** The publishable key. */
  key: string;
}

const STORED = "continuum.project";

/** The project that the page was built for or is served by; null if it names none. */
export const pageProject: Project | null = projectOf(
  meta("url"),
  meta("key"),
);

/** An account that everybody may use; null anywhere but on a local stack. */
export const demo: { email: string; password: string } | null =
  meta("demo-email") === ""
    ? null
    : { email: meta("demo-email"), password: meta("demo-password") };

/** The project in use. Another choice reloads the page, so this never changes while the page is open. */
export const project: Project | null = stored() ?? pageProject;

/** Whether the one in use is the user's own choice. */
export const isChosen = stored() !== null;

/** Uses another project from now on; null goes back to the page's own. */
export function chooseProject(chosen: Project | null): void {
  if (chosen === null) localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, JSON.stringify(chosen));
  location.hash = "#/";
  location.reload();
}

/** The project of what was typed into a form; null unless it is a URL and a key. */
export function projectOf(url: string, key: string): Project | null {
  const parsed = URL.parse(url.trim());
  if (!parsed || !/^https?:$/.test(parsed.protocol) || key.trim() === "") {
    return null;
  }
  return { url: parsed.href.replace(/\/+$/, ""), key: key.trim() };
}

function stored(): Project | null {
  try {
    const { url, key } = JSON.parse(localStorage.getItem(STORED) ?? "{}");
    return projectOf(String(url ?? ""), String(key ?? ""));
  } catch {
    return null;
  }
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(
    `meta[name="continuum:${name}"]`,
  )?.content ?? "";
}
