import { pages, type Page } from "#client/paging.ts";
import { say, type Terminal } from "../terminal.ts";

/** How much of a list is wanted. */
export interface ListOptions {
  readonly limit?: number;
  readonly all?: true;
}

const defaultLimit = 200;
const largestPage = 200;

type List<Query, Item> = (request: { readonly query: Query }) => Promise<Page<Item>>;

/** The first items of a list, or all of them; says so where there are more. */
export async function listed<Query extends object, Item>(
  terminal: Terminal,
  list: List<Query & { readonly limit: number }, Item>,
  query: Query,
  options: ListOptions,
): Promise<readonly Item[]> {
  const wanted = options.all === true ? Number.POSITIVE_INFINITY : Math.floor(options.limit ?? defaultLimit);
  const found: Item[] = [];
  for await (const page of pages(list, { query: { ...query, limit: Math.min(wanted, largestPage) } })) {
    found.push(...page.items);
    if (found.length < wanted) continue;
    if (page.nextCursor !== null || found.length > wanted) {
      say(terminal, `These are the first ${wanted}; --all shows every one.`);
    }
    break;
  }
  return found.slice(0, wanted);
}
