import { connect as connectSocket, type Socket } from "node:net";
import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import type { OpenClient } from "./open.ts";

const sslRequestCode = 80_877_103;
const cancelRequestCode = 80_877_102;

const integers = (...values: readonly number[]): Buffer => {
  const message = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) message.writeInt32BE(value | 0, index * 4);
  return message;
};

/** The server process and its secret, which the driver keeps but does not declare. */
function backendOf(client: object): { readonly pid: number; readonly key: number } | null {
  const pid: unknown = Reflect.get(client, "processID");
  const key: unknown = Reflect.get(client, "secretKey");
  return typeof pid === "number" && typeof key === "number" ? { pid, key } : null;
}

/** The secret that lets anyone cancel goes over TLS wherever the password did. */
async function secured(socket: Socket, { tls, address }: OpenClient): Promise<Socket> {
  if (tls === false) return socket;
  socket.write(integers(8, sslRequestCode));
  const [answer] = (await once(socket, "data")) as readonly unknown[];
  if (!Buffer.isBuffer(answer) || answer.toString("latin1") !== "S") throw new Error("no TLS to cancel over");
  const stream = connectTls({ socket, host: address, ...tls });
  await once(stream, "secureConnect");
  return stream;
}

/**
 * Asks the server to end what a connection is doing, over a second connection as the protocol wants it
 * (https://www.postgresql.org/docs/current/protocol-flow.html, "Canceling Requests in Progress"). Says
 * nothing about success: the cancelled statement does, or the caller gives the connection up.
 */
export async function requestCancel(open: OpenClient, timeoutMs: number): Promise<void> {
  const backend = backendOf(open.client);
  if (backend === null) return;
  const socket = connectSocket(open.client.port, open.address);
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error("cancelling took too long")));
  // Errors come out of the awaits below; one that comes later concerns nobody.
  socket.on("error", () => {});
  try {
    await once(socket, "connect");
    const stream = await secured(socket, open);
    stream.end(integers(16, cancelRequestCode, backend.pid, backend.key));
    await once(stream, "close");
  } finally {
    socket.destroy();
  }
}
