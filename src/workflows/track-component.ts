import {
  ApplicationFailure,
  condition,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import * as v from 'valibot';
import {
  durationMsMax,
  isTerminal,
  jobEndedSignal,
  pollNowUpdate,
  statusQuery,
  trackComponentInputSchema,
  type ComponentStatus,
  type ExportJob,
  type TrackComponentInput,
} from '../contract/index.ts';
import { exportActivityCalls, type ExportActivityCalls } from './activity-calls.ts';
import { checkedPolled } from './activity-answers.ts';
import { atlasAnswer } from './atlas-answer.ts';
import { nextLookSummary, stateText } from './export-details.ts';
import { countPoll } from './export-metrics.ts';
import { LookLog } from './look-log.ts';
import { LookRequests } from './look-requests.ts';
import { StallWatch } from './stall-watch.ts';

const componentStatusQuery = defineQuery<ComponentStatus>(statusQuery);
const componentPollNow = defineUpdate<ComponentStatus>(pollNowUpdate);
const jobEnded = defineSignal(jobEndedSignal);

/** A component that Atlas answers with 404 this often in a row is not shown on its own: it is left to the job. */
const hiddenAfterAbsences = 3;

/** After the job has ended: how long to wait before each of the last looks at a component that has not. */
const lastLooksMs = [1, 2_000, 10_000] as const;

/**
 * Follows one component of an export job, from its own document, until that says it has ended or the job has.
 * Returns what was last seen; it never fails because of Atlas, and never says what Atlas did not.
 */
export async function trackComponent(input: TrackComponentInput): Promise<ComponentStatus> {
  if (!v.is(trackComponentInputSchema, input)) {
    const message = 'trackComponent is started by exportSnapshot; start that instead.';
    throw ApplicationFailure.create({ type: 'InvalidInput', message, nonRetryable: true });
  }
  const tracking = new ComponentTracking(input);
  setHandler(componentStatusQuery, () => tracking.status());
  setHandler(componentPollNow, async () => {
    await tracking.lookRequests.ask();
    return tracking.status();
  });
  setHandler(jobEnded, () => {
    tracking.jobEnded = true;
  });
  await tracking.toTheEnd();
  return tracking.status();
}

class ComponentTracking {
  jobEnded = false;
  readonly lookRequests = new LookRequests();
  private readonly input: TrackComponentInput;
  private readonly calls: ExportActivityCalls;
  private readonly looks: LookLog;
  private readonly stalls: StallWatch;
  private seen: ExportJob | undefined;
  private nextPollAt: string | undefined;

  constructor(input: TrackComponentInput) {
    const nowMs = Date.now();
    // No timer holds a deadline that lies beyond every date, and the task that asks for one is tried for ever.
    this.input = { ...input, deadlineAtMs: Math.min(input.deadlineAtMs, nowMs + durationMsMax) };
    this.calls = exportActivityCalls(input.groupId);
    this.looks = new LookLog({ ...input, createdAt: input.createdAt, nowMs });
    const { stalledAfter = {}, earlierDurationsMs, createdAt } = input;
    this.stalls = new StallWatch({ stalledAfter, earlierDurationsMs, createdAt, nowMs });
  }

  status(): ComponentStatus {
    const { looks, seen } = this;
    return {
      ...this.input.component,
      state: seen?.state ?? 'unknown',
      stateReason: seen?.stateReason,
      exportStatus: seen?.exportStatus,
      prefix: seen?.prefix,
      finishedAt: seen?.finishedAt,
      polls: looks.polls,
      pollFailure: looks.failure,
      nextPollAt: this.nextPollAt,
      // Once the job has ended, a component that was not seen to end is stalled no more.
      stall: this.jobEnded ? undefined : this.stalls.stall,
    };
  }

  async toTheEnd(): Promise<void> {
    while (!this.ended && !this.jobEnded && Date.now() < this.input.deadlineAtMs) {
      await this.waitForNextLook();
      if (!this.jobEnded) await this.look();
    }
    if (this.jobEnded) await this.lastLooks();
    this.nextPollAt = undefined;
    this.lookRequests.close();
    this.publish();
  }

  private get ended(): boolean {
    return this.seen !== undefined && isTerminal(this.seen.state);
  }

  /** The job has ended, so its component has too; its document may say so a little later. */
  private async lastLooks(): Promise<void> {
    for (const delayMs of lastLooksMs) {
      if (this.ended) return;
      if (delayMs > 1) await condition(() => false, delayMs, { summary: 'last looks: the job has ended' });
      await this.look();
      if (this.looks.absencesInARow > 0) return;
    }
  }

  private async waitForNextLook(): Promise<void> {
    const wakeUp = (): boolean => this.jobEnded || this.lookRequests.pending;
    const nowMs = Date.now();
    const { deadlineAtMs } = this.input;
    const hidden = this.looks.absencesInARow >= hiddenAfterAbsences;
    const { historyLength, historySize } = workflowInfo();
    const delayMs = hidden
      ? deadlineAtMs - nowMs
      : this.looks.nextDelayMs({ nowMs, deadlineAtMs, historyLength, historySizeBytes: historySize });
    const atMs = nowMs + delayMs;
    this.nextPollAt = hidden ? undefined : new Date(atMs).toISOString();
    this.publish();
    const summary = hidden
      ? 'Atlas does not show this component on its own: waiting for the job to end'
      : nextLookSummary({ atMs, job: this.known, failureCode: this.looks.failure?.code });
    await condition(wakeUp, Math.max(1, delayMs), { summary });
  }

  private look(): Promise<void> {
    return this.lookRequests.serve(async () => {
      const { groupId, clusterName, component, credentials } = this.input;
      const summary = `look ${this.looks.polls + 1} at component ${component.replicaSetName ?? component.exportId}, last seen ${stateText(this.known)}`;
      const call = this.calls.look.pollExportJob;
      countPoll('component');
      try {
        const input = { groupId, clusterName, credentials, exportId: component.exportId };
        const { job } = checkedPolled(await call.executeWithOptions({ summary }, [input]));
        this.seen = job;
        this.looks.succeeded(Date.now(), job);
        this.watchForStall(job);
      } catch (error) {
        this.looks.failed(Date.now(), atlasAnswer(error));
      }
      this.publish();
    });
  }

  private get known(): ExportJob {
    return this.seen ?? { exportId: this.input.component.exportId, state: 'unknown' };
  }

  /** It is said, and costs no event: the parent sees it when it asks. */
  private watchForStall(job: ExportJob): void {
    const change = this.stalls.observe(Date.now(), { state: job.state, progress: job.exportStatus });
    if (change === undefined) return;
    const { kind, since, reason } = change.stall;
    if (change.what === 'began') log.warn('component of an export stalled', { kind, since, reason });
    else log.info('component of an export no longer stalled', { kind, since });
  }

  private publish(): void {
    const { jobExportId, component } = this.input;
    const { stall } = this.stalls;
    const lines = [
      `Component **${component.replicaSetName ?? component.exportId}** of export job \`${jobExportId}\`: **${stateText(this.known)}**`,
      this.nextPollAt === undefined ? '' : `Next look at ${this.nextPollAt}`,
      this.looks.failure === undefined ? '' : `Last look failed: ${this.looks.failure.code}`,
      stall === undefined ? '' : `**Stalled** since ${stall.since}: ${stall.reason}`,
    ];
    setCurrentDetails(lines.filter((line) => line !== '').join('  \n'));
  }
}
