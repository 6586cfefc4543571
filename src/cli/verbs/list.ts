import * as v from 'valibot';
import { exportFilterStates, type ExportSummary } from '../../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { textTable } from '../output.ts';
import { count, moment, readOptions, text } from '../read-options.ts';
import { withExportClient } from '../temporal.ts';
import { timeText } from '../time-text.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbCall } from '../verb.ts';

const limitDefault = 100;

const schema = v.object({
  project: v.optional(v.pipe(v.string(), v.regex(/^[a-f0-9]{24}$/, 'must be 24 hexadecimal digits'))),
  cluster: text,
  state: v.optional(v.picklist(exportFilterStates, `must be one of ${exportFilterStates.join(', ')}`)),
  since: moment,
  limit: count({ max: 10_000 }),
});

export async function run({ options, context }: VerbCall): Promise<ExitCode> {
  const { project, cluster, state, since, limit = limitDefault } = readOptions(schema, options);
  const { output } = context;
  return withExportClient(context, async (client) => {
    const found: ExportSummary[] = [];
    let more = false;
    try {
      for await (const each of client.list({ groupId: project, clusterName: cluster, state, since })) {
        more = found.length >= limit;
        if (more) break;
        found.push(each);
      }
    } catch (error) {
      throw error instanceof TypeError ? new UsageError(error.message) : error;
    }
    output.document(found);
    if (found.length === 0) output.line('No exports.');
    else for (const line of textTable(head, found.map(row))) output.line(line);
    if (more) output.note(`There are more than ${limit}; --limit shows more of them.`);
    return exitCodes.done;
  });
}

const head = ['STARTED', 'CLUSTER', 'SNAPSHOT', 'RUN', 'STATE', 'EXPORT'];

function row(summary: ExportSummary): string[] {
  return [
    timeText(summary.startedAt),
    summary.clusterName ?? 'unknown',
    summary.snapshotId ?? 'unknown',
    summary.run,
    stateText(summary),
    summary.workflowId,
  ];
}

function stateText({ state = '', stalled }: ExportSummary): string {
  return stalled ? `${state}, stalled` : state;
}
