import { foldName } from "#core/names/fold.ts";
import type { Guard } from "#core/ports/change.ts";

/** A guard as one string; names that are the same to people are the same here. */
export function guardText(guard: Guard): string {
  switch (guard.guard) {
    case "relation":
      return JSON.stringify([guard.guard, guard.place, guard.schema, guard.table]);
    case "issuer":
      return JSON.stringify([guard.guard, guard.issuer]);
    case "access-request":
      return JSON.stringify([guard.guard, guard.dataSourceId, guard.requester.type, guard.requester.id]);
    case "identity":
      return JSON.stringify([guard.guard, guard.issuer, guard.subject]);
    case "external-username":
      return JSON.stringify([guard.guard, guard.technology, guard.name]);
    case "connection-name":
    case "data-source-name":
    case "group-name":
    case "tag-name":
      return JSON.stringify([guard.guard, foldName(guard.name)]);
  }
}
