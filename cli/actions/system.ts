import type { ReeveClient } from "#client/client.ts";
import { settingsPatch } from "#contracts/resources/system.ts";
import { parseAssignment } from "../input/assignments.ts";
import { shaped } from "../input/check.ts";
import { fileReader } from "../input/stdin.ts";
import { treeOf } from "../input/tree.ts";
import { cell } from "../output/derived-columns.ts";
import { printList, printOne } from "../output/print.ts";
import type { Column } from "../output/table.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";

/** That the service answers, and its version. */
export async function showHealth(session: Session): Promise<void> {
  const health = await session.client.getHealth();
  printOne(session, health, [
    ["status", health.status],
    ["version", health.version],
  ]);
}

/** Who the key belongs to. */
export async function showMe(session: Session): Promise<void> {
  const me = await session.client.getMe();
  printOne(session, me, [
    ["id", me.user.id],
    ["name", me.user.name],
    ["email", me.user.email],
    ["permissions", me.permissions.join(", ")],
    ["groups", me.groups.join(", ")],
    ...Object.entries(me.attributes).map(([name, values]) => [name, values.join(", ")] as const),
  ]);
}

type Settings = Awaited<ReturnType<ReeveClient["getSettings"]>>;

const printSettings = (session: Session, settings: Settings): void =>
  printOne(
    session,
    settings,
    Object.entries(settings).map(([name, value]) => [name, cell(value)]),
  );

/** What holds for everybody. */
export async function showSettings(session: Session): Promise<void> {
  printSettings(session, await session.client.getSettings());
}

/** Changes the settings that are named, and no others. */
export async function changeSettings(session: Session, changes: readonly string[]): Promise<void> {
  const read = await fileReader(session.terminal, changes);
  const tree = treeOf(changes.map((change) => parseAssignment(change, read)));
  const body = settingsPatch.parse(shaped(settingsPatch, tree));
  printSettings(session, await session.client.updateSettings({ body }));
}

type Tag = Awaited<ReturnType<ReeveClient["createTag"]>>;

const tagColumns: readonly Column<Tag>[] = [
  { title: "name", value: ({ name }) => name },
  { title: "description", value: ({ description }) => description },
];

const printTag = (session: Session, tag: Tag): void =>
  printOne(session, tag, [
    ["name", tag.name],
    ["description", tag.description],
  ]);

/** The tags, or those with some words in their names. */
export async function listTags(
  session: Session,
  { search, ...options }: ListOptions & { readonly search?: string },
): Promise<void> {
  const query = search === undefined ? {} : { search };
  printList(session, tagColumns, await listed(session.terminal, session.client.listTags, query, options));
}

/** Makes a tag. */
export async function createTag(session: Session, name: string, description?: string): Promise<void> {
  const body = { name, ...(description === undefined ? {} : { description }) };
  printTag(session, await session.client.createTag({ body }));
}

/** Gives a tag another name or another description. */
export async function changeTag(
  session: Session,
  name: string,
  body: { readonly name: string } | { readonly description: string },
): Promise<void> {
  printTag(session, await session.client.updateTag({ params: { name }, body }));
}

/** Deletes a tag with all below it. */
export async function deleteTag(session: Session, name: string): Promise<void> {
  await session.client.deleteTag({ params: { name } });
  say(session.terminal, `The tag ${JSON.stringify(name)} is deleted.`);
}
