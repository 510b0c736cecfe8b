import * as z from "zod";
import { healthReply } from "../../resources/system.ts";
import { route } from "../route.ts";

/** What needs no authentication and no data. */
export const systemRoutes = {
  getHealth: route({
    method: "GET",
    path: "/health",
    summary: "Tell that the service answers",
    who: "anyone",
    authenticated: false,
    status: 200,
    result: healthReply,
    problems: [],
  }),
  getOpenapi: route({
    method: "GET",
    path: "/openapi.json",
    summary: "Describe this API",
    who: "anyone",
    authenticated: false,
    status: 200,
    result: z.record(z.string(), z.unknown()),
    problems: [],
  }),
};
