import { ReeveUnreachable } from "./errors.ts";

/** What the causes of a failed fetch mean for who typed the address. */
const meanings: readonly (readonly [RegExp, (origin: string) => string])[] = [
  [/^ECONNREFUSED$/, (origin) => `Nothing listens at ${origin}: is the service running?`],
  [
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    (origin) => `The host name of ${origin} is not known: is the address right, and the network up?`,
  ],
  [
    /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/,
    (origin) => `${origin} cannot be reached.`,
  ],
  [
    /^(?:EPROTO|ERR_SSL_\w+)$/,
    (origin) => `${origin} does not speak TLS: should the address begin with http:// instead?`,
  ],
  [
    /CERT|^(?:UNABLE_TO_|ERR_TLS_)/,
    (origin) =>
      `The certificate of ${origin} is not trusted. NODE_EXTRA_CA_CERTS names a file of authorities to trust.`,
  ],
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, (origin) => `${origin} closed the connection without an answer.`],
  [/^HPE_/, (origin) => `${origin} does not speak HTTP: should the address begin with https:// instead?`],
];

const text = (value: unknown, name: "code" | "message"): string => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : "";
};

/** Says in words why a fetch failed; fetch itself says "fetch failed" and hides the reason in its cause. */
export function unreachable(origin: string, error: unknown): ReeveUnreachable {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = text(cause, "code");
  const meaning = meanings.find(([pattern]) => pattern.test(code))?.[1];
  const message =
    meaning?.(origin) ?? `${origin} cannot be reached: ${text(cause, "message") || "no reason given"}.`;
  return new ReeveUnreachable(code === "" ? message : `${message} (${code})`, { cause: error });
}
