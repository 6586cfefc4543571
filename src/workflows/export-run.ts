import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { ClusterReference } from '../activities/export-activities.ts';
import {
  stateLabel,
  type AttemptReport,
  type CheckedExportRequest,
  type ComponentStatus,
  type EndingFailure,
  type ExportJob,
  type ExportOutcome,
  type ExportPhase,
  type ExportStatus,
  type ExportVerification,
  type JobOrigin,
  type WebhookEventType,
} from '../contract/index.ts';
import { exportActivityCalls, type ExportActivityCalls } from './activity-calls.ts';
import { exportDetails } from './export-details.ts';
import { ExportLabelKeeper } from './export-labels.ts';
import type { HistoryUse } from './history-budget.ts';
import { jobProgress } from './job-progress.ts';
import type { LookLog } from './look-log.ts';
import { noteLogIds } from './log-attributes.ts';
import { LookRequests } from './look-requests.ts';
import type { StallChange, StallWatch } from './stall-watch.ts';
import { WebhookTeller, type WebhookNews } from './webhook-teller.ts';

const notesMax = 20;

/** Everything one run of `exportSnapshot` knows. The phases read and write it; `status` shows it. */
export class ExportRun {
  readonly request: CheckedExportRequest;
  readonly calls: ExportActivityCalls;
  readonly lookRequests = new LookRequests();
  readonly deadlineAtMs: number;
  readonly components = new Map<string, ComponentStatus>();
  readonly attempts: AttemptReport[] = [];
  /** The attempt under way, from before its job is known. */
  attempt = 1;
  snapshotId: string;
  exportBucketId: string | undefined;
  exportBucketName: string | undefined;
  job: ExportJob | undefined;
  origin: JobOrigin | undefined;
  earlierDurationsMs: readonly number[] = [];
  /** What the bucket shows, from when it is looked into. */
  verification: ExportVerification | undefined;
  /** The looks at the job that is followed now. */
  lookLog: LookLog | undefined;
  /** Whether that job gets on. */
  stalls: StallWatch | undefined;
  nextPollAt: string | undefined;
  private phase: ExportPhase = 'resolving';
  private outcome: ExportOutcome | undefined;
  private failure: EndingFailure | undefined;
  private pollsBefore = 0;
  private stallChange: StallChange | undefined;
  private readonly notes: string[] = [];
  readonly labels = new ExportLabelKeeper();
  private readonly teller: WebhookTeller;

  constructor(request: CheckedExportRequest, startedAtMs: number) {
    this.request = request;
    this.deadlineAtMs = startedAtMs + request.deadlineMs;
    this.snapshotId = request.snapshotId;
    if ('exportBucketId' in request.bucket) this.exportBucketId = request.bucket.exportBucketId;
    else this.exportBucketName = request.bucket.exportBucketName;
    this.calls = exportActivityCalls(request.groupId);
    this.teller = new WebhookTeller(request.webhook);
  }

  /** The cluster, as every activity names it, with the credentials to ask Atlas with. */
  get cluster(): ClusterReference {
    const { credentials } = this.request;
    return { ...this.place, ...(credentials === undefined ? {} : { credentials }) };
  }

  /** The cluster, as answers name it. */
  get place(): { groupId: string; clusterName: string } {
    return { groupId: this.request.groupId, clusterName: this.request.clusterName };
  }

  /** Waits for a look that began after this call, but not for a check of the bucket, which may take hours. */
  async askForLook(): Promise<void> {
    const isChecking = this.phase === 'verifying' && this.verification?.nextLookAt === undefined;
    if (!isChecking) await this.lookRequests.ask();
  }

  get polls(): number {
    return this.pollsBefore + (this.lookLog?.polls ?? 0);
  }

  remainingMs(): number {
    return Math.max(0, this.deadlineAtMs - Date.now());
  }

  /** What the history has been used for, by `rounds` of what is repeated now besides the looks. */
  historyUse(rounds: number): HistoryUse {
    const { historyLength, historySize } = workflowInfo();
    return {
      historyLength,
      historySizeBytes: historySize,
      polls: this.polls + rounds,
      remainingMs: this.remainingMs(),
    };
  }

  /**
   * The identity of an attempt. It exists before the first POST and outlives a reset or a retry of the run. The
   * runs of a cron workflow share their first run's id too, but each of them is a request of its own.
   */
  exportRequestId(attempt: number): string {
    const { cronSchedule, firstExecutionRunId, originalExecutionRunId } = workflowInfo();
    return `${cronSchedule === undefined ? firstExecutionRunId : originalExecutionRunId}/${attempt}`;
  }

  enter(phase: ExportPhase): void {
    this.phase = phase;
    this.publish();
  }

  end(outcome: ExportOutcome, failure?: EndingFailure): void {
    this.phase = 'done';
    this.outcome = outcome;
    this.failure = failure;
    this.nextPollAt = undefined;
    if (this.verification !== undefined) this.verification = { ...this.verification, nextLookAt: undefined };
    this.lookRequests.close();
    this.publish();
  }

  /** Says something that a person should know; the same thing is said once. */
  note(text: string): void {
    if (this.notes.includes(text)) return;
    this.notes.push(text);
    if (this.notes.length > notesMax) this.notes.shift();
  }

  /** Follows another job from here on; the looks at the one before stay counted. */
  take(log: LookLog, stalls: StallWatch): void {
    this.pollsBefore = this.polls;
    this.lookLog = log;
    this.stalls = stalls;
  }

  /** A job's latest document, also in the report of the attempt that it belongs to. */
  saw(job: ExportJob): void {
    this.job = job;
    noteLogIds({ snapshotId: this.snapshotId, exportId: job.exportId });
    const index = this.attempts.findIndex((report) => report.job.exportId === job.exportId);
    const report = this.attempts[index];
    if (report !== undefined) this.attempts[index] = { ...report, job };
    const progress = jobProgress(job, [...this.components.values()]);
    this.stallChange = this.stalls?.observe(Date.now(), { state: job.state, progress });
    this.publish();
  }

  /** A job that is not followed any more, but is what this run ends with: nothing of an earlier one belongs to it. */
  endWith(job: ExportJob, origin: JobOrigin): void {
    this.pollsBefore = this.polls;
    this.lookLog = undefined;
    this.stalls = undefined;
    this.components.clear();
    this.origin = origin;
    this.saw(job);
  }

  /** What the latest look has shown of a stall, once. */
  takeStallChange(): StallChange | undefined {
    const change = this.stallChange;
    this.stallChange = undefined;
    return change;
  }

  /** Keeps the labels that lists find this export by. A job that only stands in the way is not its own. */
  label(): Promise<void> {
    const state = this.origin === undefined ? this.labels.state : this.ownStateLabel();
    return this.labels.publish({ ...this.place, snapshotId: this.snapshotId, state });
  }

  /**
   * The label that a look is told of: one that sees another state asks whether the namespace has the search attributes.
   * Where the look may show a stall, it is the label of one, which no state equals. A job that only stands in the way
   * does not label this export.
   */
  labelToTell(nowMs: number): string | undefined {
    const { state } = this.labels;
    if (this.origin === undefined || state === undefined || this.job === undefined) return undefined;
    const mayShowStall = this.stalls?.mayShowStall(nowMs) === true;
    return mayShowStall ? stateLabel(this.job.state, { stalled: true }) : state;
  }

  private ownStateLabel(): string | undefined {
    const stalled = this.stalls?.stall !== undefined;
    return this.job === undefined ? undefined : stateLabel(this.job.state, { stalled });
  }

  /** The webhooks that there are, where the one that the request names is not among them; else undefined. */
  webhooksInstead(): Promise<readonly string[] | undefined> {
    return this.teller.namesInstead(this.subject);
  }

  /**
   * Tells the webhook that the request names, if it names one, what happened; with the status unless `data` says what
   * else. Never rejects, and takes as long as Temporal needs to start a workflow.
   */
  tell(type: WebhookEventType, data: WebhookNews['data'] = { status: this.status() }): Promise<void> {
    return this.teller.tell(this.subject, { type, data });
  }

  private get subject(): { groupId: string; clusterName: string; snapshotId: string } {
    return { ...this.place, snapshotId: this.snapshotId };
  }

  /** Shows the run in the Web UI, where it can be read without opening code. */
  publish(): void {
    setCurrentDetails(exportDetails(this.status()));
  }

  status(): ExportStatus {
    const { request, lookLog } = this;
    return {
      phase: this.phase,
      outcome: this.outcome,
      ...this.place,
      snapshotId: this.snapshotId,
      exportBucketId: this.exportBucketId,
      exportBucketName: this.exportBucketName,
      credentials: request.credentials,
      webhook: request.webhook,
      job: this.job,
      origin: this.origin,
      components: [...this.components.values()],
      attempts: this.attempts,
      attemptsMax: request.attemptsMax,
      polls: this.polls,
      lastPollAt: lookLog?.lastPollAt,
      nextPollAt: this.nextPollAt,
      pollFailure: lookLog?.failure,
      stall: this.stalls?.stall,
      verification: this.verification,
      deadlineAt: new Date(this.deadlineAtMs).toISOString(),
      failure: this.failure,
      notes: this.notes,
    };
  }
}
