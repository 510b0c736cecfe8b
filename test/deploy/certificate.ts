import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { projectRoot } from "#lib/bundling/bundle.ts";

const fixture = (name: string): string => join(projectRoot, "test/fixtures/tls", name);

/** The emulator speaks TLS, since the queues of the deployment refuse anything else. */
export const certificate = {
  authority: fixture("ca.crt"),
  own: fixture("server.crt"),
  key: fixture("server.key"),
};

/** Makes this process trust the emulator. */
export function trustEmulator(): void {
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(certificate.authority, "utf8")]);
}
