import { expect, expectTypeOf, it } from "vitest";
import { reeveClient, type ReeveClient } from "#client/client.ts";
import { startScriptedServer } from "#test/support/scripted-server.ts";

type Client = ReeveClient;
type Connection = Awaited<ReturnType<Client["getConnection"]>>;
type DataSource = Awaited<ReturnType<Client["getDataSource"]>>;
type Job = Awaited<ReturnType<Client["getJob"]>>;

it("an answer that may come later is the result or a job, and its state tells which", async () => {
  const server = await startScriptedServer(() => ({ status: 202, body: { id: "job_1", state: "queued" } }));
  const client = reeveClient({ baseUrl: server.url, apiKey: "rv_key_x" });
  const answer = await client.createDataSource({
    body: { connectionId: "con_1", schema: "public", table: "orders" },
  });
  await server.stop();
  expectTypeOf(answer).toEqualTypeOf<DataSource | Job>();
  expectTypeOf<Awaited<ReturnType<Client["createConnection"]>>>().toEqualTypeOf<Connection | Job>();
  const told = (given: DataSource | Job) => ("state" in given ? { job: given } : { made: given });
  expectTypeOf(told).returns.toExtend<{ job: Job } | { made: DataSource }>();
  expect(told(answer)).toEqual({ job: { id: "job_1", state: "queued" } });
});
