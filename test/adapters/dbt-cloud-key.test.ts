import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { clientOf, failure, impatient, secretKey } from "./dbt-cloud-client.ts";

const ours = { projectId: "10", environmentId: "100" };
const hour = 3_600_000;
const standIn = new DbtCloudStandIn({ apiKey: secretKey });
const elsewhere = new DbtCloudStandIn({ apiKey: secretKey });

beforeAll(() => Promise.all([standIn.start(), elsewhere.start()]));
afterAll(() => Promise.all([standIn.stop(), elsewhere.stop()]));
afterEach(() => {
  standIn.heal();
  elsewhere.heal();
});

describe("the key is sent", () => {
  it("to no host that a redirect names", async () => {
    const { cloud, access } = clientOf(standIn);
    standIn.fault({
      path: /./,
      fault: { fault: "redirect", to: `${elsewhere.url}/api/v2/accounts/1/runs/1/` },
    });
    const error = await failure(cloud.run(access, "1", impatient()));
    expect([error.reason, error.message]).toEqual([
      "bad-reply",
      `${standIn.host} redirects, which is not followed (302)`,
    ]);
    expect(
      (await failure(cloud.artifact(access, { runId: "1", path: "manifest.json" }, impatient()))).reason,
    ).toBe("bad-reply");
    expect(elsewhere.log).toEqual([]);
  });

  it("to no host that is not listed any more", async () => {
    const { cloud, access } = clientOf(standIn, { hosts: "" });
    const error = await failure(cloud.environment(access, ours, impatient()));
    expect([error.reason, standIn.log]).toEqual(["unreachable", []]);
  });

  it.each([
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "fd00:ec2::254",
    "::1",
    "::ffff:10.0.0.1",
  ])("to no host of dbt's that lies at %s, unless it is listed", async (address) => {
    const resolved: string[] = [];
    const { cloud, access, waits, patient } = clientOf(standIn, {
      resolve: async (host) => {
        resolved.push(host);
        return [{ address, family: address.includes(":") ? 6 : 4 }];
      },
    });
    const host = "ab123.us1.dbt.com";
    const error = await failure(cloud.environment({ ...access, host }, ours, patient(hour)));
    expect([error.reason, error.message]).toEqual([
      "unreachable",
      `${host} lies at an address that is not public, and is not listed`,
    ]);
    expect([resolved, waits]).toEqual([[host], []]);
  });

  it("to the very address that a listed name has at the first look", async () => {
    const port = new URL(standIn.url).port;
    const resolved: string[] = [];
    const { cloud, access } = clientOf(standIn, {
      hosts: `http://localhost:${port}`,
      resolve: async (host) => {
        resolved.push(host);
        return [{ address: resolved.length === 1 ? "127.0.0.1" : "203.0.113.1", family: 4 }];
      },
    });
    expect(
      await cloud.environment({ ...access, host: `localhost:${port}` }, ours, impatient()),
    ).not.toBeNull();
    expect(resolved).toEqual(["localhost"]);
  });

  it("to no server whose certificate is not vouched for", async () => {
    const tls = join(import.meta.dirname, "../fixtures/tls");
    const seen: unknown[] = [];
    const server = createServer(
      { key: readFileSync(join(tls, "server.key")), cert: readFileSync(join(tls, "server.crt")) },
      (request, response) => {
        seen.push(request.headers);
        response.end("{}");
      },
    );
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const { cloud, access } = clientOf(standIn, { hosts: `https://localhost:${port}` });
    const error = await failure(
      cloud.environment({ ...access, host: `localhost:${port}` }, ours, impatient()),
    );
    server.closeAllConnections();
    server.close();
    expect(error.reason).toBe("unreachable");
    expect(error.message).toMatch(
      /\((?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|CERT_HAS_EXPIRED)\)$/,
    );
    expect(seen).toEqual([]);
  });
});
