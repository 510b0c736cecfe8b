import { me, settings, settingsPatch } from "../../../resources/system.ts";
import { route } from "../../route.ts";

/** Who is asking, and what holds for everybody. */
export const settingsRoutes = {
  getMe: route({
    method: "GET",
    path: "/me",
    summary: "Tell who the caller is",
    who: "any user, about themselves",
    authenticated: true,
    status: 200,
    result: me,
    problems: [],
  }),
  getSettings: route({
    method: "GET",
    path: "/settings",
    summary: "Read the settings",
    who: "any user",
    authenticated: true,
    status: 200,
    result: settings,
    problems: [],
  }),
  updateSettings: route({
    method: "PATCH",
    path: "/settings",
    summary: "Change settings",
    who: "APPLICATION_ADMIN; the prevent-statistics tag also USER_ADMIN",
    authenticated: true,
    body: settingsPatch,
    status: 200,
    result: settings,
    problems: ["forbidden", "contention"],
    ifMatch: true,
  }),
};
