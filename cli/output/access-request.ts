import type { ReeveClient } from "#client/client.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";

export type AccessRequest = Awaited<ReturnType<ReeveClient["getAccessRequest"]>>;
export type Decision = Awaited<ReturnType<ReeveClient["approveAccessRequests"]>>["items"][number];

const requesterOf = ({ requester: { type, id, name } }: AccessRequest): string =>
  `${type === "group" ? "group " : ""}${name === "" ? id : name}`;

/** Whose approval there is, and whose is wanted still. */
function approvalsOf({ required, approvals, state }: AccessRequest): string {
  const given = approvals.map(({ as }) => as);
  const wanted = [...required];
  for (const kind of given) {
    const place = wanted.indexOf(kind);
    if (place >= 0) wanted.splice(place, 1);
  }
  return [...given, ...(state === "pending" ? wanted.map((kind) => `(${kind})`) : [])].join(" ");
}

/** A line of the list. */
export const requestColumns: readonly Column<AccessRequest>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "data source", value: ({ dataSourceName }) => dataSourceName },
  { title: "for", value: requesterOf },
  { title: "state", value: ({ state }) => state },
  { title: "approvals", value: approvalsOf },
  { title: "wished", value: ({ duration }) => duration ?? "" },
  { title: "created", value: ({ createdAt }) => createdAt },
  { title: "reason", value: ({ reason }) => reason },
];

/** What became of one of several. */
export const decisionColumns: readonly Column<Decision>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "state", value: ({ state }) => state ?? "" },
  {
    title: "problem",
    value: ({ problem }) => (problem === undefined ? "" : `${problem.detail} (${problem.code})`),
  },
];

/** One request. */
export function printRequest(printer: Printer, request: AccessRequest): void {
  printOne(printer, request, [
    ["id", request.id],
    ["data source", `${request.dataSourceName} (${request.dataSourceId})`],
    ["for", `${requesterOf(request)} (${request.requester.id})`],
    ["asked by", request.requestedBy],
    ["reason", request.reason],
    ["wished", request.duration ?? "for good"],
    ["state", request.state],
    ["required", request.required.join(" ")],
    ...request.approvals.map(({ by, as, at }) => ["approved", `${at} by ${by} as ${as}`] as const),
    ["decided by", request.decidedBy ?? ""],
    ["decision", request.decisionReason ?? ""],
    ["access ends", request.expiresAt ?? ""],
    ["created", request.createdAt],
    ["version", String(request.version)],
  ]);
}
