import type { ExportRequest } from '../../src/contract/index.ts';
import type { Draws } from './draws.ts';
import type { ScenarioRequest } from './scenario.ts';

const minuteMs = 60_000;

/** One request for a cluster's snapshot, and what people do to it. */
export function drawExportRequest(
  draws: Draws,
  { cluster, index }: { cluster: number; index: number },
): Omit<ScenarioRequest, 'name'> {
  const key = ['request', cluster, index] as const;
  const sometimes = (probability: number, what: string): boolean => draws.chance(probability, ...key, what);
  const within = (max: number, what: string): number => draws.whole({ min: 0, max }, ...key, what);
  return {
    cluster,
    startAfterMs: sometimes(0.5, 'at once') ? 0 : within(40 * minuteMs, 'start after'),
    ownWorkflowId: false,
    settings: drawSettings(draws, key),
    bucket: within(1, 'bucket'),
    latest: sometimes(0.25, 'latest'),
    bucketByName: sometimes(0.25, 'bucket by name'),
    pollNowAfterMs: sometimes(0.15, 'poll now') ? within(30 * minuteMs, 'poll now after') : undefined,
    cancelAfterMs: sometimes(0.06, 'cancel') ? within(30 * minuteMs, 'cancel after') : undefined,
  };
}

function drawSettings(draws: Draws, key: readonly (string | number)[]): ScenarioRequest['settings'] {
  const deadline = draws.pick(
    [
      [6, undefined],
      [2, '2 days'],
      [1, '20 minutes'],
      [1, '2 hours'],
    ] as const,
    ...key,
    'deadline',
  );
  const preset = draws.pick(
    [
      [5, 'thrifty'],
      [3, 'balanced'],
      [1, 'eager'],
    ] as const,
    ...key,
    'preset',
  );
  const settings: ExportRequest['polling'] = { preset };
  return {
    polling: settings,
    ...(deadline === undefined ? {} : { deadline }),
    maxAttempts: draws.whole({ min: 1, max: 3 }, ...key, 'attempts'),
    onActiveExport: draws.pick(
      [
        [4, 'adopt'],
        [3, 'wait'],
        [1, 'fail'],
      ] as const,
      ...key,
      'on active',
    ),
    skipIfExported: draws.chance(0.7, ...key, 'skip'),
    customData: draws.chance(0.3, ...key, 'custom data') ? [{ key: 'ticket', value: 'archive' }] : [],
  };
}
