import * as z from "zod";

/**
 * Prefixes of every opaque identifier. An id is `<prefix>_<ULID>`, is never reused and never parsed
 * for meaning: items hold ids, so that a rename is one write.
 */
export const idPrefixes = {
  accessRequest: "arq",
  apiKey: "key",
  audit: "aud",
  auditExport: "exp",
  column: "col",
  connection: "con",
  dataSource: "ds",
  delta: "dlt",
  generation: "gen",
  group: "grp",
  identityProvider: "idp",
  integration: "int",
  invitation: "inv",
  job: "job",
  measurement: "mea",
  member: "mem",
  policy: "pol",
  reply: "rpl",
  request: "req",
  savedQuery: "qry",
  segment: "seg",
  tag: "tag",
  thread: "thr",
  user: "usr",
} as const;

/** The kinds of thing that carry an id. */
export type IdKind = keyof typeof idPrefixes;

/** A path parameter that names one resource; anything that could not be an id of ours is a 404, not a 400. */
export const resourceId = z.string().min(1).max(200);
