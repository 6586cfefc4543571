import {
  isCancellation,
  patched,
  proxyLocalActivities,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExportActivities } from '../activities/export-activities.ts';
import {
  exportLabelsMemo,
  exportSearchAttributes,
  labelsOfMemo,
  parseStateLabel,
  type ExportLabels,
} from '../contract/index.ts';
import { workerQuestion } from './activity-calls.ts';

const { searchAttributesRegistered } =
  proxyLocalActivities<Pick<ExportActivities, 'searchAttributesRegistered'>>(workerQuestion);

/** From the beginning of the look that asked, which may take 15 s. */
const answerHoldsMs = 20_000;

/**
 * Keeps the labels by which an export is found in lists: as search attributes where the namespace has them, else
 * as a memo, which needs nothing registered.
 *
 * A server refuses the whole workflow task that upserts an attribute it does not know, and Temporal repeats that
 * task until it is accepted: an export could hang for ever because somebody removed an attribute. So the question
 * whether they are there is a local activity. Its answer and the upsert that follows from it are in one task: a
 * task that is refused leaves neither in the history, its repetition asks again, and with the fresh answer the
 * labels go into the memo.
 *
 * A look that saw a new state has asked already, which saves the local activity's event. Its answer stands in the
 * history, where a repetition finds it again, so it holds for a while only, by the workflow's time, which is that of
 * the repetition: a task that is still refused then asks by itself. No attribute that is missing, or removed at any
 * moment, holds up an export for longer than an answer holds and is kept.
 */
export class ExportLabelKeeper {
  /** Asked once, at the start: a run that an earlier release has begun stays without. */
  private readonly keeps = patched('export-labels');
  /** A client of this product has put them into the memo already. */
  private published: Partial<ExportLabels> = labelsOfMemo(workflowInfo().memo);
  private heard: { readonly registered: boolean; readonly askedAtMs: number } | undefined;

  /** The state by which lists find the export now; undefined while there is none, or none is kept. */
  get state(): string | undefined {
    return this.keeps ? this.published.state : undefined;
  }

  /** Takes what a look was told, if it asked; `askedAtMs` is when the look began. */
  hear(registered: boolean | undefined, askedAtMs: number): void {
    this.heard = registered === undefined ? undefined : { registered, askedAtMs };
  }

  /**
   * A stall alone is written down only where the look has brought the answer: a look with a change then costs 12
   * events and no more, and a history that a release without such labels has recorded replays.
   *
   * One event for a change that a look brought an answer with, two for another, none where nothing has changed. */
  async publish(labels: ExportLabels): Promise<void> {
    if (!this.keeps || !isChanged(this.published, labels)) return;
    const { heard } = this;
    const holds = heard !== undefined && Date.now() - heard.askedAtMs < answerHoldsMs;
    if (!holds && !isChanged(withoutStall(this.published), withoutStall(labels))) return;
    this.published = labels;
    if (holds ? heard.registered : await askForAttributes(labels)) {
      // All of them, since the ones before may have gone into the memo.
      upsertSearchAttributes(attributePairs(labels));
    } else {
      upsertMemo({ [exportLabelsMemo]: labels });
    }
  }
}

async function askForAttributes({ groupId, clusterName, snapshotId }: ExportLabels): Promise<boolean> {
  try {
    // Nothing else is a yes: the server refuses the task that sets an attribute which it does not know.
    const registered: unknown = await searchAttributesRegistered({ groupId, clusterName, snapshotId });
    return registered === true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

function attributePairs(labels: ExportLabels): Parameters<typeof upsertSearchAttributes>[0] {
  const { groupId, clusterName, snapshotId, state } = labels;
  const keys = exportSearchAttributes;
  return [
    { key: keys.groupId, value: groupId },
    { key: keys.clusterName, value: clusterName },
    { key: keys.snapshotId, value: snapshotId },
    ...(state === undefined ? [] : [{ key: keys.state, value: state }]),
  ];
}

function withoutStall<Labels extends Partial<ExportLabels>>(labels: Labels): Labels {
  const { state } = labels;
  return state === undefined ? labels : { ...labels, state: parseStateLabel(state).state };
}

function isChanged(before: Partial<ExportLabels>, now: ExportLabels): boolean {
  const names = ['groupId', 'clusterName', 'snapshotId', 'state'] as const;
  return names.some((name) => before[name] !== now[name]);
}
