import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { member, memberCreation, memberPatch } from "../../../resources/member.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";

const params = z.object({ dataSourceId: resourceId });
const oneOf = params.extend({ memberId: resourceId });

/** Who has which role on a data source. */
export const memberRoutes = {
  listMembers: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/members",
    summary: "List the members of a data source, then those whom its policies subscribe by themselves",
    who: "members, GOVERNANCE; automatic subscribers are told to owners and GOVERNANCE",
    authenticated: true,
    params,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(member),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
  addMember: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/members",
    summary: "Give a user or a group a role on a data source",
    who: "owners; where none of them can act, USER_ADMIN, who makes somebody else an owner",
    authenticated: true,
    params,
    body: memberCreation,
    status: 201,
    result: member,
    problems: [
      "not-found",
      "forbidden",
      "member-exists",
      "approval-required",
      "self-change",
      "principal-not-found",
      "ingest-needs-object-backed",
      "too-many-members",
      "contention",
    ],
    idempotent: true,
  }),
  updateMember: route({
    method: "PATCH",
    path: "/data-sources/{dataSourceId}/members/{memberId}",
    summary: "Change a member's role, or until when it holds",
    who: "owners",
    authenticated: true,
    params: oneOf,
    body: memberPatch,
    status: 200,
    result: member,
    problems: [
      "not-found",
      "forbidden",
      "last-owner",
      "approval-required",
      "ingest-needs-object-backed",
      "contention",
    ],
  }),
  removeMember: route({
    method: "DELETE",
    path: "/data-sources/{dataSourceId}/members/{memberId}",
    summary: "Take a role away; whom a policy would let in again stays out until an owner adds them",
    who: "owners",
    authenticated: true,
    params: oneOf,
    status: 204,
    problems: ["not-found", "forbidden", "last-owner", "contention"],
  }),
};
