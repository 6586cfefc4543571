import { exportFailureTypes, type ExportFailureType, type ExportJob } from '../../src/contract/index.ts';
import { nextStep } from '../../src/workflows/next-step.ts';
import type { DocComment } from './doc-comments.ts';

/** One reason of each kind that the advice on a failed job tells apart, worded as Atlas might. */
const failedReasons = [
  'Access Denied',
  'The KMS key is disabled',
  'The bucket does not exist',
  'Timed out',
  'The snapshot is unreadable',
] as const;

const job: ExportJob = { exportId: '0'.repeat(24), state: 'InProgress' };

/** `docs/failures.md`: every way an export can fail, and what to do about it. */
export function failuresPage(comments: ReadonlyMap<string, DocComment>): string {
  const sections = exportFailureTypes.map(
    (type) => `## ${type}\n\n${meaning(type, comments)}\n\n**What to do.** ${advice(type)}`,
  );
  return `# Failures

An export that fails ends its workflow with an \`ApplicationFailure\`, whose \`type\` is one of the names below. Match on the type: a name is never changed or given another meaning, while messages are written for people and may change. In TypeScript the same name is the \`code\` of the \`ExportError\` that \`result()\` rejects with.

The first of the failure's \`details\` is an object with \`nextStep\` (what to do, in words), the last known \`job\`, every attempt, what Atlas answered, and, with \`InvalidInput\`, every problem and its path. \`ExportFailureDetails\` in \`src/contract/export-failure.ts\` is its type. What to do stands below for a request with \`skipIfExported\` true and \`onActiveExport\` "adopt", as by default; for another one, \`nextStep\` says what to set so that nothing is paid for twice. Where a create went unanswered, it says how to come to the job that may exist.

Once there is an export job, network errors, 5xx, 429 and refused credentials while looking at it do not fail the export: they are shown in the status, and the next look tries again, until the deadline. Only a job that Atlas no longer knows is given up, as \`ExportLost\`.

${sections.join('\n\n')}

## Cancelled workflows

A workflow that is cancelled ends as Temporal's cancelled, not with one of these types; \`ExportError\` has the code \`TrackingCancelled\` for it. Tracking stops, and the export job at Atlas goes on, since Atlas has no way to cancel one. Start the same request again to pick it up, with \`skipIfExported\` true and \`onActiveExport\` "adopt", as by default.
`;
}

function meaning(type: ExportFailureType, comments: ReadonlyMap<string, DocComment>): string {
  const comment = comments.get(`exportFailureTypes.${type}`);
  if (comment === undefined) throw new Error(`${type} has no comment that says what it means`);
  return comment.text;
}

function advice(type: ExportFailureType): string {
  if (type === 'ExportFailed') return failedAdvice();
  const known = nextStep(type, { job });
  const unknown = nextStep(type);
  return known === unknown ? known : `Where a job is known: ${known} Where none is: ${unknown}`;
}

/** What all have in common once, and the rest by an example of the reason. */
function failedAdvice(): string {
  const texts = failedReasons.map((message) =>
    nextStep('ExportFailed', { job: { ...job, state: 'Failed', stateReason: { message } } }),
  );
  const common = commonSentences(texts);
  const rows = texts.map(
    (text, index) =>
      `- With a reason such as "${failedReasons[index] ?? ''}": ${text.slice(0, -common.length).trim()}`,
  );
  return `${common} The failure's message carries the reason that Atlas gave, and what follows from it:\n\n${rows.join('\n')}`;
}

/** The sentences that all of the texts end with. */
function commonSentences(texts: readonly string[]): string {
  const [first = ''] = texts;
  const starts = Array.from(first.matchAll(/(?<=\. )\S/g), ({ index }) => index);
  const start = starts.find((index) => texts.every((text) => text.endsWith(` ${first.slice(index)}`)));
  if (start === undefined) throw new Error('the advice on failed jobs no longer ends the same way');
  return first.slice(start);
}
