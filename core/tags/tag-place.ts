import { tagName } from "#contracts/resources/fields.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { demandStanding, type Tag, type TagRecord } from "./tag.ts";
import type { TagTree } from "./tag-tree.ts";

/** Where a tag of a full name belongs. */
export interface Place extends Pick<TagRecord, "parentId" | "segment"> {
  /** Its full name: what stands above keeps the way it is written. */
  readonly name: string;
  /** What is not there yet of what it stands below, the highest first. */
  readonly above: readonly Tag[];
  /** All that it stands below, new or not, the highest first. */
  readonly path: readonly string[];
}

/** Refuses a name that is too long or too deep, which a tag below a renamed one can come to have. */
export function demandName(name: string): void {
  const parsed = tagName.safeParse(name);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/name", detail: `${JSON.stringify(name)} ${issue?.message ?? ""}` }],
  });
}

/** Finds the place of a name in the tree; `make` makes what it stands below where that is not there yet. */
export function placeFor(
  tree: TagTree,
  name: string,
  at: Date,
  make: (place: Pick<TagRecord, "parentId" | "segment">) => TagRecord,
): Place {
  const segments = name.normalize("NFC").split(".");
  const own = segments.pop() ?? "";
  const above: Tag[] = [];
  const path: string[] = [];
  let parent: { readonly id: string | null; readonly name: string } = { id: null, name: "" };
  for (const segment of segments) {
    const full = below(parent.name, segment);
    const known = tree.find(full);
    if (known !== undefined) demandStanding([known], at);
    const stands = known ?? { ...make({ parentId: parent.id, segment }), name: full };
    if (known === undefined) above.push(stands);
    path.push(stands.id);
    parent = stands;
  }
  return { parentId: parent.id, segment: own, name: below(parent.name, own), above, path };
}

const below = (parent: string, segment: string): string => (parent === "" ? segment : `${parent}.${segment}`);
