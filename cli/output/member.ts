import type { ReeveClient } from "#client/client.ts";
import type { Column } from "./table.ts";

type Member = Awaited<ReturnType<ReeveClient["addMember"]>>;

/** How members of data sources are listed. */
export const memberColumns: readonly Column<Member>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "type", value: ({ principal }) => principal.type },
  { title: "name", value: ({ principal }) => principal.name },
  { title: "principal", value: ({ principal }) => principal.id },
  { title: "role", value: ({ role }) => role },
  { title: "until", value: ({ expiresAt }) => expiresAt ?? "" },
  { title: "by", value: ({ automatic }) => (automatic ? "policy" : "hand") },
];
