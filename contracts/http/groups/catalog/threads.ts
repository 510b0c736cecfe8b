import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { reply, replyText, thread, threadCreation, threadPatch } from "../../../resources/thread.ts";
import { listOf, pageQuery, repeatable } from "../../lists.ts";
import { route } from "../../route.ts";
import { dataSourceParams } from "./data-source-route.ts";

const threadParams = z.object({ threadId: resourceId });
const replyParams = threadParams.extend({ replyId: resourceId });
const talkers = "members of the data source who do not only ingest";

/** Conversations about data sources and their columns. */
export const threadRoutes = {
  listThreads: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/threads",
    summary: "List the threads, newest activity first; a page of long ones holds fewer than asked for",
    who: talkers,
    authenticated: true,
    params: dataSourceParams,
    query: z.strictObject({
      ...pageQuery,
      column: repeatable(z.string().min(1).max(255)).describe(
        "by the column's name, or by the last one it had",
      ),
      resolved: repeatable(z.enum(["true", "false"]).transform((value) => value === "true")),
    }),
    status: 200,
    result: listOf(thread),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
  createThread: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/threads",
    summary: "Begin a thread on a data source or on one of its columns",
    who: talkers,
    authenticated: true,
    params: dataSourceParams,
    body: threadCreation,
    status: 201,
    location: "/threads",
    result: thread,
    problems: ["not-found", "forbidden", "column-not-found", "too-many-threads", "contention"],
    idempotent: true,
  }),
  getThread: route({
    method: "GET",
    path: "/threads/{threadId}",
    summary: "Read a thread",
    who: talkers,
    authenticated: true,
    params: threadParams,
    status: 200,
    result: thread,
    problems: ["not-found", "forbidden"],
  }),
  updateThread: route({
    method: "PATCH",
    path: "/threads/{threadId}",
    summary: "Resolve or reopen a thread, or change what one wrote",
    who: "the author; owners and experts of the data source resolve and reopen",
    authenticated: true,
    params: threadParams,
    body: threadPatch,
    status: 200,
    result: thread,
    problems: ["not-found", "forbidden", "thread-full", "contention"],
    ifMatch: true,
  }),
  deleteThread: route({
    method: "DELETE",
    path: "/threads/{threadId}",
    summary: "Delete a thread with its replies",
    who: "the author, owners of the data source",
    authenticated: true,
    params: threadParams,
    status: 204,
    problems: ["not-found", "forbidden", "contention"],
    ifMatch: true,
  }),
  createReply: route({
    method: "POST",
    path: "/threads/{threadId}/replies",
    summary: "Reply in a thread",
    who: talkers,
    authenticated: true,
    params: threadParams,
    body: replyText,
    status: 201,
    result: reply,
    problems: ["not-found", "forbidden", "thread-full", "contention"],
    idempotent: true,
  }),
  updateReply: route({
    method: "PATCH",
    path: "/threads/{threadId}/replies/{replyId}",
    summary: "Change a reply that one wrote",
    who: "the author of the reply",
    authenticated: true,
    params: replyParams,
    body: replyText,
    status: 200,
    result: reply,
    problems: ["not-found", "forbidden", "thread-full", "contention"],
  }),
  deleteReply: route({
    method: "DELETE",
    path: "/threads/{threadId}/replies/{replyId}",
    summary: "Delete a reply",
    who: "the author of the reply, owners of the data source",
    authenticated: true,
    params: replyParams,
    status: 204,
    problems: ["not-found", "forbidden", "contention"],
  }),
};
