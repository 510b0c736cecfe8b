import { items } from "#client/paging.ts";
import { idPrefixes } from "#contracts/ids.ts";
import { identityProviderCreation, identityProviderPatch } from "#contracts/resources/identity-provider.ts";
import { Refusal, UsageError } from "../failure.ts";
import { parseAssignment, textAt, type Assignment } from "../input/assignments.ts";
import { secret } from "../input/ask.ts";
import { shaped } from "../input/check.ts";
import { fileReader } from "../input/stdin.ts";
import { treeOf } from "../input/tree.ts";
import { identityProviderColumns, printIdentityProvider } from "../output/identity-provider.ts";
import { printJob, type Job } from "../output/job.ts";
import { formatOf, printList, printOne } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { byName, isId } from "./resolve.ts";
import { demandSuccess, followed, isFinished } from "./watch.ts";

/** The options of `identity-provider create` and `update`. */
export interface ProviderOptions {
  readonly name?: string;
  readonly kind?: string;
  readonly data?: readonly string[];
  /** Whether a new secret is asked for. */
  readonly secret?: true;
}

/** The id of a provider that is named by its id or its name. */
async function providerParams({ client }: Session, text: string): Promise<{ readonly providerId: string }> {
  if (isId(idPrefixes.identityProvider, text)) return { providerId: text };
  const found = items(client.listIdentityProviders, { query: { limit: 200 } });
  return { providerId: (await byName(found, text, "identity provider")).id };
}

/** All identity providers. */
export async function listProviders(session: Session, options: ListOptions): Promise<void> {
  const found = await listed(session.terminal, session.client.listIdentityProviders, {}, options);
  printList(session, identityProviderColumns, found);
}

/** One identity provider. */
export async function getProvider(session: Session, name: string): Promise<void> {
  const params = await providerParams(session, name);
  printIdentityProvider(session, await session.client.getIdentityProvider({ params }));
}

const counted = ["created", "changed", "removed", "unchanged"] as const;

/** Reads a directory now, and tells what that changed. One whose removals wait for a person is a refusal of those alone. */
export async function syncProvider(
  session: Session,
  name: string,
  { wait }: { readonly wait: boolean },
): Promise<void> {
  const params = await providerParams(session, name);
  const job = await session.client.syncIdentityProvider({ params });
  if (!wait) {
    printJob(session, job);
    return;
  }
  const isOver = (one: Job): boolean => isFinished(one) || one.state === "awaiting-approval";
  const ended = await followed(session, job.id, 1, isOver);
  const { result } = ended;
  const sums = counted.map((kind) => `${String(result?.[kind])} ${kind}`).join(", ");
  if (formatOf(session) === "json") printOne(session, ended, []);
  else if (result !== null) say(session.terminal, `People of the directory: ${sums}.`);
  if (ended.state === "awaiting-approval") {
    throw new Refusal(
      `It would remove many people. All else is done; they stay until a person approves: reeve job approve ${ended.id}`,
    );
  }
  demandSuccess(session, ended);
}

async function dataFields(session: Session, data: readonly string[] = []): Promise<readonly Assignment[]> {
  const read = await fileReader(session.terminal, data);
  return data.map((one) => parseAssignment(one, read));
}

const secretFields = { oidc: "clientSecret", ldap: "bindPassword" } as const;
const questions = { oidc: "Secret of the client", ldap: "Password of the account that reads" } as const;

const askedSecret = ({ terminal }: Session, kind: "oidc" | "ldap"): Promise<string> =>
  secret(terminal, questions[kind], "REEVE_PROVIDER_SECRET");

/** Accepts people of another place. A directory's password is asked for, a client's secret with --secret. */
export async function createProvider(session: Session, options: ProviderOptions): Promise<void> {
  const { name = "", kind = "oidc", data } = options;
  if (kind !== "oidc" && kind !== "ldap") throw new UsageError("--kind is oidc or ldap.");
  const fields = [textAt(["name"], name), textAt(["kind"], kind), ...(await dataFields(session, data))];
  const withSecret = (...given: readonly string[]) =>
    identityProviderCreation.parse(
      shaped(
        identityProviderCreation,
        treeOf([...fields, ...given.map((text) => textAt([secretFields[kind]], text))]),
      ),
    );
  const needsSecret = kind === "ldap" || options.secret === true;
  // All else is known to be right before a secret is asked for.
  const body = needsSecret ? (withSecret("-"), withSecret(await askedSecret(session, kind))) : withSecret();
  printIdentityProvider(session, await session.client.createIdentityProvider({ body }));
}

/** Changes a provider: what is given and nothing else. */
export async function updateProvider(
  session: Session,
  ref: string,
  { name, data, secret: wantsSecret }: ProviderOptions,
): Promise<void> {
  if (name === undefined && data === undefined && wantsSecret === undefined) {
    throw new UsageError("Say what to change: --name, -d or --secret.");
  }
  const params = await providerParams(session, ref);
  const fields = [
    ...(name === undefined ? [] : [textAt(["name"], name)]),
    ...(await dataFields(session, data)),
  ];
  const patchOf = (given: readonly Assignment[]) =>
    identityProviderPatch.parse(shaped(identityProviderPatch, treeOf([...fields, ...given])));
  if (wantsSecret === undefined) {
    const body = patchOf([]);
    printIdentityProvider(session, await session.client.updateIdentityProvider({ params, body }));
    return;
  }
  const { kind } = await session.client.getIdentityProvider({ params });
  const body = patchOf([textAt([secretFields[kind]], await askedSecret(session, kind))]);
  printIdentityProvider(session, await session.client.updateIdentityProvider({ params, body }));
}

/** Accepts nobody from there any more. */
export async function deleteProvider(session: Session, name: string): Promise<void> {
  const params = await providerParams(session, name);
  await session.client.deleteIdentityProvider({ params });
  say(session.terminal, `Identity provider ${name} is deleted: what it said of people counts for nothing.`);
}
