import { DomainError } from "#core/errors/domain-error.ts";
import type { Guard } from "#core/ports/change.ts";

/**
 * A tag as it is kept: its own word and what it stands below. Its full name comes from the tree, so that
 * renaming a tag renames all below it, and what carries them, by one write.
 */
export interface TagRecord {
  readonly id: string;
  readonly parentId: string | null;
  /** Its own part of the dotted name. One from before there were parents holds all of the name, dots and all. */
  readonly segment: string;
  readonly description: string;
  /** Until then nobody may put it on anything: its deletion is looking for what carries it. */
  readonly deletingUntil: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly version: number;
}

/** A tag with its full name: what facts and policies hang on. */
export interface Tag extends TagRecord {
  /** The segments of all above it and its own, joined by dots. */
  readonly name: string;
}

/** The guard of a tag's place: a word is there once below the same tag, ignoring case. */
export const tagGuard = ({ parentId, segment }: Pick<TagRecord, "parentId" | "segment">) =>
  ({
    guard: "tag-name",
    name: parentId === null ? segment : `${parentId}.${segment}`,
  }) as const satisfies Guard;

/** Refuses to put a tag on something, or another one below it, while it is being deleted. */
export function demandStanding(tags: readonly Tag[], at: Date): void {
  const going = tags.find(({ deletingUntil }) => deletingUntil !== null && at.toISOString() < deletingUntil);
  if (going === undefined) return;
  throw new DomainError("contention", `The tag ${JSON.stringify(going.name)} is being deleted.`);
}
