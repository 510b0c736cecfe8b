import * as z from "zod";
import { processLog } from "#adapters/observability/observability.ts";

/** What CloudFormation sends for a custom resource, and where it waits for the answer. */
const request = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});

/** What a person sends who runs it once more; nobody waits at a URL. */
const byHand = z.strictObject({ RequestType: z.literal("Create") });

/**
 * Runs something once, when the deployment first makes the resource, and answers CloudFormation by that name. An update
 * or a deletion does nothing: what was taken away since must not come back. The answer says of an error
 * only where to look, since everybody who may read the stack sees it.
 */
export const onceAtCreation =
  (name: string, work: () => Promise<void>) =>
  async (event: unknown): Promise<void> => {
    if (byHand.safeParse(event).success) {
      await work();
      return;
    }
    const { RequestType, ResponseURL, ...ids } = request.parse(event);
    let Status = "SUCCESS";
    try {
      if (RequestType === "Create") await work();
    } catch (error) {
      processLog.error("the deployment's first step failed", { error });
      Status = "FAILED";
    }
    const answer = {
      Status,
      Reason: "The log of the function has more.",
      StackId: ids.StackId,
      RequestId: ids.RequestId,
      LogicalResourceId: ids.LogicalResourceId,
      PhysicalResourceId: ids.PhysicalResourceId ?? name,
    };
    // As bytes, because text would bring a content type along, and the URL may be signed for none.
    const body = Buffer.from(JSON.stringify(answer));
    const response = await fetch(ResponseURL, { method: "PUT", body });
    if (!response.ok) throw new Error(`CloudFormation took no answer: ${response.status}`);
  };
