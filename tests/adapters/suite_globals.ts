/**
 * Runs suites that are written for Vitest's or Jest's globals: each of their tests becomes one of Deno's. What is
 * soft there is hard here.
 */
import { expect } from "expect";

type Hook = () => unknown;

/** A `describe`, whose hooks run around the tests within. */
class Group {
  readonly name: string;
  readonly parent: Group | null;
  readonly beforeAll: Hook[] = [];
  readonly afterAll: Hook[] = [];
  readonly beforeEach: Hook[] = [];
  readonly afterEach: Hook[] = [];
  isBegun = false;
  /** Tests that have not ended yet, also in groups within. */
  left = 0;

  constructor(name: string, parent: Group | null) {
    this.name = name;
    this.parent = parent;
  }

  /** This group and those around it, the outermost first. */
  get path(): Group[] {
    return [...this.parent?.path ?? [], this];
  }
}

let current = new Group("", null);

function describe(name: string, define: () => void): void {
  const outer = current;
  current = new Group(name, outer);
  define();
  current = outer;
}

function it(name: string, test: Hook): void {
  const path = current.path;
  for (const group of path) group.left++;
  const names = [...path.map((group) => group.name), name].filter(Boolean);
  Deno.test(names.join(" > "), async () => {
    try {
      for (const group of path) {
        if (!group.isBegun) await all(group.beforeAll);
        group.isBegun = true;
      }
      await all(path.flatMap((group) => group.beforeEach));
      await test();
    } finally {
      const inside = path.toReversed();
      await all(inside.flatMap((group) => group.afterEach));
      for (const group of inside) {
        if (--group.left === 0) await all(group.afterAll);
      }
    }
  });
}

async function all(hooks: Hook[]): Promise<void> {
  for (const hook of hooks) await hook();
}

/** `each` of `describe` and `it`: names have `%s` for a row, or `$member` for a member of it. */
function each<Row>(
  register: (name: string, run: () => void) => void,
) {
  return (rows: Row[]) => (name: string, run: (row: Row) => void) => {
    for (const row of rows) {
      const members = Object(row) as Record<string, unknown>;
      const full = name.replace("%s", String(row))
        .replace(/\$(\w+)/g, (_, member) => String(members[member]));
      register(full, () => run(row));
    }
  };
}

function skip(name: string): void {
  Deno.test.ignore(name, () => {});
}

Object.assign(globalThis, {
  describe: Object.assign(describe, { each: each(describe) }),
  it: Object.assign(it, { each: each(it), skip }),
  expect: Object.assign(expect, { soft: expect }),
  beforeAll: (hook: Hook) => void current.beforeAll.push(hook),
  afterAll: (hook: Hook) => void current.afterAll.push(hook),
  beforeEach: (hook: Hook) => void current.beforeEach.push(hook),
  afterEach: (hook: Hook) => void current.afterEach.push(hook),
});
