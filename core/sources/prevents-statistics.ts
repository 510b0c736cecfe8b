import { foldName } from "#core/names/fold.ts";
import type { Tag } from "#core/tags/tag.ts";

/**
 * Whether the prevent-statistics tag is among these: its exact name, any case. It is asked when a data source is made, and
 * the answer is kept.
 */
export const preventsStatistics = (tagName: string, tags: readonly Pick<Tag, "name">[]): boolean =>
  tagName !== "" && tags.some(({ name }) => foldName(name) === foldName(tagName));
