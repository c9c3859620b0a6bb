/** Where a project's folder is on this machine. */

export class PathMap {
  readonly #home: string;
  readonly #pairs: [string, string][];

  /** @param pairs folders of other machines and of this one; the longest that fits counts. */
  constructor(home: string, pairs: [string, string][] = []) {
    this.#home = home;
    this.#pairs = pairs
      .map(([from, to]): [string, string] => [trimmed(from), trimmed(to)])
      .sort(([a], [b]) => b.length - a.length);
  }

  /** The folder here for `path` of a machine whose home folder is `home`. */
  path(path: string, home: string | null): string {
    for (const [from, to] of this.#all(home)) {
      if (path === from) return to;
      if (path.startsWith(`${from}/`) || path.startsWith(`${from}\\`)) {
        return to + path.slice(from.length);
      }
    }
    return path;
  }

  /** The same for the name that is made of a path, if the path itself is not known. */
  folder(
    name: string,
    home: string | null,
    nameOf: (path: string) => string,
  ): string {
    for (const [from, to] of this.#all(home)) {
      const [before, after] = [nameOf(from), nameOf(to)];
      if (name === before) return after;
      if (name.startsWith(`${before}-`)) {
        return after + name.slice(before.length);
      }
    }
    return name;
  }

  #all(home: string | null): [string, string][] {
    return home === null
      ? this.#pairs
      : [...this.#pairs, [trimmed(home), this.#home]];
  }
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/[/\\]+$/, "") : path;
}
