import { afterEach, describe, expect, it, vi } from "vitest";
import { processLog } from "#adapters/observability/observability.ts";
import type { Invoke } from "#adapters/remote/invocation.ts";
import { lambdaGateway } from "#adapters/remote/lambda-gateway.ts";
import { serveRemote } from "#adapters/remote/serve-remote.ts";
import { remoteCall, type RemoteCall } from "#contracts/remote-calls.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { RemoteError, type RemoteGateway, type RemoteTarget } from "#core/ports/remote.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const target: RemoteTarget = {
  technology: "postgresql",
  config: { host: "db.example.com", port: 5432, database: "shop" },
  secretRef: "connections/con_1/gen_1",
};
const relation = { schema: 'odd "schema"', name: "täble 🙂" };

const orders = {
  ...relation,
  kind: "table",
  comment: "all orders",
  columns: [
    {
      name: "id",
      ordinal: 1,
      dataType: "integer",
      remoteType: "bigint",
      nullable: false,
      comment: "",
      countable: true,
      inPrimaryKey: true,
      unique: true,
    },
  ],
} as const;

const analyses = [
  {
    column: "note",
    count: 3,
    nulls: 1,
    distinct: 2,
    minimum: { value: "a", cut: false },
    maximum: { value: "x".repeat(200), cut: true },
    topValues: [{ value: "a", cut: false, count: 1 }],
    exact: true,
  },
  {
    column: "doc",
    count: 0,
    nulls: 0,
    distinct: 0,
    minimum: null,
    maximum: null,
    topValues: [],
    exact: false,
  },
];

/** A far side that answers the same to everybody, unless told otherwise. */
const answering = (given: Partial<RemoteGateway> = {}): RemoteGateway => ({
  server: () => Promise.resolve({ serverVersion: "18.4", database: "shop" }),
  listRelations: () => Promise.resolve([{ ...relation, kind: "view", columnCount: 3 }]),
  inspect: () => Promise.resolve(orders),
  analyze: () => Promise.resolve(analyses),
  ...given,
});

/** Both sides with a wire between them that carries nothing but text, and what went over it. */
function wired(far: RemoteGateway) {
  const sent: string[] = [];
  const invoke: Invoke = async (_, call) => {
    const request = JSON.stringify(call);
    sent.push(request);
    return { answered: true, text: JSON.stringify(await serveRemote(far, JSON.parse(request))) };
  };
  return { near: lambdaGateway(invoke, () => "request-1"), sent };
}

/** A near side whose function answers just this. */
const hearing = (invoked: Awaited<ReturnType<Invoke>>): RemoteGateway =>
  lambdaGateway(
    () => Promise.resolve(invoked),
    () => undefined,
  );

const refused = (reason: RemoteError["reason"], message: string) => () =>
  Promise.reject(new RemoteError(reason, message));

describe("over the wire", () => {
  it("each question gets the far side's answer", async () => {
    const { near } = wired(answering());
    expect(await near.server(target)).toEqual({ serverVersion: "18.4", database: "shop" });
    expect(await near.listRelations(target, { limit: 10 })).toEqual([
      { ...relation, kind: "view", columnCount: 3 },
    ]);
    expect(await near.inspect(target, relation)).toEqual(orders);
    expect(await near.analyze(target, relation, ["note", "doc"])).toEqual(analyses);
  });

  it("the far side is asked exactly what was asked here", async () => {
    const asked: unknown[] = [];
    const { near } = wired(
      answering({
        listRelations: (...question) => {
          asked.push(...question);
          return Promise.resolve([]);
        },
      }),
    );
    const query = { schema: undefined, search: "ord", after: relation, limit: 200 };
    await near.listRelations(target, query);
    expect(asked).toEqual([target, { search: "ord", after: relation, limit: 200 }]);
  });

  it("several schemas are asked for at once, and one alone as a far side of before understands it", async () => {
    const asked: unknown[] = [];
    const { near } = wired(
      answering({
        listRelations: (_, question) => {
          asked.push(question.schema);
          return Promise.resolve([]);
        },
      }),
    );
    for (const schema of [["a", "b"], ["a"], "a"]) await near.listRelations(target, { schema, limit: 1 });
    expect(asked).toEqual([["a", "b"], "a", "a"]);
  });

  it("a call names a secret, carries none, and says which request it belongs to", async () => {
    const { near, sent } = wired(answering());
    const careless = { ...target, credentials: { password: "hunter2" } };
    await near.server(careless);
    expect(sent).toHaveLength(1);
    expect(sent[0]).not.toContain("hunter2");
    expect(JSON.parse(sent[0] ?? "")).toMatchObject({
      v: 1,
      correlationId: "request-1",
      target: { secretRef: target.secretRef },
    });
  });

  it("what the remote database refuses is thrown here as it was thrown there", async () => {
    const { near } = wired(answering({ server: refused("authentication-failed", "no such login") }));
    const error = await near.server(target).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ reason: "authentication-failed", message: "no such login" });
  });

  it("that a request's time alone was over arrives with it, and else is not said", async () => {
    const late = () => Promise.reject(new RemoteError("statement-timeout", "late", { needsLonger: true }));
    const { near } = wired(answering({ server: late, inspect: refused("statement-timeout", "own") }));
    await expect(near.server(target)).rejects.toMatchObject({ message: "late", needsLonger: true });
    await expect(near.inspect(target, relation)).rejects.toMatchObject({ needsLonger: false });
  });

  it("an unexpected error tells nothing of itself", async () => {
    const logged = vi.spyOn(processLog, "error").mockReturnValue();
    const { near } = wired(answering({ server: () => Promise.reject(new TypeError("password=hunter2")) }));
    const error = await near.server(target).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(logged).toHaveBeenCalledOnce();
    expect(JSON.stringify([error, String(error), logged.mock.calls])).not.toContain("hunter2");
  });

  it("an answer over 5 MB is refused with the reason", async () => {
    const comment = "x".repeat(5_000_001);
    const { near } = wired(answering({ inspect: () => Promise.resolve({ ...orders, comment }) }));
    const error = await near.inspect(target, relation).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ reason: "query-failed" });
    expect(String(error)).toContain("5 MB");
  });

  it("an answer just below that arrives", async () => {
    const comment = "x".repeat(4_900_000);
    const { near } = wired(answering({ inspect: () => Promise.resolve({ ...orders, comment }) }));
    expect((await near.inspect(target, relation)).comment).toHaveLength(4_900_000);
  });
});

describe("the far side", () => {
  const call = { v: 1, operation: "server", target: { ...target } } as const satisfies RemoteCall;

  it.each([
    ["nothing", undefined],
    ["another version", { ...call, v: 2 }],
    ["an operation that is none", { ...call, operation: "drop" }],
    ["more than it knows", { ...call, credentials: { password: "hunter2" } }],
    ["a technology that is none", { ...call, target: { ...target, technology: "oracle" } }],
    ["no limit", { ...call, operation: "listRelations", query: {} }],
  ])("does nothing when it is sent %s", async (_, event) => {
    const asked: unknown[] = [];
    const far = answering({
      server: (given) => {
        asked.push(given);
        return Promise.resolve({ serverVersion: "18", database: "shop" });
      },
    });
    const logged = vi.spyOn(processLog, "error").mockReturnValue();
    expect(await serveRemote(far, event)).toEqual({ outcome: "unavailable" });
    expect(asked).toEqual([]);
    expect(JSON.stringify(logged.mock.calls)).not.toContain("hunter2");
  });

  it("still understands a call as it was first written down", () => {
    expect(
      remoteCall.parse({
        v: 1,
        operation: "inspect",
        target: { technology: "postgresql", config: {}, secretRef: "connections/con_1/gen_1" },
        relation: { schema: "public", name: "orders" },
      }),
    ).toBeDefined();
  });
});

describe("the near side", () => {
  it("calls a function that ran out of time a statement that took too long", async () => {
    await expect(hearing({ answered: false, timedOut: true }).server(target)).rejects.toMatchObject({
      reason: "statement-timeout",
      needsLonger: true,
    });
  });

  it("is unavailable when the function died", async () => {
    await expect(hearing({ answered: false, timedOut: false }).server(target)).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it.each(["", "null", "not JSON", '{"outcome":"result"}', '{"outcome":"result","result":{"odd":1}}'])(
    "is unavailable when it hears %j",
    async (text) => {
      await expect(hearing({ answered: true, text }).server(target)).rejects.toMatchObject({
        code: "unavailable",
      });
    },
  );

  it("takes no reason that it does not know", async () => {
    const text = '{"outcome":"refused","reason":"because","message":"hunter2"}';
    const error = await hearing({ answered: true, text })
      .server(target)
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(String(error)).not.toContain("hunter2");
  });
});
