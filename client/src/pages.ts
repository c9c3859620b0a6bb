/** Lists that the API returns page by page. */

/** How to read a list. A `Position` says where a page begins. */
export interface PageSource<Page, Item, Position> {
  /** Reads the page at `position`, or the first page if it is undefined. */
  read(position: Position | undefined): Promise<Page>;
  /** Where the next page begins; undefined after the last one. */
  next(page: Page): Position | undefined;
  items(page: Page): Item[];
}

/**
 * A list that is requested page by page while you iterate over it:
 *
 * ```ts
 * for await (const item of list) { … }
 * for await (const page of list.pages()) { … }
 * const first = await list.page();
 * ```
 *
 * Creating it sends no request. Each loop starts from the beginning.
 */
export class Pages<Page, Item> implements AsyncIterable<Item> {
  readonly #source: PageSource<Page, Item, unknown>;

  constructor(source: PageSource<Page, Item, unknown>) {
    this.#source = source;
  }

  /** The first page, as the API returns it. */
  page(): Promise<Page> {
    return this.#source.read(undefined);
  }

  /** All pages, as the API returns them. */
  async *pages(): AsyncGenerator<Page, void, undefined> {
    let position: unknown;
    do {
      const page: Page = await this.#source.read(position);
      yield page;
      position = this.#source.next(page);
    } while (position !== undefined);
  }

  /** All items, in the order of the list. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* this.#source.items(page);
  }

  /** All items in an array, or the first `most`. */
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

/** A list whose pages have a `next_cursor`. */
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
