import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  ParentClosePolicy,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  componentWorkflowId,
  jobEndedSignal,
  trackComponentWorkflow,
  type ComponentStatus,
  type ExportComponent,
  type ExportJob,
  type TrackComponentInput,
} from '../contract/index.ts';
import type { ExportRun } from './export-run.ts';

/** Children side by side, at most. A job with more components is followed through the job for the rest. */
const componentsMax = 200;

/** How long an ended job waits for its components' last words before it concludes without them. */
const lastWordsMs = 5 * 60_000;

/** A child of an earlier run with the same id may still be closing: how often and how long to wait for that. */
const startTriesMax = 5;
const startPauseMs = 2_000;

type TrackComponent = (input: TrackComponentInput) => Promise<ComponentStatus>;

interface Tracker {
  readonly workflowId: string;
  /** Undefined until the child has started. */
  handle: ChildWorkflowHandle<TrackComponent> | undefined;
  ended: boolean;
}

/**
 * One child workflow per component of the job, side by side. They inform; the job's own state decides. A child
 * that fails takes nothing with it: its component's state stays what was last seen.
 */
export class ComponentTrackers {
  private readonly run: ExportRun;
  private readonly scope = new CancellationScope();
  private readonly trackers = new Map<string, Tracker>();

  constructor(run: ExportRun) {
    this.run = run;
  }

  /** Workflows of the components that are still being followed. */
  get workflowIds(): string[] {
    return [...this.trackers.values()]
      .filter((tracker) => tracker.handle !== undefined && !tracker.ended)
      .map((tracker) => tracker.workflowId);
  }

  /** Starts a child for each component that has none yet: Atlas may name them only once the job runs. */
  follow(job: ExportJob): void {
    for (const component of job.components ?? []) {
      if (this.trackers.has(component.exportId)) continue;
      if (this.trackers.size >= componentsMax) {
        this.run.note(
          `More than ${componentsMax} components: the others are followed through the job alone.`,
        );
        return;
      }
      this.start(job, component);
    }
  }

  /** Takes over what the children answered when they were asked. */
  saw(statuses: readonly ComponentStatus[]): void {
    for (const status of statuses) {
      if (this.trackers.get(status.exportId)?.ended === false)
        this.run.components.set(status.exportId, status);
    }
  }

  /** The job has ended: has every child look once more and waits for what they report. */
  async settle(): Promise<void> {
    const open = [...this.trackers.values()].filter((tracker) => !tracker.ended);
    if (open.length === 0) return;
    await Promise.all(open.map((tracker) => this.tellEnded(tracker)));
    const settled = await condition(() => open.every((tracker) => tracker.ended), lastWordsMs, {
      summary: 'waiting for the last look at each component',
    });
    if (!settled) this.run.note('Some components did not report in time; their last known state is shown.');
  }

  /** Ends the children that are still running; they never outlive their export. */
  stop(): void {
    this.scope.cancel();
  }

  private start(job: ExportJob, component: ExportComponent): void {
    const workflowId = componentWorkflowId({
      workflowId: workflowInfo().workflowId,
      componentExportId: component.exportId,
    });
    const tracker: Tracker = { workflowId, handle: undefined, ended: false };
    this.trackers.set(component.exportId, tracker);
    this.run.components.set(component.exportId, { ...component, state: 'unknown', polls: 0 });
    void this.scope
      .run(() => this.followOne(job, component, tracker))
      .catch((error: unknown) => {
        tracker.ended = true;
        if (isCancellation(error)) return;
        this.run.note(
          `Component ${component.replicaSetName ?? component.exportId} could not be followed on its own.`,
        );
        log.warn('component tracking ended with a failure', {
          exportId: component.exportId,
          error: String(error),
        });
      });
  }

  private async followOne(job: ExportJob, component: ExportComponent, tracker: Tracker): Promise<void> {
    tracker.handle = await this.startChild(job, component, tracker.workflowId);
    const status = await tracker.handle.result();
    tracker.ended = true;
    this.run.components.set(component.exportId, status);
    this.run.publish();
  }

  /** Children have no id-conflict policy, so "already started" is an answer to handle. */
  private async startChild(
    job: ExportJob,
    component: ExportComponent,
    workflowId: string,
  ): Promise<ChildWorkflowHandle<TrackComponent>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await startChild<TrackComponent>(trackComponentWorkflow, {
          workflowId,
          args: [this.childInput(job, component)],
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          staticSummary: `component ${component.replicaSetName ?? component.exportId} of ${this.run.cluster.clusterName}`,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError) || tries >= startTriesMax) throw error;
        await sleep(startPauseMs, { summary: 'an earlier tracker of this component is still closing' });
      }
    }
  }

  private childInput(job: ExportJob, component: ExportComponent): TrackComponentInput {
    const { run } = this;
    return {
      ...run.cluster,
      snapshotId: run.snapshotId,
      jobExportId: job.exportId,
      component,
      polling: run.request.polling,
      trackers: (job.components?.length ?? 0) + 1,
      earlierDurationsMs: run.earlierDurationsMs,
      createdAt: job.createdAt,
      deadlineAtMs: run.deadlineAtMs,
      stalledAfter: run.request.stalledAfter,
    };
  }

  private async tellEnded(tracker: Tracker): Promise<void> {
    try {
      await condition(() => tracker.handle !== undefined || tracker.ended, startTriesMax * startPauseMs);
      if (!tracker.ended) await tracker.handle?.signal(jobEndedSignal);
    } catch (error) {
      // It has just ended by itself: its report is already on the way.
      if (isCancellation(error)) throw error;
      log.debug('a component ended before it was told to', { error: String(error) });
    }
  }
}
