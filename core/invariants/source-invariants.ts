import { generationText, type Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

/** What was staged is settled by an hourly sweep, an hour after it was staged: by then it must be gone. */
const stagedForMs = 3 * 3_600_000;

/** What lies in the partition of a data source belongs to one, but for what is staged before it. */
function* orphans(census: Census): Iterable<Finding> {
  const staged = new Set([...census.staged.keys()].map((text) => text.split(" ")[0]));
  for (const [part, ids] of census.parts) {
    for (const id of ids) {
      // What has a tombstone still is being purged.
      if (census.dataSources.has(id) || census.tombstones.has(id)) continue;
      if (part === "dictionary chunk" && staged.has(id)) continue;
      yield finding(
        "nothing-without-its-data-source",
        id,
        `a ${part} is left of a data source that is not there`,
      );
    }
  }
}

function* wholeness(census: Census): Iterable<Finding> {
  const healthy = census.parts.get("health") ?? new Set();
  for (const [id, { deletedAt }] of census.dataSources) {
    if (!healthy.has(id)) yield finding("data-source-is-whole", id, "its health is missing");
    if (deletedAt === null && !census.owned.has(id))
      yield finding("data-source-is-whole", id, "it has no owner");
  }
}

/** Users have a record each, groups one together, and none of these is in the other. */
function* members({ misplacedMembers }: Census): Iterable<Finding> {
  for (const { id, dataSourceId } of misplacedMembers) {
    yield finding("members-are-told-apart", dataSourceId, `the member ${id} is not where it should be`);
  }
}

function* dictionaries(census: Census): Iterable<Finding> {
  for (const [id, { dictionary }] of census.dataSources) {
    const text = generationText({ dataSourceId: id, generation: dictionary.generation });
    const { count, columns } = census.chunks.get(text) ?? { count: 0, columns: 0 };
    if (count === dictionary.chunks && columns === dictionary.columnCount) continue;
    const due = `${dictionary.chunks} chunks and ${dictionary.columnCount} columns`;
    yield finding("dictionary-is-whole", id, `${count} and ${columns} of ${due} are there`);
  }
}

/** Whether a header, a sweep or a purge finds a generation. */
function isFound(census: Census, text: string): boolean {
  const [dataSourceId = "", generation] = text.split(" ");
  const source = census.dataSources.get(dataSourceId);
  const layer = census.chunks.has(text) ? source?.dictionary : source?.dbt;
  if (layer?.generation === generation) return true;
  return census.staged.has(text) || census.retired.has(text) || census.tombstones.has(dataSourceId);
}

function* generations(census: Census, now: Date): Iterable<Finding> {
  for (const text of new Set([...census.chunks.keys(), ...census.dbtChunks.keys()])) {
    if (isFound(census, text)) continue;
    const [dataSourceId = "", generation] = text.split(" ");
    yield finding(
      "no-dangling-generation",
      dataSourceId,
      `no header points at the generation ${generation}, and no sweep will find it`,
    );
  }
  for (const [text, since] of [...census.staged, ...census.retired]) {
    if (now.getTime() - Date.parse(since) <= stagedForMs) continue;
    yield finding("no-dangling-generation", text, `staged or retired at ${since} and not swept`);
  }
}

function* references(census: Census): Iterable<Finding> {
  for (const [id, { connectionId, deletedAt, tagIds }] of census.dataSources) {
    if (deletedAt === null && connectionId !== null && !census.connections.has(connectionId)) {
      yield finding("connection-stands", id, `its connection ${connectionId} is gone`);
    }
    // What is deleted holds no tag, and loses those that are gone when it is restored.
    for (const tagId of deletedAt === null ? tagIds : []) {
      if (census.tags.has(tagId)) continue;
      yield finding("tag-stands", id, `it carries the tag ${tagId}, which is gone`);
    }
  }
}

/** What is deleted has a tombstone, by which it is found and purged, and nothing else has one. */
function* tombstones(census: Census): Iterable<Finding> {
  for (const [id, { deletedAt }] of census.dataSources) {
    const times = [...(census.tombstones.get(id) ?? [])];
    if (deletedAt !== null && !times.includes(deletedAt)) {
      yield finding("deleted-has-its-tombstone", id, `nothing tells that it was deleted at ${deletedAt}`);
    }
    for (const time of times) {
      if (time !== deletedAt) yield finding("deleted-has-its-tombstone", id, `it was not deleted at ${time}`);
    }
  }
}

/** Each saved query holds a name, and none is held for nothing. */
function* queryNames(census: Census): Iterable<Finding> {
  for (const id of new Set([...census.queries.keys(), ...census.namedQueries.keys()])) {
    const [queries, named] = [census.queries, census.namedQueries].map((of) => [...(of.get(id) ?? [])]);
    for (const one of queries ?? []) {
      if (!named?.includes(one)) yield finding("saved-query-holds-its-name", id, `${one} holds no name`);
    }
    for (const one of named ?? []) {
      if (!queries?.includes(one)) yield finding("saved-query-holds-its-name", id, `${one} is gone`);
    }
  }
}

/** A tag stands below one that is there. */
export function* tagInvariants(census: Census): Iterable<Finding> {
  for (const [id, { parentId }] of census.tags) {
    if (parentId === null || census.tags.has(parentId)) continue;
    yield finding("tag-stands", id, `it stands below the tag ${parentId}, which is gone`);
  }
}

/** A data source is there wholly or not at all, with all that it refers to. */
export function* sourceInvariants(census: Census, now: Date): Iterable<Finding> {
  yield* orphans(census);
  yield* wholeness(census);
  yield* members(census);
  yield* dictionaries(census);
  yield* generations(census, now);
  yield* references(census);
  yield* queryNames(census);
  yield* tombstones(census);
}

/** Members have a connection. A connection may be without an owner: all that it had may be deleted. */
export function* connectionInvariants(census: Census): Iterable<Finding> {
  for (const id of census.connectionRoles) {
    if (census.connections.has(id)) continue;
    yield finding("connection-stands", id, "it is gone, and has members");
  }
}
