import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { isAwsError, unavailable } from "#adapters/aws/unavailable.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

const stored = z.record(z.string(), z.string());
const service = "The secret store";

/**
 * Credentials in AWS Secrets Manager, each under the prefix and its reference. Nothing is cached: what was
 * taken away is gone at the next read.
 */
export function secretsManagerStore(
  client: SecretsManagerClient,
  { prefix }: { readonly prefix: string },
): SecretStore {
  const nameOf = (ref: string): string => `${prefix}${ref}`;
  return {
    put: (ref, value) => reach(() => write(client, nameOf(ref), JSON.stringify(value))),
    get: (ref) => reach(() => read(client, nameOf(ref))),
    delete: (ref) => reach(() => remove(client, nameOf(ref))),
    list: (below) =>
      reach(async () =>
        (await listed(client, nameOf(below))).map(({ name, writtenAt }) => ({
          ref: name.slice(prefix.length),
          writtenAt,
        })),
      ),
  };
}

async function reach<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw unavailable(service, error);
  }
}

/** References are new nearly always, so creating comes first. */
async function write(client: SecretsManagerClient, name: string, text: string): Promise<void> {
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: text }));
  } catch (error) {
    if (!isAwsError(error, "ResourceExistsException")) throw error;
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: text }));
  }
}

async function read(
  client: SecretsManagerClient,
  name: string,
): Promise<Readonly<Record<string, string>> | null> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return stored.parse(JSON.parse(SecretString ?? "null"));
  } catch (error) {
    // A secret that is on its way out is answered as an invalid request for a while.
    if (isAwsError(error, "ResourceNotFoundException") || isAwsError(error, "InvalidRequestException")) {
      return null;
    }
    throw error;
  }
}

async function remove(client: SecretsManagerClient, name: string): Promise<void> {
  try {
    await client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
  } catch (error) {
    if (!isAwsError(error, "ResourceNotFoundException")) throw error;
  }
}

async function listed(
  client: SecretsManagerClient,
  prefix: string,
): Promise<readonly { readonly name: string; readonly writtenAt: Date }[]> {
  const found = [];
  const filter = { Filters: [{ Key: "name" as const, Values: [prefix] }] };
  for await (const page of paginateListSecrets({ client, pageSize: 100 }, filter)) {
    for (const { Name, LastChangedDate, CreatedDate } of page.SecretList ?? []) {
      // The filter's own idea of a prefix is looser than ours: it may ignore case and split at slashes.
      if (Name?.startsWith(prefix) !== true) continue;
      // Without a date it counts as new: the sweep must not take what a request is just writing.
      found.push({ name: Name, writtenAt: LastChangedDate ?? CreatedDate ?? new Date() });
    }
  }
  return found;
}
