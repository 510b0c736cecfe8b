import type { CallOptions } from "./transport.ts";

/** What every list answers. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A method of the client that answers a list. */
type List<Request, Item> = (request: Request, options?: CallOptions) => Promise<Page<Item>>;

/** A list page by page, each asked for only when the one before it has been used. */
export async function* pages<Request extends { readonly query?: object }, Item>(
  list: List<Request, Item>,
  request: Request,
  options?: CallOptions,
): AsyncGenerator<Page<Item>, void, undefined> {
  let cursor: string | null = null;
  do {
    const query = cursor === null ? request.query : { ...request.query, cursor };
    const page: Page<Item> = await list(query === undefined ? request : { ...request, query }, options);
    yield page;
    if (page.nextCursor !== null && page.nextCursor === cursor) {
      throw new Error("The list answered the same cursor twice: it would never end.");
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/**
 * A list item by item, over as many pages as it takes.
 *
 * @example
 * for await (const source of items(reeve.listDataSources, { query: { health: "unhealthy" } })) …
 */
export async function* items<Request extends { readonly query?: object }, Item>(
  list: List<Request, Item>,
  request: Request,
  options?: CallOptions,
): AsyncGenerator<Item, void, undefined> {
  for await (const page of pages(list, request, options)) yield* page.items;
}
