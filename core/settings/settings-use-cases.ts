import type * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { settings as settingsSchema } from "#contracts/resources/system.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Committer, SettingsStore } from "#core/ports/store.ts";
import type { Settings } from "#core/settings/settings.ts";

/** What the operations on settings need from outside. */
export interface SettingsDeps {
  readonly store: Committer & SettingsStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

const show = (settings: Settings): z.output<typeof settingsSchema> => ({ ...settings });

/** What holds for everybody. */
export const getSettings =
  ({ store }: SettingsDeps): UseCase<Routes["getSettings"]> =>
  async (_, call) => {
    authorize(call.user, "settings:read", deployment);
    return show(await store.settings());
  };

/** Changes settings. They hold for what comes after; what exists keeps what it was made with. */
export const updateSettings =
  ({ store, clock, ids }: SettingsDeps): UseCase<Routes["updateSettings"]> =>
  ({ body }, call) =>
    retryConflict(call, async () => {
      const given = Object.entries(body).filter(([, value]) => value !== undefined);
      const onlyTag = given.every(([key]) => key === "preventStatisticsTag");
      authorize(call.user, onlyTag ? "settings:update-statistics-tag" : "settings:update", deployment);
      const before = await store.settings();
      demandVersion(call, before.version);
      const stated = { ...before, ...Object.fromEntries(given) };
      if (isSameValue(stated, before)) return show(before);
      const after: Settings = { ...stated, version: before.version + 1 };
      await store.commit([
        userAtCommit(call.user),
        {
          write: "replace",
          kind: "settings",
          record: after,
          expected: before.version,
          otherwise: staleRead(),
        },
        ...(after.subscriptionCombination === before.subscriptionCombination
          ? []
          : [{ write: "directory-changed" } as const]),
        audited(ids, clock.now(), call, {
          action: "settings:update",
          resource: { type: "settings", id: "settings" },
          details: { before, after },
        }),
      ]);
      return show(after);
    });
