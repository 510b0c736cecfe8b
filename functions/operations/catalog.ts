import type { catalogRoutes } from "#contracts/http/groups/catalog.ts";
import { listActivity } from "#core/audit/list-activity.ts";
import { deleteDataSource } from "#core/deletion/delete-data-source.ts";
import { listDeletedDataSources } from "#core/deletion/list-deleted.ts";
import { restoreDataSource } from "#core/deletion/restore-data-source.ts";
import {
  listDocumentationVersions,
  restoreDocumentation,
} from "#core/documentation/documentation-versions.ts";
import { listStatisticsHistory } from "#core/health/statistics-history.ts";
import { createQuery, deleteQuery, getQuery, listQueries, updateQuery } from "#core/queries/saved-queries.ts";
import { registerDataSources } from "#core/sources/bulk/start-bulk.ts";
import { analyzeDataSource } from "#core/sources/analyze-data-source.ts";
import { createDataSource } from "#core/sources/creation/create-data-source.ts";
import { getDictionary } from "#core/dictionary/read-dictionary.ts";
import { updateColumn, updateDictionary } from "#core/dictionary/edit-dictionary.ts";
import { facetsOfDataSources, getDataSource, listDataSources } from "#core/sources/list-data-sources.ts";
import { runChecks, runFingerprint } from "#core/sources/run-checks.ts";
import { replaceDictionary } from "#core/dictionary/replace-dictionary.ts";
import { addTags, removeTag } from "#core/sources/tag-data-source.ts";
import { updateDataSource } from "#core/sources/update-data-source.ts";
import { deleteTag } from "#core/tags/delete-tag.ts";
import { createTag, listTags, updateTag } from "#core/tags/tags.ts";
import { listThreads } from "#core/threads/list-threads.ts";
import { createReply, deleteReply, updateReply } from "#core/threads/replies.ts";
import { createThread, deleteThread, getThread, updateThread } from "#core/threads/threads.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, IndexParts, QueueParts, RemoteParts } from "./parts.ts";

/** Data sources, dictionaries, checks and tags. */
export const catalogOperations = (
  parts: CommonParts & QueueParts & RemoteParts & IndexParts,
): Operations<typeof catalogRoutes> => ({
  createDataSource: createDataSource(parts),
  registerDataSources: registerDataSources(parts),
  listDataSources: listDataSources(parts),
  facetsOfDataSources: facetsOfDataSources(parts),
  getDataSource: getDataSource(parts),
  updateDataSource: updateDataSource(parts),
  deleteDataSource: deleteDataSource(parts),
  listDeletedDataSources: listDeletedDataSources(parts),
  restoreDataSource: restoreDataSource(parts),
  getDictionary: getDictionary(parts),
  updateDictionary: updateDictionary(parts),
  updateColumn: updateColumn(parts),
  replaceDictionary: replaceDictionary(parts),
  analyzeDataSource: analyzeDataSource(parts),
  listDocumentationVersions: listDocumentationVersions(parts),
  restoreDocumentation: restoreDocumentation(parts),
  listQueries: listQueries(parts),
  createQuery: createQuery(parts),
  getQuery: getQuery(parts),
  updateQuery: updateQuery(parts),
  deleteQuery: deleteQuery(parts),
  runChecks: runChecks(parts),
  runFingerprint: runFingerprint(parts),
  listStatisticsHistory: listStatisticsHistory(parts),
  addTags: addTags(parts),
  removeTag: removeTag(parts),
  listTags: listTags(parts),
  createTag: createTag(parts),
  updateTag: updateTag(parts),
  listActivity: listActivity(parts),
  listThreads: listThreads(parts),
  createThread: createThread(parts),
  getThread: getThread(parts),
  updateThread: updateThread(parts),
  deleteThread: deleteThread(parts),
  createReply: createReply(parts),
  updateReply: updateReply(parts),
  deleteReply: deleteReply(parts),
  deleteTag: deleteTag(parts),
});
