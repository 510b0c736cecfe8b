import { execFile } from "node:child_process";
import { request } from "node:https";
import { promisify } from "node:util";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { inject } from "vitest";
import * as z from "zod";
import { secretsManagerClient } from "#adapters/secrets/client.ts";
import { reeveClient, type ReeveClient } from "#client/client.ts";
import { certificate, trustEmulator } from "./certificate.ts";
import { account } from "./emulator.ts";

const run = promisify(execFile);
trustEmulator();
const { ApiUrl, AdministratorSecretName, port, python } = inject("deployed");

/** Where the emulator is, for clients of AWS. */
export const aws = {
  endpoint: `https://127.0.0.1:${port}`,
  region: account.region,
  credentials: account.credentials,
};

/**
 * Asks the emulator for the API by its host's name, which is known to nobody else: so the connection goes
 * to loopback and the name into the header, which `fetch` does not let one set.
 */
export const throughHost: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = { ...Object.fromEntries(new Headers(init?.headers)), host: new URL(ApiUrl).host };
  return await new Promise<Response>((resolve, reject) => {
    const options = { method: init?.method ?? "GET", headers, servername: "localhost" };
    const sent = request(url, options, (reply) => {
      const parts: Buffer[] = [];
      reply.on("data", (part: Buffer) => parts.push(part));
      reply.on("error", reject);
      reply.on("end", () => {
        const status = reply.statusCode ?? 0;
        const body = status === 204 ? null : Buffer.concat(parts);
        const given = new Headers();
        for (const [name, value] of Object.entries(reply.headers)) given.set(name, String(value));
        resolve(new Response(body, { status, headers: given }));
      });
    });
    sent.on("error", reject);
    sent.end(typeof init?.body === "string" ? init.body : undefined);
  });
};

const secretOf = async (name: string): Promise<string> => {
  const secret = await secretsManagerClient(aws).send(new GetSecretValueCommand({ SecretId: name }));
  return z.object({ key: z.string() }).parse(JSON.parse(secret.SecretString ?? "")).key;
};

/** The first administrator's key, from the secret that the deployment's output names. */
export const administratorKey = (): Promise<string> => secretOf(AdministratorSecretName);

/** The deployed API, as whoever the key belongs to; as nobody without one. */
export const api = (apiKey?: string): ReeveClient =>
  reeveClient({ baseUrl: `https://127.0.0.1:${port}`, apiKey, fetch: throughHost });

/** Where the API says that it is; only `throughHost` gets there. */
export const apiUrl = ApiUrl;

/** Every line that the deployed functions wrote so far. */
export async function logLines(): Promise<readonly { readonly group: string; readonly line: string }[]> {
  const script = new URL("read-logs.py", import.meta.url).pathname;
  const { stdout } = await run(python, [script, aws.endpoint, certificate.authority], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const entry = z.tuple([z.string(), z.string()]);
  return stdout
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => entry.parse(JSON.parse(text)))
    .map(([group, line]) => ({ group, line }));
}
