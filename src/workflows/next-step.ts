import {
  isTerminal,
  stateReasonText,
  type CheckedExportRequest,
  type ExportFailureType,
  type ExportJob,
} from '../contract/index.ts';

/** What of a run that has failed decides what a person can do about it. */
export interface FailedRun {
  /** The last one known. */
  readonly job?: ExportJob | undefined;
  /** It is somebody else's, which stood in the way. */
  readonly isInTheWay?: boolean;
  /** A create went unanswered, and its job was never seen; the failure's message has the id that it would carry. */
  readonly mayExist?: boolean;
  readonly request?: Pick<CheckedExportRequest, 'skipIfExported' | 'onActiveExport'>;
}

/** What a person can do about a failure. What costs money is said to cost it, whatever the request was. */
export function nextStep(type: ExportFailureType, run: FailedRun = {}): string {
  if (run.mayExist === true) return afterDoubt(type, run);
  return certainStep(type, run);
}

/** Another create may be paid for besides the one in doubt, so this comes before whatever else there is to do. */
function afterDoubt(type: ExportFailureType, run: FailedRun): string {
  const may = 'A job of this request may exist, under the id that the message gives.';
  const startAgain = (more: readonly string[]): string => `start ${again(run, { active: true, more })}`;
  if (type === 'DeadlineExceeded')
    return `${may} To pick it up where it does, ${startAgain(['a longer deadline'])}.`;
  return `${may} To pick it up where it does, ${startAgain([])}. Else: ${certainStep(type, run)}`;
}

function certainStep(type: ExportFailureType, run: FailedRun): string {
  if (type === 'ExportFailed') return `${failedAdvice(run.job)} ${afterFailed}`;
  if (type === 'DeadlineExceeded') return afterDeadline(run);
  if (type === 'VerificationFailed') return afterVerification(run);
  return advice[type];
}

const afterFailed =
  'Atlas leaves the partial data of failed attempts in the bucket: delete those prefixes when you no longer need them. ' +
  'Then start the same request again.';

function afterDeadline(run: FailedRun): string {
  const { job, isInTheWay, request } = run;
  const longer = 'a longer deadline';
  if (job === undefined) {
    const looked = request?.skipIfExported === false ? 'an active export' : 'an export';
    return `No export job is known. Start the same request again: it looks for ${looked} of the snapshot before it creates one.`;
  }
  if (isInTheWay === true)
    return `Another export of the snapshot was in the way. Start the same request again once it has ended, or with ${longer}.`;
  if (job.state === 'Successful') {
    return (
      'Atlas says that the export was Successful; the bucket was not looked into to the end. ' +
      `Start ${again(run, { more: [longer] })}: it finds the export and looks again, without paying for another.`
    );
  }
  if (isTerminal(job.state)) {
    return (
      `The last export job has ended (${job.state}), and Atlas leaves its partial data in the bucket. ` +
      `Start the same request again, with ${longer}: it creates another job, which is billed.`
    );
  }
  return `The export job at Atlas goes on. Start ${again(run, { active: true, more: [longer] })}, to pick it up.`;
}

function afterVerification(run: FailedRun): string {
  return (
    'The message names the first ten things that are wrong, the manifest has them all. Look at the prefix in the bucket. ' +
    `To have it looked into once more, start ${again(run)}: that pays for nothing. Where the export is not whole, ` +
    'start it with skipIfExported false, which exports the snapshot anew and is billed.'
  );
}

/** The request that comes to the same job, with what else is to be set; one that is active may have ended by then. */
function again(
  { request }: FailedRun,
  { active = false, more = [] }: { readonly active?: boolean; readonly more?: readonly string[] } = {},
): string {
  const mustJoin = active && request !== undefined && request.onActiveExport !== 'adopt';
  const changed = [
    ...(request?.skipIfExported === false ? ['skipIfExported true'] : []),
    ...(mustJoin ? ['onActiveExport "adopt"'] : []),
  ];
  const settings = [...changed, ...more];
  const last = settings.at(-1);
  const what = changed.length === 0 ? 'the same request again' : 'the request again';
  if (last === undefined) return what;
  const before = settings.slice(0, -1).join(', ');
  return `${what}, with ${before === '' ? '' : `${before} and `}${last}`;
}

const advice: Record<
  Exclude<ExportFailureType, 'ExportFailed' | 'VerificationFailed' | 'DeadlineExceeded'>,
  string
> = {
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
