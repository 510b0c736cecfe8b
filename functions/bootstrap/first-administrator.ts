import { keyHasher } from "#adapters/crypto/key-hasher.ts";
import { bootstrapEnvironment } from "#contracts/environment.ts";
import { bootstrapAdministrator } from "#core/people/first-administrator.ts";
import { bootstrapParts } from "#functions/composition/cloud.ts";
import { onceAtCreation } from "./custom-resource.ts";

const parts = bootstrapParts(bootstrapEnvironment.parse(process.env));

/**
 * Run once by the deployment: makes the first administrator from the generated key in the secret store.
 * The table keeps only the key's hash, and nothing here returns the key.
 */
export const handler = onceAtCreation("first-administrator", async () => {
  const secret = await parts.secrets.get("first-administrator");
  if (secret?.["key"] === undefined) {
    throw new Error("the secret of the first administrator's key is missing");
  }
  await bootstrapAdministrator(parts, keyHasher.identify(secret["key"]));
});
