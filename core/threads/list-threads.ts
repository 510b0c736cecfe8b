import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { thatFit } from "#core/call/reply-size.ts";
import { foldName } from "#core/names/fold.ts";
import { columnNamed } from "#core/dictionary/column-named.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { lastName, noColumns, showThread, type ColumnNames } from "#core/threads/show-thread.ts";
import type { ThreadPlace } from "#core/threads/thread.ts";

const position = z.strictObject({ lastActivityAt: z.string(), threadId: z.string() });
const positionOf = ({ lastActivityAt, threadId }: ThreadPlace) => ({ lastActivityAt, threadId });

/** The threads of a data source, newest activity first. */
export const listThreads =
  ({ store, cursors }: SourceDeps): UseCase<Routes["listThreads"]> =>
  async ({ params, query: { limit, cursor, ...filters } }, call) => {
    const { dataSource } = await readDataSource(store, call.user, params.dataSourceId, "thread:read");
    const columnsOf = async (): Promise<ColumnNames> => (await store.dictionary(dataSource.id)) ?? noColumns;
    const named = filters.column === undefined ? null : await columnsOf();
    const passes = filterOf(filters, named ?? noColumns);
    const list = `threads/${dataSource.id}/${JSON.stringify(filters)}`;
    const page = await fillPage(cursors, list, { limit, cursor }, position, {
      read: async (after, wanted) => {
        const places = await store.threadPlaces(dataSource.id, after, wanted);
        const last = places.at(-1);
        const more = places.length === wanted && last !== undefined;
        return { items: places.filter(passes), next: more ? positionOf(last) : null };
      },
      positionOf,
      show: (place) => place,
    });
    const needsNames = page.items.some(({ columnId }) => columnId !== null);
    const [threads, columns] = await Promise.all([
      store.threads(page.items.map(({ threadId }) => threadId)),
      named ?? (needsNames ? columnsOf() : noColumns),
    ]);
    // One that was deleted since its place was read is passed over.
    const found = page.items.flatMap((place) => {
      const thread = threads.get(place.threadId);
      return thread === undefined ? [] : [{ place, shown: showThread(thread, columns) }];
    });
    const fitting = thatFit(found.map(({ shown }) => shown));
    const last = found[fitting.length - 1];
    const cut = fitting.length < found.length && last !== undefined;
    return {
      items: [...fitting],
      nextCursor: cut ? await cursors.seal(list, positionOf(last.place)) : page.nextCursor,
    };
  };

interface Filters {
  readonly column?: readonly string[] | undefined;
  readonly resolved?: readonly boolean[] | undefined;
}

/** A column is meant by its name today; one that is gone, by the last one that it had. */
function filterOf({ column, resolved }: Filters, names: ColumnNames): (place: ThreadPlace) => boolean {
  const meant = new Set(column?.map((name) => columnNamed(names.columns, name)?.id));
  const folded = new Set(column?.map(foldName));
  const there = new Set(names.columns.map(({ id }) => id));
  const isMeant = (place: ThreadPlace): boolean => {
    if (column === undefined) return true;
    if (place.columnId === null) return false;
    if (there.has(place.columnId)) return meant.has(place.columnId);
    const name = lastName(names, place);
    return name !== null && folded.has(foldName(name));
  };
  return (place) => isMeant(place) && (resolved === undefined || resolved.includes(place.resolved));
}
