import { ApplicationFailure } from '@temporalio/workflow';
import * as v from 'valibot';
import type {
  FoundExportJobs,
  PolledExportJob,
  ResolvedExport,
  VerifiedExport,
} from '../activities/export-activities.ts';
import type {
  ClusterSurvey,
  EndedExport,
  OccupiedSurvey,
  ProjectSurvey,
} from '../activities/fleet-activities.ts';
import type { ExportJob, WebhookDelivery } from '../contract/index.ts';
import {
  clusterSchema,
  endedSchema,
  foundSchema,
  jobSchema,
  occupiedSchema,
  polledSchema,
  projectSchema,
  resolvedSchema,
  sentSchema,
  verifiedSchema,
  webhookNamesSchema,
} from './answer-schemas.ts';

const oddAnswerType = 'UNEXPECTED';

/** Before the same is asked again: by then another worker may take it. */
export const oddAnswerPauseMs = 60_000;

/*
 * A worker of another release may answer in a form of its own. What is wrong with it must come to light where the
 * activity is called, as a failure of that activity: an error further on would block the workflow's task for ever.
 * Each of these throws for an answer that is none.
 */

export function checkedResolved(answer: ResolvedExport): ResolvedExport {
  return checked('resolveExport', resolvedSchema, answer);
}

export function checkedFound(answer: FoundExportJobs): FoundExportJobs {
  return checked('findExportJob', foundSchema, answer);
}

export function checkedJob(answer: ExportJob): ExportJob {
  return checked('createExportJob', jobSchema, answer);
}

export function checkedPolled(answer: PolledExportJob): PolledExportJob {
  return checked('pollExportJob', polledSchema, answer);
}

export function checkedVerified(answer: VerifiedExport): VerifiedExport {
  return checked('verifyExport', verifiedSchema, answer);
}

export function checkedProject(answer: ProjectSurvey): ProjectSurvey {
  return checked('surveyProject', projectSchema, answer);
}

export function checkedCluster(answer: ClusterSurvey): ClusterSurvey {
  return checked('surveyCluster', clusterSchema, answer);
}

export function checkedOccupied(answer: OccupiedSurvey): OccupiedSurvey {
  return checked('surveyOccupied', occupiedSchema, answer);
}

export function checkedEnded(answer: readonly EndedExport[]): readonly EndedExport[] {
  return checked('describeExports', endedSchema, answer);
}

export function checkedWebhookNames(answer: readonly string[]): readonly string[] {
  return checked('knownWebhooks', webhookNamesSchema, answer);
}

export function checkedSent(answer: Pick<WebhookDelivery, 'status'>): Pick<WebhookDelivery, 'status'> {
  return checked('sendWebhook', sentSchema, answer);
}

/** Whether an activity was carried out, and what it answered could not be read. */
export function isOddAnswer(error: unknown): error is ApplicationFailure {
  return error instanceof ApplicationFailure && error.type === oddAnswerType;
}

/** The answer itself, not what the schema makes of it: what else it holds is shown as it came. */
function checked<Answer>(activity: string, schema: v.GenericSchema, answer: Answer): Answer {
  if (v.is(schema, answer)) return answer;
  const message = `a worker, of another release perhaps, answered ${activity} in a form that is not known here`;
  throw ApplicationFailure.create({ type: oddAnswerType, message });
}
