export interface ListQuery {
  /** How many items a page holds at most. */
  readonly limit?: number | undefined;
  /** Where to go on: the `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

/** `await` it for one page, or `for await` over it for every item from that page on. */
export type Listing<T> = Promise<Page<T>> & AsyncIterable<T>;

/** Asks for the first page at once and for each further one when the loop gets there. */
export function listing<T>(
  query: ListQuery,
  fetchPage: (query: ListQuery) => Promise<Page<T>>,
): Listing<T> {
  const firstPage = fetchPage(query);
  async function* items(): AsyncGenerator<T, void, undefined> {
    let page = await firstPage;
    yield* page.data;
    while (page.has_more && page.next_cursor !== null) {
      page = await fetchPage({ ...query, cursor: page.next_cursor });
      yield* page.data;
    }
  }
  return Object.assign(firstPage, { [Symbol.asyncIterator]: items });
}
