import type { Principal } from "#core/connections/connection.ts";

/** Whether two principals are one. */
export const isSamePrincipal = (one: Principal, other: Principal): boolean =>
  one.type === other.type && one.id === other.id;
