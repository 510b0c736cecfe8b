import { createDocument, type ZodOpenApiOperationObject } from "zod-openapi";
import packageFile from "#root/package.json" with { type: "json" };
import { problemsOf, type RouteContract } from "#contracts/http/route.ts";
import { routeGroups } from "#contracts/http/routes.ts";
import { problem, problemMediaType, problems } from "#contracts/problems.ts";

const errorResponses = (contract: RouteContract) => {
  const byStatus = Map.groupBy(problemsOf(contract), (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join("\n\n"),
        content: { [problemMediaType]: { schema: problem } },
      },
    ]),
  );
};

const headers = (contract: RouteContract) => [
  ...(contract.ifMatch === true
    ? [
        {
          name: "If-Match",
          in: "header",
          schema: { type: "string" },
          description: "the version last seen",
        } as const,
      ]
    : []),
  ...(contract.idempotent === true
    ? [
        {
          name: "Idempotency-Key",
          in: "header",
          schema: { type: "string" },
          description: "the same key within 24 hours gets the same reply",
        } as const,
      ]
    : []),
];

const laterResponse = ({ later }: RouteContract) =>
  later === undefined
    ? {}
    : {
        [String(later.status)]: {
          description:
            "The remote database needs longer than a request may wait: this job comes to the result",
          content: { "application/json": { schema: later.result } },
        },
      };

const operationOf = (id: string, group: string, contract: RouteContract): ZodOpenApiOperationObject => ({
  operationId: id,
  summary: contract.summary,
  description: `Who may call: ${contract.who}.`,
  tags: [group],
  security: contract.authenticated ? [{ bearer: [] }] : [],
  parameters: headers(contract),
  requestParams: {
    ...(contract.params === undefined ? {} : { path: contract.params }),
    ...(contract.query === undefined ? {} : { query: contract.query }),
  },
  ...(contract.signedBody === undefined
    ? {}
    : { requestBody: { required: true, content: { "application/json": { schema: { type: "object" } } } } }),
  ...(contract.body === undefined
    ? {}
    : {
        requestBody: {
          required: contract.bodyOptional !== true,
          content: { "application/json": { schema: contract.body } },
        },
      }),
  responses: {
    [String(contract.status)]:
      contract.result === undefined
        ? { description: "Done" }
        : { description: "Done", content: { "application/json": { schema: contract.result } } },
    ...laterResponse(contract),
    ...errorResponses(contract),
  },
});

/** The OpenAPI 3.1 document of all contracts: the same text each time it is made from the same contracts. */
export function openapiDocument(): string {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [group, contracts] of Object.entries(routeGroups)) {
    for (const [id, contract] of Object.entries<RouteContract>(contracts)) {
      paths[contract.path] = {
        ...paths[contract.path],
        [contract.method.toLowerCase()]: operationOf(id, group, contract),
      };
    }
  }
  const document = createDocument({
    openapi: "3.1.0",
    info: {
      title: "Reeve",
      version: packageFile.version,
      description: "A catalog of data sources with access governance.",
    },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths,
  });
  return `${JSON.stringify(document, null, 2)}\n`;
}
