import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { RecordedRequest } from '../../../simulator/index.ts';
import { createActivities, type AtlasClients, type ExportActivities } from '../../../src/activities/index.ts';
import type { AtlasClient, AtlasClientOptions } from '../../../src/atlas/index.ts';
import { credentialsDefault, type AtlasAnswer } from '../../../src/contract/index.ts';
import { startStage, type Stage } from '../../atlas/support/simulated-atlas.ts';
import { StandInTemporal } from './stand-in-temporal.ts';

const waitMsMax = 30_000;
export const activityId = '7';
/** When the server has put the activity into its queue. */
export const scheduledAtMs = Date.UTC(2026, 0, 1);

/** The real activities in Temporal's own surroundings for tests, over a simulated Atlas. */
export interface ActivityStage {
  readonly atlas: Stage;
  readonly temporal: StandInTemporal;
  readonly activities: ExportActivities;
  /** What activities run in; one for each that is cancelled. */
  readonly environment: () => MockActivityEnvironment;
  /** Runs a call of an activity in an environment of its own. */
  readonly run: <Result>(call: () => Promise<Result>) => Promise<Result>;
  /** Waits until an authorized request of this operation has arrived at the simulated Atlas. */
  readonly arrived: (operation: RecordedRequest['operation']) => Promise<void>;
  /** How often an operation has been asked for, authorized. */
  readonly requestsOf: (operation: RecordedRequest['operation']) => number;
}

export async function startActivityStage(
  test: TestContext,
  client: Partial<AtlasClientOptions> = {},
): Promise<ActivityStage> {
  const atlas = await startStage(test, { client });
  const temporal = new StandInTemporal();
  const environment = (): MockActivityEnvironment => quietEnvironment(temporal);
  const requestsOf: ActivityStage['requestsOf'] = (operation) =>
    atlas.simulator.books.requests.filter(
      (request) => request.operation === operation && request.authentication === 'digest',
    ).length;
  return {
    atlas,
    temporal,
    activities: createActivities({ atlas: onlyClient(atlas.client) }),
    environment,
    run: (call) => environment().run(call),
    requestsOf,
    arrived: async (operation) => {
      for (const end = Date.now() + waitMsMax; requestsOf(operation) === 0; await delay(5)) {
        assert.ok(Date.now() < end, `no request ${operation} has arrived`);
      }
    },
  };
}

/** A worker's clients where there are no credentials but the default ones. */
export function onlyClient(client: AtlasClient): AtlasClients {
  return { names: [credentialsDefault], get: (name) => (name === credentialsDefault ? client : undefined) };
}

/** What an activity runs in; what it logs below the level of an error is not shown. */
export function quietEnvironment(temporal?: StandInTemporal): MockActivityEnvironment {
  const client = temporal === undefined ? {} : { client: temporal.client };
  return new MockActivityEnvironment(
    { activityId, attempt: 1, currentAttemptScheduledTimestampMs: scheduledAtMs },
    { ...client, logger: new DefaultLogger('ERROR') },
  );
}

/** The server's answer while the very attempt that asks is still wanted. */
export function stillWanted(attempt = 1): object {
  return { pendingActivities: [{ activityId: 'another' }, { activityId, attempt }] };
}

/** The same, and it was taken on at this time. */
export function wantedSince(startedAtMs: number): object {
  const lastStartedTime = {
    seconds: Math.floor(startedAtMs / 1_000),
    nanos: (startedAtMs % 1_000) * 1_000_000,
  };
  return { pendingActivities: [{ activityId, attempt: 1, lastStartedTime }] };
}

export interface ActivityFailed {
  readonly type: string;
  readonly nonRetryable: boolean;
  readonly nextRetryDelay: unknown;
  readonly detail: AtlasAnswer;
}

/** Waits for the activity to fail, as it must, with a failure whose first detail is an `AtlasAnswer`. */
export async function failureOf(run: Promise<unknown>): Promise<ActivityFailed> {
  const error: unknown = await run.then(
    (result: unknown) => assert.fail(`the activity did not fail: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApplicationFailure, `expected an ApplicationFailure, got ${String(error)}`);
  const details: unknown[] = error.details ?? [];
  assert.equal(details.length, 1);
  const [detail] = details;
  assert.ok(isAnswer(detail), `no AtlasAnswer: ${JSON.stringify(detail)}`);
  assert.equal(detail.code, error.type);
  assert.equal(detail.message, error.message);
  return {
    type: detail.code,
    nonRetryable: error.nonRetryable ?? false,
    nextRetryDelay: error.nextRetryDelay,
    detail,
  };
}

function isAnswer(detail: unknown): detail is AtlasAnswer {
  return typeof detail === 'object' && detail !== null && 'code' in detail && 'effect' in detail;
}
