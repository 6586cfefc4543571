import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requestDefaults, type ExportFailureType, type ExportJob } from '../../src/contract/index.ts';
import { nextStep, type FailedRun } from '../../src/workflows/next-step.ts';

const usual = requestDefaults;
const anew = { ...usual, skipIfExported: false };
const jobIn = (state: string): ExportJob => ({ exportId: '1'.repeat(24), state });

/** Whoever does as they are told pays only where they are told so. */
describe('what to do next', () => {
  const cases: readonly (readonly [string, ExportFailureType, FailedRun, RegExp])[] = [
    [
      'picks up a job that goes on by the same request',
      'DeadlineExceeded',
      { job: jobIn('InProgress'), request: usual },
      /goes on\. Start the same request again, with a longer deadline, to pick it up\.$/,
    ],
    [
      'picks up a job that goes on by another request, where the same would pay again or be refused',
      'DeadlineExceeded',
      { job: jobIn('Queued'), request: { ...anew, onActiveExport: 'fail' } },
      /Start the request again, with skipIfExported true, onActiveExport "adopt" and a longer deadline, to pick it up\.$/,
    ],
    [
      'does not say of a job that has failed that it goes on, nor that another is free',
      'DeadlineExceeded',
      { job: jobIn('Failed'), request: usual },
      /has ended \(Failed\).*creates another job, which is billed/,
    ],
    [
      'does not promise to pick up a job that is somebody else’s',
      'DeadlineExceeded',
      { job: jobIn('InProgress'), isInTheWay: true, request: usual },
      /was in the way\. Start the same request again once it has ended/,
    ],
    [
      'looks into the bucket again by a request that finds the export',
      'DeadlineExceeded',
      { job: jobIn('Successful'), request: anew },
      /Start the request again, with skipIfExported true and a longer deadline: it finds the export.*without paying/,
    ],
    [
      'has the bucket looked into once more without a new export',
      'VerificationFailed',
      { job: jobIn('Successful'), request: anew },
      /once more, start the request again, with skipIfExported true: that pays for nothing/,
    ],
    [
      'has the bucket looked into once more by the same request, where that finds the export',
      'VerificationFailed',
      { job: jobIn('Successful'), request: usual },
      /once more, start the same request again: that pays for nothing/,
    ],
    [
      'promises no look at ended exports to who wants a new one',
      'DeadlineExceeded',
      { request: anew },
      /looks for an active export of the snapshot before it creates one/,
    ],
  ];
  for (const [says, type, run, words] of cases) {
    test(`${says} (${type})`, () => assert.match(nextStep(type, run), words));
  }
});
