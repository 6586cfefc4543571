import type { ApplicationFailure } from '@temporalio/workflow';
import { exportRequestIdKey } from '../contract/index.ts';

/**
 * After a POST whose outcome is not known: when to look for its job, and for how long to believe that a job
 * which is not listed may still appear. The first look finds nearly every lost reply; Atlas's list may lag
 * behind a create, and a request may sit in a network for a while, so absence is believed only after the last.
 */
const settleMs = [5_000, 30_000, 90_000] as const;

/** Pauses between tries while Atlas answers that it cannot take the request now. */
const pauseMsFirst = 5_000;
const pauseMsMax = 5 * 60_000;

export const lookingForJobInDoubt = 'looking for the export job of a create request without reply';

/** What is known of the job of a POST that went unanswered. */
const sinceThen = {
  notLookedFor: 'its job was not looked for since',
  notRead: 'the list of export jobs could not be read since, so that its job may exist',
  notListed: 'its job was not listed since',
} as const;

/** What the tries for one attempt have come to so far. */
export class CreateTries {
  readonly exportRequestId: string;
  conflicts = 0;
  failures = 0;
  pauses = 0;
  /** What Atlas refused a POST with, until a look has shown that no active export explains it better. */
  refused: ApplicationFailure | undefined;
  /** Looks since a POST of unknown outcome; undefined while every POST's outcome is known. */
  private looksInDoubt: number | undefined;
  private unanswered: keyof typeof sinceThen | undefined;

  constructor(exportRequestId: string) {
    this.exportRequestId = exportRequestId;
  }

  /** A POST may have made a job that is not listed yet, so nothing is sent. */
  get inDoubt(): boolean {
    return this.looksInDoubt !== undefined;
  }

  /** A POST went unanswered and its job was never seen. It is said wherever this attempt ends without a job. */
  get doubted(): boolean {
    return this.unanswered !== undefined;
  }

  /** A POST was sent, and what became of it is not known. Returns how long to wait before the look for its job. */
  doubt(): number {
    this.looksInDoubt = 0;
    this.unanswered = 'notLookedFor';
    return settleMs[0];
  }

  /** A look has read the list, and found no job of ours. */
  sawList(): void {
    if (this.doubted) this.unanswered = 'notListed';
  }

  /** A look could not read the list. */
  failedToLook(): void {
    this.failures += 1;
    if (this.unanswered === 'notLookedFor') this.unanswered = 'notRead';
  }

  /**
   * Counts a look that has found no job of ours. Returns how long to wait before the next look for the job of a POST
   * without reply; undefined when there is no such POST, or its job was absent often enough.
   */
  sawNone(): number | undefined {
    if (this.looksInDoubt === undefined) return undefined;
    this.looksInDoubt += 1;
    const waitMs = settleMs[this.looksInDoubt];
    if (waitMs === undefined) this.looksInDoubt = undefined;
    return waitMs;
  }

  /** What an ending without a job has to say besides, with a space before it: nothing while there is no doubt. */
  besides(): string {
    if (this.unanswered === undefined) return '';
    return ` An earlier create request went unanswered and ${sinceThen[this.unanswered]}; it would carry ${exportRequestIdKey} ${this.exportRequestId}.`;
  }
}

/** How long to wait after so many tries that failed: 5 s, 10 s, … up to 5 min. */
export function backoffMs(count: number): number {
  return Math.min(pauseMsFirst * 2 ** Math.min(count - 1, 10), pauseMsMax);
}
