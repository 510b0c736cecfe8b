import type { ReeveClient } from "#client/client.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";
import { attributePairs } from "./user.ts";

type Group = Awaited<ReturnType<ReeveClient["getGroup"]>>;
type GroupMember = Awaited<ReturnType<ReeveClient["addGroupMember"]>>;
type Principal = Awaited<ReturnType<ReeveClient["listPrincipals"]>>["items"][number];

export const groupColumns: readonly Column<Group>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "provider", value: ({ provider }) => provider ?? "" },
  {
    title: "attributes",
    value: ({ attributes }) =>
      attributePairs(attributes)
        .map(([name, values]) => `${name}=${values}`)
        .join("; "),
  },
];

export const groupMemberColumns: readonly Column<GroupMember>[] = [
  { title: "user", value: ({ userId }) => userId, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "provider", value: ({ provider }) => provider ?? "" },
  { title: "state", value: ({ holds }) => (holds ? "" : "lapsed") },
  { title: "added", value: ({ addedAt }) => addedAt },
  { title: "by", value: ({ addedBy }) => addedBy },
];

export const principalColumns: readonly Column<Principal>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "kind", value: ({ kind }) => kind },
  { title: "name", value: ({ name }) => name },
];

/** One group. */
export const printGroup = (printer: Printer, group: Group): void =>
  printOne(printer, group, [
    ["id", group.id],
    ["name", group.name],
    ["provider", group.provider ?? ""],
    ...attributePairs(group.attributes),
    ["created", group.createdAt],
    ["version", String(group.version)],
  ]);
