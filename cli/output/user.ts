import type { ReeveClient } from "#client/client.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";

export type User = Awaited<ReturnType<ReeveClient["getUser"]>>;
type ApiKey = Awaited<ReturnType<ReeveClient["listMyKeys"]>>["items"][number];

export const userColumns: readonly Column<User>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "e-mail", value: ({ email }) => email },
  { title: "kind", value: ({ kind }) => kind },
  { title: "permissions", value: ({ permissions }) => permissions.join(", ") },
  { title: "out", value: ({ disabled }) => (disabled ? "yes" : "") },
];

export const keyColumns: readonly Column<ApiKey>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "expires", value: ({ expiresAt }) => expiresAt ?? "never" },
  { title: "created", value: ({ createdAt }) => createdAt },
  { title: "by", value: ({ createdBy }) => createdBy },
];

/** Attributes in lines of their own, each with all its values. */
export const attributePairs = (attributes: User["attributes"]): readonly (readonly [string, string])[] =>
  Object.entries(attributes).map(([name, values]) => [name, values.join(", ")]);

const providerPairs = ({ providers }: User): readonly (readonly [string, string])[] =>
  providers.map(({ id, name, subject, refreshedAt, lapsed, disabled }) => {
    const state = [
      ...(lapsed ? ["lapsed"] : []),
      ...(disabled ? ["says that the account is off"] : []),
      `refreshed ${refreshedAt}`,
    ];
    return [`at ${name ?? id}`, `${subject}: ${state.join(", ")}`];
  });

/** What is shown of a user, with what is told but once; as JSON all that there is. */
export const printUser = (
  printer: Printer,
  user: User,
  once: readonly (readonly [string, string])[] = [],
): void =>
  printOne(printer, user, [
    ["id", user.id],
    ["name", user.name],
    ["e-mail", user.email],
    ["kind", user.kind],
    ["permissions", user.permissions.join(", ")],
    ["disabled", user.disabled ? "yes" : "no"],
    ["groups", user.groups.map(({ name }) => name).join(", ")],
    ...attributePairs(user.attributes),
    ...Object.entries(user.externalUsernames).map(
      ([technology, name]) => [`in ${technology}`, name] as const,
    ),
    ...providerPairs(user),
    ["created", user.createdAt],
    ["version", String(user.version)],
    ...once,
  ]);
