import { problemOf, ReeveProblem } from "#client/errors.ts";
import type { RawReply } from "#client/transport.ts";
import type { ApiOptions } from "../commands/api.ts";
import { UsageError } from "../failure.ts";
import { apiRequest, targetOf, type ApiRequest } from "../input/api-request.ts";
import { fileReader } from "../input/stdin.ts";
import { cell, derivedColumns, isRow, rowsOf } from "../output/derived-columns.ts";
import { printList, printOne } from "../output/print.ts";
import { jsonText, severalLines } from "../output/safe-text.ts";
import type { Session } from "../session.ts";

/** Sends one request, or one for each page, and prints what was answered. */
export async function callApi(session: Session, path: string, options: ApiOptions): Promise<void> {
  const { method, param: params = [], data = [], query = [], contract: useContract } = options;
  const read = await fileReader(session.terminal, [...data, ...query]);
  const request = apiRequest({ path, method, params, data, query, useContract }, read);
  if (options.all !== true) {
    print(session, await answer(session, request, options));
    return;
  }
  if (request.method !== "GET") throw new UsageError("--all is for lists, which are read by GET.");
  print(session, await everyPage(session, request, options));
}

const headersOf = ({ ifMatch, idempotencyKey }: ApiOptions): Record<string, string> => ({
  ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
  ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
});

/** The body of a success. A refusal is printed, being what the service answered, and thrown, being no success. */
async function answer(session: Session, request: ApiRequest, options: ApiOptions): Promise<unknown> {
  const { method, body } = request;
  const headers = headersOf(options);
  const reply = await session.client.send({ method, path: targetOf(request), headers, body });
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  if (session.output === undefined || session.output === "json") print(session, reply.body);
  throw new ReeveProblem(problemOf(reply.status, reply.headers, reply.body));
}

async function everyPage(session: Session, request: ApiRequest, options: ApiOptions): Promise<unknown> {
  const items: unknown[] = [];
  let cursor: unknown = undefined;
  do {
    const query = cursor === undefined ? request.query : { ...request.query, cursor };
    const page: unknown = await answer(session, { ...request, query }, options);
    if (!isRow(page) || !Array.isArray(page["items"]))
      throw new UsageError("--all is for lists; this is none.");
    items.push(...(page["items"] as readonly unknown[]));
    if (page["nextCursor"] === cursor) throw new Error("The list answered the same cursor twice.");
    cursor = page["nextCursor"] ?? undefined;
  } while (cursor !== undefined);
  return { items, nextCursor: null };
}

/** JSON unless a table was asked for; what is no JSON is printed as it is. */
function print(session: Session, body: RawReply["body"]): void {
  const { stdout } = session.terminal;
  const printer = { terminal: session.terminal, output: session.output ?? "json" };
  const rows = rowsOf(body);
  if (body === undefined) return;
  if (typeof body === "string") stdout.write(`${stdout.isTTY ? severalLines(body) : body}\n`);
  else if (printer.output === "json") stdout.write(`${jsonText(body)}\n`);
  else if (rows !== null) printList(printer, derivedColumns(rows), rows);
  else if (isRow(body))
    printOne(
      printer,
      body,
      Object.entries(body).map(([name, value]) => [name, cell(value)]),
    );
  else stdout.write(`${jsonText(body)}\n`);
}
