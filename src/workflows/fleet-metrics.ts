import { metricMeter, workflowInfo } from '@temporalio/workflow';
import {
  fleetOfWorkflowId,
  type FleetOutcome,
  type FleetTotals,
  type ExportFailureType,
} from '../contract/index.ts';
import { fleetMetrics, type MetricDescription } from '../contract/metric-names.ts';

/*
 * Labelled by the fleet alone, never by a snapshot, a cluster or a project: a fleet has as many series as there are
 * lines here, however large it is. Through the workflow's own meter, which stays silent while a history is replayed.
 */

/** Counts a run that has ended. Dry runs are nobody's state. */
export function countFleetRun(outcome: Exclude<FleetOutcome, 'failed' | 'dryRun'> | ExportFailureType): void {
  const { name, unit, description } = fleetMetrics.runs;
  metricMeter.createCounter(name, unit, description).add(1, { fleet: fleet(), outcome });
}

/** The fleet in figures, and of when they are: another worker may have figures of an earlier run. */
export function showFleetFigures(totals: FleetTotals, nowMs: number): void {
  for (const standing of ['due', 'exported', 'running', 'waiting', 'failed', 'givenUp'] as const) {
    set(fleetMetrics.snapshots, totals[standing], { standing });
  }
  set(fleetMetrics.clusters, totals.clustersRead, { standing: 'read' });
  set(fleetMetrics.clusters, totals.unreadable, { standing: 'unreadable' });
  set(fleetMetrics.figuresTimestampSeconds, Math.floor(nowMs / 1000), {});
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
