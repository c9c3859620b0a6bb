/** Lists that come in pages. */

/** What a list needs to be read. `Position` is where a page begins. */
export interface PageSource<Page, Item, Position> {
  /** Reads the page at `position`; the first one if that is undefined. */
  read(position: Position | undefined): Promise<Page>;
  /** Where the next page begins; undefined after the last one. */
  next(page: Page): Position | undefined;
  items(page: Page): Item[];
}

/**
 * A list that is read as it is gone through: `for await (const item of list)` for every item,
 * `for await (const page of list.pages())` for the API's pages, `await list.page()` for the first one alone.
 * Nothing is requested before, and each loop begins anew.
 */
export class Pages<Page, Item> implements AsyncIterable<Item> {
  readonly #source: PageSource<Page, Item, unknown>;

  constructor(source: PageSource<Page, Item, unknown>) {
    this.#source = source;
  }

  /** The first page, as the API answers it. */
  page(): Promise<Page> {
    return this.#source.read(undefined);
  }

  /** Page after page, as the API answers them. */
  async *pages(): AsyncGenerator<Page, void, undefined> {
    let position: unknown;
    do {
      const page: Page = await this.#source.read(position);
      yield page;
      position = this.#source.next(page);
    } while (position !== undefined);
  }

  /** Item after item, in the order of the list. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* this.#source.items(page);
  }

  /** All items, or the first `most`. */
  async all(most = Infinity): Promise<Item[]> {
    const items: Item[] = [];
    if (most <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= most) break;
    }
    return items;
  }
}

/** A list whose pages name the next one with `next_cursor`. */
export function cursorPages<Page extends { next_cursor: string | null }, Item>(
  read: (cursor: string | undefined) => Promise<Page>,
  items: (page: Page) => Item[],
): Pages<Page, Item> {
  return new Pages({
    read: (cursor) => read(cursor as string | undefined),
    next: (page) => page.next_cursor ?? undefined,
    items,
  });
}
