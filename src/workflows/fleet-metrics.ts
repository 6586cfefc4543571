import { metricMeter, workflowInfo } from '@temporalio/workflow';
import {
  fleetOfWorkflowId,
  type FleetOutcome,
  type FleetTotals,
  type ExportFailureType,
} from '../contract/index.ts';
import { fleetMetrics, type MetricDescription } from '../contract/metric-names.ts';

const fleetStandings = [
  'due',
  'exported',
  'proven',
  'checkFailed',
  'running',
  'waiting',
  'failed',
  'givenUp',
  'expiringSoon',
] as const satisfies (keyof FleetTotals)[];

/*
 * Labelled by the fleet alone, never by a snapshot, a cluster or a project: a fleet has as many series as there are
 * lines here, however large it is. Through the workflow's own meter, which stays silent while a history is replayed.
 */

/** Prometheus's `increase` sees no change in a series that begins with it. */
export function beginFleetRuns(): void {
  for (const outcome of ['allExported', 'someLeft', 'cancelled'] as const) addRuns(0, outcome);
}

/** Counts a run that has ended. Dry runs are nobody's state. */
export function countFleetRun(outcome: Exclude<FleetOutcome, 'failed' | 'dryRun'> | ExportFailureType): void {
  addRuns(1, outcome);
}

/** The fleet in figures, and of when they are: another worker may have figures of an earlier run. */
export function showFleetFigures(totals: FleetTotals, nowMs: number): void {
  for (const standing of fleetStandings) {
    const count = totals[standing];
    if (count !== undefined) set(fleetMetrics.snapshots, count, { standing });
  }
  set(fleetMetrics.clusters, totals.clustersRead, { standing: 'read' });
  set(fleetMetrics.clusters, totals.unreadable, { standing: 'unreadable' });
  set(fleetMetrics.figuresTimestampSeconds, Math.floor(nowMs / 1000), {});
}

function addRuns(count: number, outcome: string): void {
  const { name, unit, description } = fleetMetrics.runs;
  metricMeter.createCounter(name, unit, description).add(count, { fleet: fleet(), outcome });
}

function set(
  { name, unit, description }: MetricDescription,
  value: number,
  labels: Readonly<Record<string, string>>,
): void {
  metricMeter.createGauge(name, 'int', unit, description).set(value, { fleet: fleet(), ...labels });
}

/** Whoever starts a run under an id of another form, perhaps a new one each time, makes no new series. */
function fleet(): string {
  return fleetOfWorkflowId(workflowInfo().workflowId) ?? 'other';
}
