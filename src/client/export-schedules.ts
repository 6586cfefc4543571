import {
  ScheduleOverlapPolicy,
  type CalendarSpec,
  type Client,
  type ScheduleDescription,
  type ScheduleHandle,
  type ScheduleOptionsStartWorkflowAction,
  type ScheduleSpec,
  type ScheduleSummary,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import {
  checkExportRequest,
  checkKeepExportedRequest,
  exportSnapshotWorkflow,
  exportWorkflowId,
  keepExportedWorkflow,
  type Duration,
  type ExportRequest,
  type KeepExportedRequest,
} from '../contract/index.ts';
import { InvalidExportRequestError } from './export-error.ts';
import { exportSummary, type ExportSummary } from './export-summary.ts';
import { fleetStartOptions, fleetWorkflowId } from './fleets.ts';

export interface CreateExportScheduleOptions extends ScheduleTimes {
  readonly scheduleId: string;
  /** What to export each time; usually with `snapshotId: "latest"`, which pays for no snapshot twice. */
  readonly request: ExportRequest;
}

export interface CreateFleetScheduleOptions extends ScheduleTimes {
  readonly scheduleId: string;
  /** What the fleet is called; its runs are named after it and their times. */
  readonly name: string;
  /** What should be true after each run. */
  readonly request: KeepExportedRequest;
}

/** When a schedule starts something, and how. */
export interface ScheduleTimes {
  /** Times as cron writes them: `30 3 * * *`. */
  readonly cronExpressions?: readonly string[] | undefined;
  /** Times as calendar entries. */
  readonly calendars?: readonly CalendarSpec[] | undefined;
  /** In which the times are meant: `Europe/Berlin`. @default UTC */
  readonly timezone?: string | undefined;
  /** Each time is put off by a random part of this, so that many clusters do not start at once. @default none */
  readonly jitter?: Duration | undefined;
  /**
   * How late a time that Temporal missed, being down, is still made up for. @default 6 hours, where Temporal's own
   * is a year: a nightly export is worth making up for on the same night, not a month of them at once.
   */
  readonly catchupWindow?: Duration | undefined;
  /** For whoever reads the schedule. */
  readonly note?: string | undefined;
  readonly paused?: boolean | undefined;
}

export const catchupWindowDefault = '6 hours';

/** A schedule and what has come of it. */
export interface ExportScheduleDescription {
  readonly scheduleId: string;
  /** Of a schedule that exports one cluster. */
  readonly request: ExportRequest | undefined;
  /** Of a schedule that keeps a fleet exported. */
  readonly fleet?: KeepExportedRequest | undefined;
  readonly paused: boolean;
  readonly note?: string | undefined;
  readonly timezone: string;
  readonly catchupWindowMs: number;
  readonly jitterMs: number;
  readonly overlap: string;
  /** ISO 8601, soonest first. */
  readonly nextTimes: readonly string[];
  /** The latest exports that it started and how they ended, newest first. */
  readonly outcomes: readonly ScheduledOutcome[];
  /** How often a time found the export before it still running and was left out. */
  readonly skippedOverlaps: number;
  readonly missedCatchups: number;
}

export interface ScheduledOutcome {
  /** ISO 8601. */
  readonly scheduledAt: string;
  readonly workflowId: string;
  /** Absent where Temporal has forgotten the run already. */
  readonly export?: ExportSummary | undefined;
}

/** One schedule in a list. */
export interface ExportScheduleSummary {
  readonly scheduleId: string;
  readonly paused: boolean;
  readonly note?: string | undefined;
  readonly nextTime?: string | undefined;
  readonly latestTime?: string | undefined;
}

const outcomesMax = 10;

type StartOptions = (
  request: ExportRequest,
) => Pick<WorkflowStartOptions, 'staticSummary' | 'staticDetails' | 'memo'> & { args: [ExportRequest] };

/** Exports at set times, by Temporal's own schedules. Reached as `ExportClient.schedules`. */
export class ExportSchedules {
  readonly #client: Client;
  readonly #taskQueue: string;
  readonly #startOptions: StartOptions;

  constructor(options: { client: Client; taskQueue: string; startOptions: StartOptions }) {
    this.#client = options.client;
    this.#taskQueue = options.taskQueue;
    this.#startOptions = options.startOptions;
  }

  /**
   * Makes a schedule. A time that finds the export before it still running is left out.
   *
   * @throws {InvalidExportRequestError} for a wrong request
   * @throws {ScheduleAlreadyRunning} where there is one of this id
   */
  async create(options: CreateExportScheduleOptions): Promise<void> {
    const { scheduleId, request } = options;
    const { problems } = checkExportRequest(request);
    if (problems !== undefined) throw new InvalidExportRequestError(problems);
    await this.#create(scheduleId, options, {
      workflowType: exportSnapshotWorkflow,
      workflowId: exportWorkflowId(request),
      ...this.#startOptions(request),
    });
  }

  /**
   * Makes a schedule that keeps a fleet exported. A time that finds the run before it still going on is left out.
   *
   * @throws {InvalidExportRequestError} for a wrong request
   * @throws {ScheduleAlreadyRunning} where there is one of this id
   */
  async createFleet(options: CreateFleetScheduleOptions): Promise<void> {
    const { scheduleId, name, request } = options;
    const { problems } = checkKeepExportedRequest(request);
    if (problems !== undefined) throw new InvalidExportRequestError(problems, 'keepExported request');
    await this.#create(scheduleId, options, {
      workflowType: keepExportedWorkflow,
      workflowId: fleetWorkflowId(request, name),
      ...fleetStartOptions(request, name),
    });
  }

  /** Schedules that export, in no order. */
  async *list(): AsyncGenerator<ExportScheduleSummary, void, undefined> {
    for await (const summary of this.#client.schedule.list()) {
      const type = summary.action?.workflowType;
      if (type === exportSnapshotWorkflow || type === keepExportedWorkflow) yield summaryOf(summary);
    }
  }

  /** @throws {ScheduleNotFoundError} */
  async describe(scheduleId: string): Promise<ExportScheduleDescription> {
    const description = await this.#handle(scheduleId).describe();
    const recent = description.info.recentActions.toReversed().slice(0, outcomesMax);
    const outcomes = await Promise.all(
      recent.map(async ({ scheduledAt, action: { workflow } }) => ({
        scheduledAt: scheduledAt.toISOString(),
        workflowId: workflow.workflowId,
        export: await this.#exportOf(workflow.workflowId, workflow.firstExecutionRunId),
      })),
    );
    return { ...settingsOf(description), outcomes };
  }

  async pause(scheduleId: string, note?: string): Promise<void> {
    await this.#handle(scheduleId).pause(note);
  }

  async resume(scheduleId: string, note?: string): Promise<void> {
    await this.#handle(scheduleId).unpause(note);
  }

  /** Starts the export now; left out when the one before it still runs. */
  async trigger(scheduleId: string): Promise<void> {
    await this.#handle(scheduleId).trigger(ScheduleOverlapPolicy.SKIP);
  }

  /** Makes up for the times between two moments, one export after the other. */
  async backfill(scheduleId: string, { start, end }: { start: Date; end: Date }): Promise<void> {
    await this.#handle(scheduleId).backfill({ start, end, overlap: ScheduleOverlapPolicy.BUFFER_ALL });
  }

  /** Deletes the schedule; an export that it has started goes on. */
  async delete(scheduleId: string): Promise<void> {
    await this.#handle(scheduleId).delete();
  }

  async #create(
    scheduleId: string,
    times: ScheduleTimes,
    action: Omit<ScheduleOptionsStartWorkflowAction<Workflow>, 'type' | 'taskQueue'>,
  ): Promise<void> {
    const { note, paused } = times;
    await this.#client.schedule.create({
      scheduleId,
      spec: specOf(times),
      action: { type: 'startWorkflow', taskQueue: this.#taskQueue, ...action },
      policies: {
        overlap: ScheduleOverlapPolicy.SKIP,
        catchupWindow: times.catchupWindow ?? catchupWindowDefault,
      },
      state: { paused: paused ?? false, ...(note === undefined ? {} : { note }) },
    });
  }

  #handle(scheduleId: string): ScheduleHandle {
    return this.#client.schedule.getHandle(scheduleId);
  }

  async #exportOf(workflowId: string, runId: string): Promise<ExportSummary | undefined> {
    try {
      return exportSummary(await this.#client.workflow.getHandle(workflowId, runId).describe());
    } catch {
      return undefined;
    }
  }
}

function specOf(options: ScheduleTimes): ScheduleSpec {
  const { cronExpressions = [], calendars = [], timezone, jitter } = options;
  return {
    cronExpressions: [...cronExpressions],
    calendars: [...calendars],
    ...(timezone === undefined ? {} : { timezone }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

function summaryOf({ scheduleId, state, info }: ScheduleSummary): ExportScheduleSummary {
  return {
    scheduleId,
    paused: state.paused,
    note: state.note,
    nextTime: info.nextActionTimes[0]?.toISOString(),
    latestTime: info.recentActions.at(-1)?.takenAt.toISOString(),
  };
}

function settingsOf(description: ScheduleDescription): Omit<ExportScheduleDescription, 'outcomes'> {
  const { scheduleId, spec, state, policies, info, action } = description;
  return {
    scheduleId,
    request: requestOf(action.args),
    fleet: fleetOf(action.args),
    paused: state.paused,
    note: state.note,
    timezone: spec.timezone ?? 'UTC',
    catchupWindowMs: policies.catchupWindow,
    jitterMs: spec.jitter ?? 0,
    overlap: policies.overlap ?? 'SKIP',
    nextTimes: info.nextActionTimes.map((time) => time.toISOString()),
    skippedOverlaps: info.numActionsSkippedOverlap,
    missedCatchups: info.numActionsMissedCatchupWindow,
  };
}

/** Anybody can make a schedule with anything for its argument. */
function requestOf(args: readonly unknown[] | undefined): ExportRequest | undefined {
  const [input] = args ?? [];
  return isRequest(input) ? input : undefined;
}

function isRequest(input: unknown): input is ExportRequest {
  return checkExportRequest(input).problems === undefined;
}

function fleetOf(args: readonly unknown[] | undefined): KeepExportedRequest | undefined {
  const [input] = args ?? [];
  return isFleetRequest(input) ? input : undefined;
}

function isFleetRequest(input: unknown): input is KeepExportedRequest {
  return checkKeepExportedRequest(input).problems === undefined;
}
