import type { connectionRoutes } from "#contracts/http/groups/connections.ts";
import { listTables, testConnection } from "#core/connections/ask-connection.ts";
import { addConnectionMember, removeConnectionMember } from "#core/connections/connection-members.ts";
import { createConnection } from "#core/connections/create-connection.ts";
import { deleteConnection } from "#core/connections/delete-connection.ts";
import { getConnection, listConnectionMembers, listConnections } from "#core/connections/list-connections.ts";
import { updateConnection } from "#core/connections/update-connection.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, QueueParts, RemoteParts, SecretParts } from "./parts.ts";

/** Connections and their members. */
export const connectionOperations = (
  parts: CommonParts & QueueParts & SecretParts & RemoteParts,
): Operations<typeof connectionRoutes> => ({
  createConnection: createConnection(parts),
  listConnections: listConnections(parts),
  getConnection: getConnection(parts),
  updateConnection: updateConnection(parts),
  deleteConnection: deleteConnection(parts),
  testConnection: testConnection(parts),
  listTables: listTables(parts),
  listConnectionMembers: listConnectionMembers(parts),
  addConnectionMember: addConnectionMember(parts),
  removeConnectionMember: removeConnectionMember(parts),
});
