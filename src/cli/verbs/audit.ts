import * as v from 'valibot';
import { snapshotFrequencies } from '../../contract/index.ts';
import { auditProject, type AuditRequest } from '../audit/audit-project.ts';
import { isInOrder } from '../audit/audit.ts';
import { auditCsv, auditDocument, auditLines } from '../audit/audit-text.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withPatientAtlas } from '../patient-atlas.ts';
import { withProofAccess } from '../proof-access.ts';
import { flag, moment, readOptions, text } from '../read-options.ts';
import type { VerbCall } from '../verb.ts';

const clusterName = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/, 'must be letters, digits and hyphens'),
);
const frequency = v.picklist(snapshotFrequencies, `must be a list of ${snapshotFrequencies.join(', ')}`);

const schema = v.object({
  project: v.pipe(
    v.string('is required (or set MONGODB_ATLAS_PROJECT_ID)'),
    v.regex(/^[a-f0-9]{24}$/, 'must be 24 hexadecimal digits'),
  ),
  cluster: v.optional(v.array(clusterName)),
  bucket: text,
  frequency: v.optional(
    v.pipe(
      v.string(),
      v.transform((list) => list.split(',').map((kind) => kind.trim())),
      v.array(frequency),
    ),
  ),
  since: moment,
  publicKey: text,
  credentials: text,
  csv: flag,
});

export async function run({ options, context }: VerbCall): Promise<ExitCode> {
  const given = readOptions(schema, { project: undefined, ...options });
  const { environment, output, interrupted: signal } = context;
  const request: AuditRequest = {
    groupId: given.project,
    clusterNames: given.cluster,
    bucketName: given.bucket,
    frequencyTypes: given.frequency,
    sinceMs: given.since?.getTime() ?? 0,
  };
  try {
    const audit = await withProofAccess({ environment, publicKeyFile: given.publicKey }, (proof) =>
      withPatientAtlas(context, { credentials: given.credentials }, (atlas) =>
        auditProject(request, { ...proof, atlas, signal }),
      ),
    );
    output.document(auditDocument(audit));
    for (const line of given.csv ? [auditCsv(audit)] : auditLines(audit)) output.line(line);
    return isInOrder(audit) ? exitCodes.done : exitCodes.exportFailed;
  } catch (error) {
    if (!signal.aborted) throw error;
    output.note('Stopped.');
    return exitCodes.interrupted;
  }
}
