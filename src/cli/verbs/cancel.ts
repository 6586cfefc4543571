import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';
import { statusOf } from './status.ts';

export async function run({ arguments: [workflowId = ''], context }: VerbCall): Promise<ExitCode> {
  const { output } = context;
  return withExportClient(context, async (client) => {
    const summary = await client.describe(workflowId);
    if (summary.run !== 'running') {
      output.document({ workflowId, run: summary.run, cancelled: false });
      output.line(`Nothing to cancel: it has ended (${summary.run}).`);
      return exitCodes.done;
    }
    // Who asks and who is told stand in no list.
    const { credentials, webhook } = (await statusOf(client, summary)) ?? {};
    await client.getHandle(workflowId, summary.runId).cancel();
    output.document({ workflowId, runId: summary.runId, cancelled: true });
    output.line(
      'Cancelled the tracking. Atlas has no way to cancel an export job: if one was running, it goes on',
    );
    output.line('and is billed. To pick it up again, ask for the same export again:');
    output.line(`  ${startAgain({ ...summary, credentials, webhook })}`);
    return exitCodes.done;
  });
}

/** The command that joins the job again. What is not known is left for the person to fill in. */
function startAgain(export_: {
  readonly groupId?: string | undefined;
  readonly clusterName?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly bucket?: string | undefined;
  readonly credentials?: string | undefined;
  readonly webhook?: string | undefined;
}): string {
  const { groupId = '…', clusterName = '…', snapshotId = '…', bucket = '…' } = export_;
  const bucketOption = /^[a-f0-9]{24}$/.test(bucket) ? '--bucket-id' : '--bucket';
  return [
    `atlas-export start --project ${groupId} --cluster ${clusterName} --snapshot ${snapshotId} ${bucketOption} ${bucket}`,
    ...(export_.credentials === undefined ? [] : [`--credentials ${export_.credentials}`]),
    ...(export_.webhook === undefined ? [] : [`--webhook ${export_.webhook}`]),
  ].join(' ');
}
