import type { BookedJob, RecordedRequest } from '../../simulator/index.ts';
import type { ExportFailureDetails, ExportResult, ExportStatus } from '../../src/contract/index.ts';
import type { ActivityRecord } from './fault-points.ts';
import type { Scenario, ScenarioRequest } from './scenario.ts';

/** How a request's workflow ended, or that it did not. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly result: ExportResult }
  | {
      readonly kind: 'failed';
      readonly type: string;
      readonly message: string;
      readonly details: ExportFailureDetails | undefined;
    }
  | { readonly kind: 'cancelled'; readonly status: Pick<ExportStatus, 'attempts' | 'notes'> }
  | { readonly kind: 'otherwise'; readonly what: string }
  | { readonly kind: 'open' };

/** What was asked for, by the ids it went out with, and what came of it. */
export interface RequestEvidence {
  readonly name: string;
  readonly scenario: ScenarioRequest;
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAtMs: number;
  /** By the server's clock; undefined while it is open. */
  readonly endedAtMs: number | undefined;
  readonly outcome: Outcome;
}

/** One event of a workflow's history, as far as the checks read it. */
export interface HistoryEvent {
  readonly eventId: number;
  /** `WORKFLOW_TASK_FAILED`, … */
  readonly type: string;
  readonly atMs: number;
  /** Of an activity's event: the type of the activity that was scheduled, and the id of that event. */
  readonly activityType: string | undefined;
  readonly scheduledEventId: number | undefined;
  /** Of a failed workflow task: why. Of a failed activity: the failure's type. */
  readonly cause: string | undefined;
}

export interface WorkflowHistory {
  readonly workflowId: string;
  readonly workflowType: string;
  readonly runId: string;
  /** The request that it serves, itself or as a child. */
  readonly requestName: string;
  readonly events: readonly HistoryEvent[];
  /** Undefined when it replays with the production bundle. */
  readonly replayError: string | undefined;
}

/** Everything that one run leaves behind, for the checks to read: nothing is asked of anybody again. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly startedAtMs: number;
  readonly faultsEndedAtMs: number;
  /** By when every request had to be over. */
  readonly convergedByMs: number;
  /** Why it was not over in the machine's time; all else is then as it was at that moment. */
  readonly hung: string | undefined;
  /** Workflow tasks that the server has lost, in words; the run was broken off then. */
  readonly lostTasks: readonly string[];
  /** Where time was skipped under something that held it. */
  readonly leaps: readonly string[];
  readonly requests: readonly RequestEvidence[];
  readonly jobs: readonly BookedJob[];
  readonly calls: readonly RecordedRequest[];
  readonly activities: readonly ActivityRecord[];
  readonly histories: readonly WorkflowHistory[];
}

/** Something that must not be, in words. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}
