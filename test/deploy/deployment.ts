import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { projectRoot } from "#lib/bundling/bundle.ts";
import { account, type Emulator } from "./emulator.ts";

const run = promisify(execFile);

const outputs = z.object({
  Reeve: z.object({
    ApiUrl: z.url(),
    AdministratorSecretName: z.string(),
    AuditBucketName: z.string(),
  }),
});

/** What a deployment tells who made it. */
export type Outputs = z.infer<typeof outputs>["Reeve"];

async function cdk(emulator: Emulator, ...given: readonly string[]): Promise<void> {
  const command = join(projectRoot, "node_modules/.bin/cdk");
  try {
    await run(command, [...given, "--no-notices", "--output", join(emulator.directory, "cdk.out")], {
      cwd: projectRoot,
      env: emulator.environment,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`cdk ${given[0]} failed: ${`${stdout}${stderr}`.slice(-4000)}`, { cause: error });
  }
}

/** Bootstraps the account and deploys the app with some context, as a person would. */
export async function deploy(
  emulator: Emulator,
  context: Readonly<Record<string, string>> = {},
): Promise<Outputs> {
  await cdk(emulator, "bootstrap", `aws://${account.accountId}/${account.region}`);
  const file = join(emulator.directory, "outputs.json");
  const given = Object.entries(context).flatMap(([name, value]) => ["--context", `${name}=${value}`]);
  await cdk(emulator, "deploy", "--require-approval", "never", "--outputs-file", file, ...given);
  return outputs.parse(JSON.parse(readFileSync(file, "utf8"))).Reeve;
}
