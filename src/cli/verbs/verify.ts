import * as v from 'valibot';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withPatientAtlas } from '../patient-atlas.ts';
import { withProofAccess, type ProofAccess } from '../proof-access.ts';
import { flag, readOptions, text } from '../read-options.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbCall } from '../verb.ts';
import { checkAgain, isWhole } from '../verify/check-again.ts';
import { checkProgress } from '../verify/progress-line.ts';
import { subjectAtAtlas, type NamedJob } from '../verify/subject-at-atlas.ts';
import { subjectOfManifest } from '../verify/subject-of-manifest.ts';
import type { Subject } from '../verify/subject.ts';
import { verifyDocument, verifyLines } from '../verify/verify-text.ts';

const exportsFolderPattern = /^\/?exported_snapshots\//;
const idPattern = /^[a-f0-9]{24}$/;

const schema = v.object({
  level: v.optional(v.picklist(['manifest', 'full']), 'manifest'),
  project: v.optional(v.pipe(v.string(), v.regex(idPattern, 'must be 24 hexadecimal digits'))),
  cluster: v.optional(
    v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/, 'must be letters, digits and hyphens')),
  ),
  credentials: text,
  publicKey: text,
  save: flag,
});
type Options = v.InferOutput<typeof schema>;

export async function run({ arguments: [what = ''], options, context }: VerbCall): Promise<ExitCode> {
  const given = readOptions(schema, options);
  const { environment, output, interrupted } = context;
  return withProofAccess({ environment, publicKeyFile: given.publicKey }, async (proof) => {
    const named = namedJob(what, given);
    const subject: Subject =
      named === undefined
        ? await subjectOfManifest(what, proof)
        : await lookedUp(named, { proof, given, context });
    const progress = checkProgress(output.stream, output);
    try {
      const { level, save } = given;
      const note = (line: string): void => {
        progress.end();
        output.note(line);
      };
      const checked = await checkAgain(proof.access, subject, {
        level,
        save,
        progress,
        signal: interrupted,
        note,
      });
      progress.end();
      output.document(verifyDocument(subject, checked));
      for (const line of verifyLines(subject, checked)) output.line(line);
      return isWhole(checked) ? exitCodes.done : exitCodes.exportFailed;
    } catch (error) {
      progress.end();
      if (!interrupted.aborted) throw error;
      output.note('Stopped. Nothing was decided about the export.');
      return exitCodes.interrupted;
    }
  });
}

function lookedUp(
  named: NamedJob,
  { proof, given, context }: { proof: ProofAccess; given: Options; context: VerbCall['context'] },
): Promise<Subject> {
  const { credentials } = given;
  return withPatientAtlas(context, { credentials }, (atlas) => subjectAtAtlas(atlas, named, proof));
}

/** Undefined for a manifest. */
function namedJob(what: string, { project, cluster }: Options): NamedJob | undefined {
  if (exportsFolderPattern.test(what)) return { prefix: what };
  if (!idPattern.test(what)) return undefined;
  if (project !== undefined) return { exportId: what, groupId: project, clusterName: cluster };
  throw new UsageError(
    '--project: is required with the id of an export job (or set MONGODB_ATLAS_PROJECT_ID)',
  );
}
