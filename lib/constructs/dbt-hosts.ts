import type { Construct } from "constructs";

/** An origin over TLS, and nothing but an origin: what is written here is where keys are sent. */
const origin = /^https:\/\/[^\s/?#@\\,]+\/?$/i;

/**
 * Hosts that may be asked beside dbt Cloud's own (context `dbtHosts`: base URLs separated by commas, or a list), as the
 * functions take them. One that is no https URL of a host fails the deployment by name.
 */
export function dbtHostsOf(scope: Construct): string {
  const given: unknown = scope.node.tryGetContext("dbtHosts") ?? "";
  const entries = (Array.isArray(given) ? given : String(given).split(",")).map((one) => String(one).trim());
  const hosts = entries.filter((one) => one !== "");
  const bad = hosts.filter((one) => !origin.test(one));
  // What may hold a password is not repeated.
  const named = bad.map((one) => (one.includes("@") ? "an entry" : JSON.stringify(one))).join(", ");
  if (bad.length > 0) throw new Error(`Context dbtHosts: ${named} is not of the form https://host`);
  return hosts.join(",");
}
