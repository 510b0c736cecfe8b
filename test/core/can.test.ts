import { describe, expect, it } from "vitest";
import { permission } from "#contracts/resources/system.ts";
import { actions, can, decide } from "#core/access/can.ts";
import { deployment, type Resource } from "#core/access/resource.ts";
import { aUser } from "#test/support/records.ts";

const source = (
  role: "owner" | "expert" | "subscriber" | "ingest" | null,
  status: "enabled" | "disabled" = "enabled",
) => ({ type: "data-source", role, status }) as const;
const connection = (...roles: readonly ("owner" | "registrar")[]) =>
  ({ type: "connection", memberships: roles.map((role) => ({ role, schemas: null })) }) as const;

describe("the decision function", () => {
  it("lets a disabled user do nothing at all", () => {
    const user = aUser({ disabled: true, permissions: [...permission.options] });
    const resources: readonly Resource[] = [deployment, source("owner"), connection("owner", "registrar")];
    for (const action of actions)
      for (const resource of resources) expect(can(user, action, resource)).toBe(false);
  });

  it("hides what a user has no part in", () => {
    expect(decide(aUser(), "data-source:read", source(null))).toBe("hidden");
    expect(decide(aUser(), "data-source:delete", source(null))).toBe("hidden");
    expect(decide(aUser(), "connection:read", connection())).toBe("hidden");
  });

  it("forbids what a user may see but not do", () => {
    expect(decide(aUser(), "data-source:delete", source("subscriber"))).toBe("forbidden");
    expect(decide(aUser(), "data-source:update", source("expert"))).toBe("forbidden");
    expect(decide(aUser(), "connection:update", connection("registrar"))).toBe("forbidden");
  });

  it("shows a disabled data source to its owners alone", () => {
    expect(decide(aUser(), "data-source:read", source("owner", "disabled"))).toBe("allowed");
    expect(decide(aUser(), "data-source:read", source("expert", "disabled"))).toBe("hidden");
    expect(decide(aUser({ permissions: ["GOVERNANCE"] }), "data-source:read", source(null, "disabled"))).toBe(
      "hidden",
    );
  });

  it("exempts nobody by permission: an administrator changes no data source that is not theirs", () => {
    const admin = aUser({ permissions: [...permission.options] });
    for (const action of ["data-source:update", "data-source:delete", "data-source:tag"] as const) {
      expect(decide(admin, action, source(null))).toBe("forbidden");
    }
  });

  it("needs both the permission and the role to register tables", () => {
    const creator = aUser({ permissions: ["CREATE_DATA_SOURCE"] });
    expect(can(creator, "connection:register", connection("registrar"))).toBe(true);
    expect(can(creator, "connection:register", connection())).toBe(false);
    expect(can(creator, "connection:list-tables", connection())).toBe(false);
    expect(can(aUser(), "connection:register", connection("registrar"))).toBe(false);
  });

  it("shows a job to who asked for it and to who may see what it is about", () => {
    const user = aUser();
    const about = (subject: Resource | null, createdBy = "usr_other") =>
      ({ type: "job", createdBy, subject }) as const;
    expect(decide(user, "job:read", about(null, user.id))).toBe("allowed");
    expect(decide(user, "job:read", about(source("subscriber")))).toBe("allowed");
    expect(decide(user, "job:control", about(source("subscriber")))).toBe("forbidden");
    expect(decide(user, "job:control", about(source("owner")))).toBe("allowed");
    expect(decide(user, "job:read", about(source(null)))).toBe("hidden");
    expect(decide(user, "job:read", about(null))).toBe("hidden");
  });

  it("shows an integration and the jobs about it to its owners and APPLICATION_ADMIN, whoever asked for them", () => {
    const of = (owns: boolean) => ({ type: "integration", owns }) as const;
    const job = (subject: Resource | null) => ({ type: "job", createdBy: null, subject }) as const;
    const admin = aUser({ permissions: ["APPLICATION_ADMIN"] });
    const others = aUser({
      permissions: permission.options.filter((one) => one !== "APPLICATION_ADMIN"),
    });
    for (const action of ["integration:read", "integration:manage"] as const) {
      expect(decide(aUser(), action, of(true))).toBe("allowed");
      expect(decide(others, action, of(false))).toBe("hidden");
      expect(decide(admin, action, of(false))).toBe("allowed");
    }
    for (const action of ["job:read", "job:control"] as const) {
      expect(decide(aUser(), action, job(of(true)))).toBe("allowed");
      expect(decide(others, action, job(of(false)))).toBe("hidden");
      expect(decide(others, action, job(null))).toBe("hidden");
      expect(decide(admin, action, job(null))).toBe("allowed");
    }
    expect(decide(admin, "integration:create", deployment)).toBe("allowed");
    expect(decide(others, "integration:create", deployment)).toBe("forbidden");
  });

  it("lets owners and APPLICATION_ADMIN restore what is deleted, and hides it from everybody else", () => {
    const deleted = (role: "owner" | "expert" | null) => ({ type: "deleted-data-source", role }) as const;
    expect(decide(aUser(), "data-source:restore", deleted("owner"))).toBe("allowed");
    expect(decide(aUser(), "data-source:restore", deleted("expert"))).toBe("hidden");
    const admin = aUser({ permissions: ["APPLICATION_ADMIN"] });
    expect(decide(admin, "data-source:restore", deleted(null))).toBe("allowed");
    const others = aUser({ permissions: ["GOVERNANCE", "AUDIT", "USER_ADMIN"] });
    expect(decide(others, "data-source:restore", deleted(null))).toBe("hidden");
  });

  it("shows what was done to a data source to its owners, AUDIT and GOVERNANCE, while it is enabled", () => {
    const of = (role: Parameters<typeof source>[0], status?: "disabled") =>
      ({ type: "activity", dataSource: source(role, status) }) as const;
    const decision = (permissions: Parameters<typeof aUser>[0], ...given: Parameters<typeof of>) =>
      decide(aUser(permissions), "activity:read", of(...given));
    expect(decision({}, "owner")).toBe("allowed");
    expect(decision({}, "owner", "disabled")).toBe("allowed");
    for (const role of ["expert", "subscriber", "ingest"] as const)
      expect(decision({}, role)).toBe("forbidden");
    expect(decision({}, null)).toBe("hidden");
    for (const permission of ["AUDIT", "GOVERNANCE"] as const) {
      expect(decision({ permissions: [permission] }, null)).toBe("allowed");
      expect(decision({ permissions: [permission] }, null, "disabled")).toBe("hidden");
    }
    expect(decision({ permissions: ["APPLICATION_ADMIN", "USER_ADMIN"] }, null)).toBe("hidden");
  });

  it("lets members talk who do not only ingest, authors edit what is theirs, and owners delete", () => {
    const user = aUser();
    const thread = (role: Parameters<typeof source>[0], author = "usr_other", status?: "disabled") =>
      ({ type: "thread", author, dataSource: source(role, status) }) as const;
    const may = (...given: Parameters<typeof thread>) =>
      actions
        .filter((action) => action.startsWith("thread:") && can(user, action, thread(...given)))
        .map((action) => action.slice("thread:".length));
    expect(may("owner")).toEqual(["read", "post", "resolve", "delete"]);
    expect(may("expert")).toEqual(["read", "post", "resolve"]);
    expect(may("subscriber")).toEqual(["read", "post"]);
    expect(may("subscriber", user.id)).toEqual(["read", "post", "edit", "resolve", "delete"]);
    expect(may("ingest", user.id)).toEqual([]);
    expect(may(null, user.id)).toEqual([]);
    expect(may("expert", user.id, "disabled")).toEqual([]);
    expect(decide(user, "thread:read", thread("ingest"))).toBe("forbidden");
    expect(decide(user, "thread:read", thread(null))).toBe("hidden");
    expect(decide(user, "thread:read", thread("expert", user.id, "disabled"))).toBe("hidden");
  });

  it("shows members to readers, whom policies subscribe to owners and GOVERNANCE, and lets owners manage both", () => {
    const may = (given: Parameters<typeof aUser>[0], ...of: Parameters<typeof source>) =>
      (
        [
          "data-source:list-members",
          "data-source:list-subscribers",
          "data-source:manage-members",
          "data-source:subscription",
        ] as const
      ).filter((action) => can(aUser(given), action, source(...of)));
    expect(may({}, "owner")).toHaveLength(4);
    expect(may({}, "owner", "disabled")).toHaveLength(4);
    for (const role of ["expert", "subscriber", "ingest"] as const) {
      expect(may({}, role)).toEqual(["data-source:list-members"]);
      expect(may({}, role, "disabled")).toEqual([]);
    }
    expect(may({ permissions: ["GOVERNANCE"] }, null)).toEqual([
      "data-source:list-members",
      "data-source:list-subscribers",
    ]);
    const others = permission.options.filter((one) => one !== "GOVERNANCE");
    expect(may({ permissions: others }, null)).toEqual([]);
  });

  it("lets USER_ADMIN make an owner where none can act, and hides that from everybody else", () => {
    const ownerless = { type: "ownerless-data-source" } as const;
    const of = (permissions: typeof permission.options) =>
      decide(aUser({ permissions }), "data-source:appoint-owner", ownerless);
    expect(of(["USER_ADMIN"])).toBe("allowed");
    expect(of(permission.options.filter((one) => one !== "USER_ADMIN"))).toBe("hidden");
    expect(decide(aUser({ permissions: ["USER_ADMIN"] }), "data-source:read", ownerless)).toBe("forbidden");
  });

  it("lets whom the policies ask decide on a request, shows it to who asked, and hides it from everybody else", () => {
    const user = aUser();
    const of = (
      required: readonly ("owner" | "AUDIT")[],
      given: Partial<Extract<Resource, { type: "access-request" }>> = {},
    ) =>
      ({
        type: "access-request",
        requestedBy: "usr_other",
        ofOwnGroup: false,
        required,
        dataSource: source(null),
        ...given,
      }) as const;
    const may = (by: ReturnType<typeof aUser>, ...given: Parameters<typeof of>) =>
      actions
        .filter((action) => action.startsWith("access-request:") && can(by, action, of(...given)))
        .map((action) => action.slice("access-request:".length));
    const auditor = aUser({ permissions: ["AUDIT"] });
    expect(may(auditor, ["AUDIT"])).toEqual(["read", "decide"]);
    expect(may(user, ["owner"], { dataSource: source("owner") })).toEqual(["read", "decide"]);
    expect(may(user, ["owner"], { dataSource: source("owner", "disabled") })).toEqual(["read", "decide"]);
    expect(may(user, [], { requestedBy: user.id })).toEqual(["read", "cancel"]);
    expect(may(user, [], { ofOwnGroup: true })).toEqual(["read"]);
    const hidden: readonly (readonly [ReturnType<typeof aUser>, Resource])[] = [
      [auditor, of(["owner"])],
      [auditor, of(["AUDIT"], { dataSource: source(null, "disabled") })],
      [user, of(["AUDIT"], { dataSource: source("owner") })],
      [user, of(["owner"], { dataSource: source("expert") })],
      [aUser({ permissions: [...permission.options] }), of([])],
    ];
    for (const [by, resource] of hidden) {
      expect(decide(by, "access-request:read", resource)).toBe("hidden");
      expect(decide(by, "access-request:decide", resource)).toBe("hidden");
    }
  });

  it("lets whoever may know of a data source ask for access to it", () => {
    const found = { ...source(null), discoverable: true };
    expect(decide(aUser(), "data-source:request-access", found)).toBe("allowed");
    expect(decide(aUser(), "data-source:request-access", source(null))).toBe("hidden");
    expect(decide(aUser(), "data-source:request-access", { ...found, status: "disabled" })).toBe("hidden");
  });

  it("lets only APPLICATION_ADMIN change settings, and USER_ADMIN the prevent-statistics tag", () => {
    expect(can(aUser({ permissions: ["USER_ADMIN"] }), "settings:update", deployment)).toBe(false);
    expect(can(aUser({ permissions: ["USER_ADMIN"] }), "settings:update-statistics-tag", deployment)).toBe(
      true,
    );
    expect(can(aUser({ permissions: ["APPLICATION_ADMIN"] }), "settings:update", deployment)).toBe(true);
  });
});
