import { ApplicationFailure } from '@temporalio/workflow';
import * as v from 'valibot';
import type { FoundExportJobs, PolledExportJob } from '../activities/export-activities.ts';
import type { ExportJob } from '../contract/index.ts';

/*
 * A worker of another release may answer in a form of its own. What is wrong with it must come to light where the
 * activity is called, as a failure of that activity: an error further on would block the workflow's task for ever.
 */

/** What is relied on in a job; what else it holds is shown as it came. */
const jobSchema = v.looseObject({
  exportId: v.string(),
  state: v.string(),
  components: v.optional(v.array(v.looseObject({ exportId: v.string() }))),
});

const foundSchema = v.looseObject({
  ours: v.optional(jobSchema),
  oursBesides: v.array(v.string()),
  active: v.optional(jobSchema),
  exported: v.optional(jobSchema),
  earlierDurationsMs: v.array(v.number()),
});

const polledSchema = v.looseObject({
  job: jobSchema,
  components: v.array(v.looseObject({ exportId: v.string(), state: v.string() })),
});

/** Throws for an answer of `findExportJob` that is none. */
export function checkedFound(answer: FoundExportJobs): FoundExportJobs {
  if (!v.is(foundSchema, answer)) throw noAnswer('findExportJob');
  return answer;
}

/** Throws for an answer of `createExportJob` that is none. */
export function checkedJob(answer: ExportJob): ExportJob {
  if (!v.is(jobSchema, answer)) throw noAnswer('createExportJob');
  return answer;
}

/** Throws for an answer of `pollExportJob` that is none. */
export function checkedPolled(answer: PolledExportJob): PolledExportJob {
  if (!v.is(polledSchema, answer)) throw noAnswer('pollExportJob');
  return answer;
}

function noAnswer(activity: string): ApplicationFailure {
  const message = `a worker, of another release perhaps, answered ${activity} in a form that is not known here`;
  return ApplicationFailure.create({ type: 'UNEXPECTED', message });
}
