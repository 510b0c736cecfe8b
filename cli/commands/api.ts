import type { Command } from "commander";
import { inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";

const examples = `
-d field=text          the contract decides the type: 5432 is a number where it wants one; repeat it for a list
-d field:=json         JSON as it stands             -d config.port=5432   a field of a field
-d field=@file         text from a file              -d field:=@file       JSON from a file
-d @file.json, -d @-   the whole body; single fields replace its own
-d field=@@text        text that begins with @

Examples:
  $ reeve api /data-sources -q health=unhealthy -o table
  $ reeve api /data-sources/{id} -P id=ds_… -X PATCH -d description='One row per order'
  $ reeve api /dbt/{accountId}/{projectId}/{environmentId} -X PUT \\
      -P accountId=1 -P projectId=10 -P environmentId=100 -d apiKey=@key.txt`;

/** `reeve api`: any request to the service. */
export function addApiCommand(program: Command, terminal: Terminal): void {
  leaf(program, "api <path>", "send any request; {name} in the path is filled by -P", "json")
    .option(
      "-X, --method <method>",
      "the HTTP method (default: GET, or POST with -d where the path takes it)",
    )
    .option("-P, --param <name=value>", "fill {name} in the path", repeated)
    .option("-d, --data <field=value>", "a field of the body, or of the query for GET", repeated)
    .option("-q, --query <name=value>", "a field of the query", repeated)
    .option("--if-match <version>", "refuse if it is not at this version any more")
    .option("--idempotency-key <key>", "do it once, however often it is sent")
    .option("--all", "follow a list to its end")
    .option("--no-contract", "send the fields as they are, without types and checks")
    .addHelpText("after", examples)
    .action(
      inSession(
        terminal,
        async (session, path: string, options: ApiOptions) => {
          const { callApi } = await import("../actions/api.ts");
          await callApi(session, path, options);
        },
        { needsKey: false },
      ),
    );
}

/** The options of `reeve api`. */
export interface ApiOptions {
  readonly method?: string;
  readonly param?: readonly string[];
  readonly data?: readonly string[];
  readonly query?: readonly string[];
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  readonly all?: true;
  readonly contract: boolean;
}
