import { describe, expect, inject, it } from "vitest";
import { aDataDirectory, keyIn, startReeve } from "#test/support/local-reeve.ts";
import { aLogin, aSchema, runSql } from "#test/support/postgres-client.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";

describe("the command and Reeve on one machine", { timeout: 60_000 }, () => {
  it("bring a table from nothing to a measured data source", async () => {
    const [schema, login] = [await aSchema(), await aLogin()];
    await runSql(
      `create table ${schema}.orders as select i as id, i % 2 as odd from generate_series(1, 300) i`,
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.orders to ${login.username}`,
    );
    const service = startReeve(await aDataDirectory());
    const url = await service.ready();
    const env = { XDG_CONFIG_HOME: configDirectory() };
    const reeve = (args: readonly string[], input = "") => runReeve(args, { env, input });
    expect((await reeve(["configure", "--url", url], keyIn(service))).code).toBe(0);

    const { host, port, database } = inject("postgres");
    const config = [`host=${host}`, `port=${port}`, `database=${database}`].flatMap((one) => [
      "--config",
      one,
    ]);
    const connection = [
      "--name",
      "shop",
      "--technology",
      "postgresql",
      "--username",
      login.username,
      ...config,
    ];
    expect((await reeve(["connection", "create", ...connection], login.password)).code).toBe(0);

    const table = ["--connection", "shop", "--schema", schema, "--table", "orders"];
    const made = await reeve(["data-source", "create", ...table, "--name", "orders", "--watch"]);
    expect(made.stderr).toMatch(/Job job_\w+ succeeded\.\n$/);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({
      health: { status: "healthy" },
      statistics: {
        rowCount: { value: 300, exact: true },
        highCardinalityColumn: { name: "id", distinct: 300 },
      },
    });
    const again = await reeve(["data-source", "check", "orders", "--watch", "-o", "tsv"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^state\tsucceeded$/m);
    expect(await service.stop()).toBe(0);
  });
});
