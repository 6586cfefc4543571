import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ApplicationFailure } from '@temporalio/common';
import * as v from 'valibot';
import {
  checkKeepExportedRequest,
  statusQuery,
  type CheckedKeepExportedRequest,
  type FleetStatusQuery,
  type InputProblem,
  type KeepExportedResult,
  type KeepExportedStatus,
} from '../contract/index.ts';
import { invalidInput } from './export-ending.ts';
import { carriedFleet, carriedFleetSchema, restoredFleet, type CarriedFleet } from './fleet-carry.ts';
import { beginFleetRuns, countFleetRun } from './fleet-metrics.ts';
import { FleetRun, type FleetStop } from './fleet-run.ts';
import { FleetState } from './fleet-state.ts';
import { refusedFleetStatus } from './refused-status.ts';

const fleetStatusQuery = defineQuery<KeepExportedStatus, [FleetStatusQuery?]>(statusQuery);

const clustersInResultMax = 500;

/**
 * Makes it so that every snapshot that is asked for is in its bucket. Takes a `KeepExportedRequest`; `carried` is what
 * a run hands to the one that continues it, and nobody else gives. Ends with a result whatever could not be exported;
 * fails only with `InvalidInput`.
 */
export async function keepExported(input: unknown, carried?: unknown): Promise<KeepExportedResult> {
  const { state, refusal } = stateOf(input, carried);
  if (state === undefined) {
    const status = refusedFleetStatus(refusal, workflowInfo().startTime.toISOString());
    setHandler(fleetStatusQuery, () => status);
    countFleetRun('InvalidInput');
    throw refusal;
  }
  const run = new FleetRun(state);
  setHandler(fleetStatusQuery, (query) => run.status(query ?? {}), {
    description: 'What is known of the fleet now; takes {offset, limit} for a page of its clusters.',
  });
  if (!state.request.dryRun) beginFleetRuns();
  let stop: FleetStop;
  try {
    stop = await run.keep();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await run.settle();
    state.note('Cancelled: exports that were started go on. Cancel them one by one if they are not wanted.');
    run.end('cancelled');
    throw error;
  }
  if (stop === 'history') {
    await condition(allHandlersFinished);
    await continueAsNew<(input: unknown, carried: CarriedFleet) => Promise<KeepExportedResult>>(
      input,
      carriedFleet(state),
    );
  }
  return conclude(state, run, stop);
}

function conclude(state: FleetState, run: FleetRun, stop: FleetStop): KeepExportedResult {
  if (stop === 'runLimit') {
    state.note('The time for this run was up: what is running goes on, and the next run follows it.');
  }
  const { totals } = run.status({ limit: 0 });
  const { due, exported, unreadable, clusters, clustersRead, checkFailed = 0 } = totals;
  if (checkFailed > 0) {
    state.note(
      `Exports that are not whole in the bucket, by their newest check: ${checkFailed}. No run exports them again, since that is billed: ` +
        'atlas-export audit names them, verify looks again, start --export-again exports one anew.',
    );
  }
  const left = due - exported + checkFailed + unreadable + (clusters - clustersRead);
  const outcome = state.request.dryRun ? 'dryRun' : left === 0 ? 'allExported' : 'someLeft';
  run.end(outcome);
  return { ...run.status({ limit: clustersInResultMax }), phase: 'done', outcome };
}

type Begun =
  | { readonly state: FleetState; readonly refusal?: undefined }
  | { readonly state?: undefined; readonly refusal: ApplicationFailure };

function stateOf(input: unknown, carried: unknown): Begun {
  const { request, problems } = checkKeepExportedRequest(input);
  if (request === undefined) return { refusal: refused(problems) };
  if (carried === undefined) return { state: new FleetState(request, workflowInfo().startTime.getTime()) };
  return restored(request, carried);
}

function restored(request: CheckedKeepExportedRequest, carried: unknown): Begun {
  const parsed = v.safeParse(carriedFleetSchema, carried);
  const state = parsed.success ? restoredFleet(request, parsed.output) : undefined;
  if (state !== undefined) return { state };
  const message = 'takes one argument; a second one is given by continued runs only';
  return { refusal: refused([{ path: '', message }]) };
}

function refused(problems: readonly InputProblem[]): ApplicationFailure {
  return invalidInput(problems, 'keepExported request');
}
