/** How the catalogue of a database differs from that of the checkout, by the names of what differs. */

export interface Difference {
  /** Sentences without a full stop: what is missing, changed, or there in addition. */
  broken: string[];
  /** Policies of the project's own on storage.objects, which Continuum's do not know. */
  foreign: string[];
}

/** What a migration makes only in a project that has Realtime. */
const ONLY_WITH_REALTIME = /trigger conversations_announce/;

/**
 * @param wordByWord whether definitions are compared, and not names alone. Versions of PostgreSQL spell them
 * differently.
 */
export function compareCatalogues(
  expected: string,
  actual: string,
  { wordByWord }: { wordByWord: boolean },
): Difference {
  const wanted = entries(expected);
  const found = entries(actual);
  const broken: string[] = [];
  const foreign: string[] = [];
  for (const [name, line] of wanted) {
    const other = found.get(name);
    if (other === undefined) {
      // What a missing table has is missing with it.
      const [table] = name.split(" > ");
      if (table === name || found.has(table ?? "")) {
        broken.push(`${shown(name)} is missing`);
      }
    } else if (wordByWord ? other !== line : change(line, other) !== "") {
      broken.push(`${shown(name)} has changed${change(line, other)}`);
    }
  }
  for (const name of found.keys()) {
    const [table = name] = name.split(" > ");
    const isNamedByTable = table !== name && !wanted.has(table);
    if (wanted.has(name) || isNamedByTable) continue;
    if (/^policy .* on storage\.objects$/.test(name)) foreign.push(name);
    else if (isOurs(name) && !ONLY_WITH_REALTIME.test(name)) {
      broken.push(`${shown(name)} was added`);
    }
  }
  return { broken, foreign };
}

/** Each line by a name that stays the same if its definition changes. Lines below a table are named with it. */
function entries(catalogue: string): Map<string, string> {
  const found = new Map<string, string>();
  let table = "";
  for (const line of catalogue.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const isBelow = line.startsWith("  ");
    const name = nameOf(line.trim());
    if (!isBelow) table = name;
    const isPolicy = name.startsWith("policy ");
    found.set(isBelow && !isPolicy ? `${table} > ${name}` : name, line.trim());
  }
  return found;
}

const NAMES = [
  /^policy ".*?" on \S+/,
  /^(schema|type|table|view|relation|constraint|bucket) [^ :]+/,
  /^function [^(]+\([^)]*\)/,
  /^CREATE (UNIQUE )?INDEX \S+/,
  /^CREATE (CONSTRAINT )?TRIGGER \S+/,
];

function nameOf(line: string): string {
  for (const pattern of NAMES) {
    const [name] = pattern.exec(line) ?? [];
    if (name !== undefined) {
      return name.replace(
        /^CREATE (UNIQUE |CONSTRAINT )?(INDEX|TRIGGER)/,
        (_, __, kind) => kind.toLowerCase(),
      );
    }
  }
  return `column ${line.split(" ")[0]}`;
}

function shown(name: string): string {
  const [table, part] = name.split(" > ");
  if (part === undefined) return name;
  return `${part} of ${table}`;
}

/** What a reader needs most to know of a change. */
function change(wanted: string, found: string): string {
  const security = / \| row level security/;
  if (security.test(wanted) && !security.test(found)) {
    return " (row level security is off)";
  }
  const isPublic = / public, /;
  if (!isPublic.test(wanted) && isPublic.test(found)) return " (it is public)";
  return "";
}

/** Names of `public` may be those of the project's own tables and functions. */
function isOurs(name: string): boolean {
  const [owner = ""] = name.split(" > ");
  return /(^| )continuum\./.test(owner) || / on continuum\./.test(name);
}
