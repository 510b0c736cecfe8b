import { afterAll, expect, it } from "vitest";
import { aServedApp } from "#test/cli/served-app.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { sendWebhook } from "#test/dbt-cloud/webhooks.ts";
import { standInCloud } from "#test/support/dbt-app.ts";
import { aPersona } from "#test/support/personas.ts";

const standIn = new DbtCloudStandIn();
await standIn.start();
afterAll(() => standIn.stop());
const { app, url } = await aServedApp(({ clock }) => ({ cloud: standInCloud(standIn, clock) }));
const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });

it("dbt Cloud subscribes the address that Reeve was reached at, and its word of a run arrives there", async () => {
  const key = { accountId: "1", projectId: "10", environmentId: "100" };
  const made = await fetch(`${url}/dbt`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin.key}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...key,
      host: standIn.host,
      apiKey: standIn.account.apiKey,
      createWebhook: true,
    }),
  });
  const address = `${url}/dbt/1/10/100/webhook`;
  expect([made.status, await made.json()]).toMatchObject([201, { webhookUrl: address }]);
  const run = standIn.finishRun();
  expect(await standIn.deliver(run)).toEqual([202]);
  const { id } = (await app.store.integration(key)) ?? { id: "" };
  expect(await app.store.runRecord(id, run.id)).toMatchObject({ outcome: null });
  expect(app.outbox.jobIds).toHaveLength(1);
  expect(await sendWebhook(address, { run, secret: "whsec_other" })).toMatchObject({ status: 401 });
});
