import { stateReasonText, type ExportFailureType, type ExportJob } from '../contract/index.ts';

/** What a person can do about a failure. `job` is the last one known. */
export function nextStep(type: ExportFailureType, job: ExportJob | undefined): string {
  if (type === 'ExportFailed') return `${failedAdvice(job)} ${afterFailed}`;
  if (type === 'DeadlineExceeded' && job?.state === 'Successful') return afterDeadlineUnproven;
  if (type === 'DeadlineExceeded' && job !== undefined) return afterDeadlineWithJob;
  return advice[type];
}

const afterFailed =
  'Atlas leaves the partial data of failed attempts in the bucket: delete those prefixes when you no longer need them. ' +
  'Then start the same request again.';

const afterDeadlineWithJob =
  'The export job at Atlas goes on. Start the same request again, with a longer deadline, to pick it up.';

const afterDeadlineUnproven =
  'Atlas says that the export was Successful; the bucket was not looked into to the end. Start the same request again, ' +
  'with a longer deadline: it finds the export and looks again, without paying for another.';

const advice: Record<Exclude<ExportFailureType, 'ExportFailed'>, string> = {
  InvalidInput: 'Correct the request and start it again. Nothing was asked of Atlas.',
  UnknownCredentials:
    'Use one of the names that the message lists, or give every worker of the task queue the credentials of this name ' +
    '(MONGODB_ATLAS_…__<NAME>), and start the same request again.',
  UnknownWebhook:
    'Use one of the names that the message lists, or give every worker of the task queue the webhook of this name ' +
    '(ATLAS_EXPORT_WEBHOOK_URL__<NAME>, ATLAS_EXPORT_WEBHOOK_SECRET__<NAME>) and start the same request again. Nothing was asked of Atlas.',
  AtlasUnauthorized:
    'Check the API key or service account: that it belongs to this project, its IP access list, and its roles. ' +
    'Creating needs Project Backup Export Operator, reading export jobs needs Project Backup Manager.',
  AtlasNotFound:
    'Check the project id, the cluster name, the snapshot and the export bucket; the message says what Atlas does not know.',
  AtlasRejected: 'Atlas refused the request for the reason given: change what it names and start again.',
  ExportConflict:
    'Wait for the active export of this snapshot to end, or start again with onActiveExport "adopt" or "wait".',
  ExportCancelled:
    'Somebody cancelled the export job at Atlas. Start the same request again if the snapshot is still wanted.',
  ExportLost:
    'Atlas no longer lists the export job. Look in the bucket for a .complete file under the prefix before you pay ' +
    'for another export, and ask Atlas support about the export id.',
  VerificationFailed:
    'The message names the first ten things that are wrong, the manifest has them all. Look at the prefix in the bucket. ' +
    'To have it looked into once more, start the same request again: that pays for nothing. Where the export is not whole, ' +
    'start it with skipIfExported false, which exports the snapshot anew and is billed.',
  DeadlineExceeded:
    'No export job is known. Start the same request again: it looks for its job before it creates one.',
};

/**
 * Atlas does not publish the vocabulary of its reasons, so this only points where the words themselves point.
 */
function failedAdvice(job: ExportJob | undefined): string {
  const reason = stateReasonText(job?.stateReason)?.toLowerCase();
  if (reason === undefined) return 'Atlas gave no reason.';
  if (/access|denied|permission|forbidden|unauthori[sz]ed|credential/.test(reason)) {
    return "The reason speaks of access: check the bucket's policy and the role that Atlas assumes to write to it.";
  }
  if (/kms|encrypt|\bkey\b/.test(reason)) {
    return "The reason speaks of keys: check the bucket's encryption key and that Atlas may use it.";
  }
  if (/bucket|container/.test(reason))
    return 'The reason speaks of the bucket: check that it exists and is where Atlas thinks.';
  if (/time(d)? ?out|unavailable|internal|retry/.test(reason)) return 'The reason may pass by itself.';
  return 'See the reason that Atlas gave.';
}
