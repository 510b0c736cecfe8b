import type { Permission } from "#contracts/resources/system.ts";
import type { App } from "#test/support/app.ts";
import { aPersona, everyPermission, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

/** The columns of the table of who may do what, and what stands above each. */
export const columns = {
  no: "nobody: no credentials",
  dis: "somebody disabled, an owner of everything with every permission",
  out: "an outsider: no permission, no role",
  ing: "an ingest user of data sources",
  sub: "a subscriber of data sources",
  exp: "an expert of data sources",
  own: "an owner of data sources, of the connection, of the integration",
  reg: "a registrar of the connection, with CREATE_DATA_SOURCE",
  APP: "APPLICATION_ADMIN alone",
  USR: "USER_ADMIN alone",
  GOV: "GOVERNANCE alone",
  AUD: "AUDIT alone",
  CDS: "CREATE_DATA_SOURCE alone",
  PRJ: "PROJECT_MANAGEMENT alone",
  all: "an administrator: every permission, no role",
} as const;
export type Column = keyof typeof columns;
export const columnNames = Object.keys(columns) as readonly Column[];

/** Everybody of the table but nobody. */
export type Somebody = Exclude<Column, "no">;
export type Cast = Readonly<Record<Somebody, Persona>>;

const permissionsOf: Readonly<Record<Somebody, readonly Permission[]>> = {
  dis: everyPermission,
  out: [],
  ing: [],
  sub: [],
  exp: [],
  own: [],
  reg: ["CREATE_DATA_SOURCE"],
  APP: ["APPLICATION_ADMIN"],
  USR: ["USER_ADMIN"],
  GOV: ["GOVERNANCE"],
  AUD: ["AUDIT"],
  CDS: ["CREATE_DATA_SOURCE"],
  PRJ: ["PROJECT_MANAGEMENT"],
  all: everyPermission,
};

/** The personas, all of them in one group that has no role anywhere. */
export async function theCast(app: App, groupId: string): Promise<Cast> {
  const made = await Promise.all(
    Object.entries(permissionsOf).map(async ([column, permissions]) => {
      const disabled = column === "dis";
      const attributes = { Desk: ["one"] };
      const given = { name: unique("Player "), permissions, disabled, groups: [groupId], attributes };
      return [column, await aPersona(app, given)] as const;
    }),
  );
  return Object.fromEntries(made) as Cast;
}
