import { describe, expect, it, onTestFinished } from "vitest";
import type { Connector, RemoteBudget, RemoteSession } from "#core/ports/remote.ts";
import { analysisContract } from "./analysis-contract.ts";
import type { ConnectorFixture } from "./connector-fixture.ts";
import { amply, failureOf } from "./remote-failure.ts";
import { readingContract } from "./reading-contract.ts";

/** Opens a session that is closed when the test ends. */
export type OpenSession = (budget?: Partial<RemoteBudget>) => Promise<RemoteSession>;

/** What every connector promises, whatever the technology; the fixture makes what the tests look at. */
export function connectorContract(connector: Connector, fixture: ConnectorFixture): void {
  const open: OpenSession = async (budget = {}) => {
    const session = await connector.open(fixture.config(), fixture.credentials(), { ...amply, ...budget });
    onTestFinished(() => session.close());
    return session;
  };
  const passwords = (): string[] =>
    Object.entries(fixture.credentials()).flatMap(([k, v]) => (k === "password" ? [v] : []));

  describe("opening a session", () => {
    it("tells which server and which database answered", async () => {
      const server = await (await open()).server();
      expect(server.serverVersion).toMatch(/\d/);
      expect(server.database).toBe(fixture.config()["database"]);
    });

    it("fails with unreachable where nobody listens, and names the place", async () => {
      const config = await fixture.deadConfig();
      const error = await failureOf(connector.open(config, fixture.credentials(), amply), ...passwords());
      expect(error.reason).toBe("unreachable");
      expect(error.message).toContain(String(config["port"]));
    });

    it("fails with authentication-failed for a wrong password, without telling either", async () => {
      const wrong = { ...fixture.credentials(), password: "not-the-passw0rd" };
      const opening = connector.open(fixture.config(), wrong, amply);
      const error = await failureOf(opening, "not-the-passw0rd", ...passwords());
      expect(error.reason).toBe("authentication-failed");
    });

    it("fails with credentials-missing when there is no password", async () => {
      const error = await failureOf(connector.open(fixture.config(), {}, amply));
      expect(error.reason).toBe("credentials-missing");
    });

    it("fails with address-refused for a metadata service, without connecting", async () => {
      const config = { ...fixture.config(), host: "169.254.169.254" };
      const error = await failureOf(connector.open(config, fixture.credentials(), amply), ...passwords());
      expect(error.reason).toBe("address-refused");
    });

    it("does not open for work that was cancelled before", async () => {
      const budget = { ...amply, signal: AbortSignal.abort() };
      const error = await failureOf(connector.open(fixture.config(), fixture.credentials(), budget));
      expect(error.reason).toBe("cancelled");
    });

    it("can be closed twice", async () => {
      const session = await open();
      await session.close();
      await expect(session.close()).resolves.toBeUndefined();
    });
  });

  describe("limits", () => {
    it("ends a statement that takes too long, and says so", async () => {
      const session = await open({ statementTimeoutMs: 200 });
      const slow = await fixture.aSlowView(await fixture.aSchema());
      const error = await failureOf(session.probe(slow), ...passwords());
      expect(error.reason).toBe("statement-timeout");
      expect(await fixture.running(slow)).toBe(0);
    });

    it("goes on after a statement that took too long", async () => {
      const session = await open({ statementTimeoutMs: 200 });
      const slow = await fixture.aSlowView(await fixture.aSchema());
      await failureOf(session.probe(slow));
      await expect(session.server()).resolves.toBeDefined();
    });

    it("ends the running statement on the remote when the work is cancelled", async () => {
      const controller = new AbortController();
      const session = await open({ signal: controller.signal });
      const slow = await fixture.aSlowView(await fixture.aSchema());
      const probing = failureOf(session.probe(slow), ...passwords());
      await expect.poll(() => fixture.running(slow)).toBe(1);
      controller.abort();
      expect((await probing).reason).toBe("cancelled");
      await expect.poll(() => fixture.running(slow)).toBe(0);
    });

    it("starts no statement once the work is cancelled", async () => {
      const controller = new AbortController();
      const session = await open({ signal: controller.signal });
      controller.abort();
      expect((await failureOf(session.server())).reason).toBe("cancelled");
    });
  });

  readingContract(connector, fixture, open);
  analysisContract(connector, fixture, open);
}
