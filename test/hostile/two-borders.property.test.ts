/**
 * Goal: what the Atlas client lets in, workflows let in too. Each has a border of its own, the one against Atlas and the
 * one against workers of other releases; where they disagree, a look that went well counts as one that failed.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { exportJobView } from '../../src/activities/export-job-view.ts';
import { searchExportJobs } from '../../src/activities/export-job-search.ts';
import { exportJobSchema } from '../../src/atlas/export-job.ts';
import { checkedFound, checkedJob, checkedPolled } from '../../src/workflows/activity-answers.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { exportJob } from './export-job-document.ts';
import { hostileDocument } from './hostile-values.ts';

const id = '5'.repeat(24);
/** Jobs as the client reads them; most are of an odd document. */
const readJobs = fc
  .array(hostileDocument({ ...exportJob, finishedAt: '2026-08-10T03:48:25Z' }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((texts) =>
    texts.flatMap((text) => {
      const document: unknown = JSON.parse(text);
      const read = v.safeParse(exportJobSchema, document);
      return read.success ? [read.output] : [];
    }),
  )
  .filter((jobs) => jobs.length > 0);

/** As it arrives on the other side of Temporal. */
function crossing<Answer>(answer: Answer): Answer {
  const { crossed }: { crossed: Answer } = JSON.parse(JSON.stringify({ crossed: answer }));
  return crossed;
}

describe('an export job that the client can read', () => {
  test('is read by the workflow as a create’s answer and as a look’s', () => {
    fc.assert(
      fc.property(readJobs, (jobs) => {
        for (const job of jobs.map(exportJobView)) {
          assert.equal(checkedJob(crossing(job)).state, job.state);
          checkedPolled(crossing({ job, components: [] }));
        }
      }),
      PROPERTY_LIMITS,
    );
  });

  test('is read by the workflow as a part of what the list shows', () => {
    const criteria = { snapshotId: id, exportBucketId: id, exportRequestId: 'v' };
    fc.assert(
      fc.property(readJobs, (jobs) => {
        checkedFound(crossing(searchExportJobs(jobs, criteria)));
      }),
      PROPERTY_LIMITS,
    );
  });
});
