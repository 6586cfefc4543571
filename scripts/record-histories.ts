/**
 * Records the histories of a few exports with the code as it is, for the replay tests: run it once for each
 * release, before it is cut. `node dist/scripts/record-histories.js 0.1.0` writes to `test/replay/histories/0.1.0/`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../simulator/index.ts';
import { startStage, type Stage } from '../test/end-to-end/stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'test/replay/histories');

interface Recording {
  readonly name: string;
  readonly shards: number;
  readonly fault?: {
    readonly operation: 'createExportJob' | 'getExportJob';
    readonly fault: Fault;
    readonly times: number;
  };
  readonly outcomes?: readonly ('Failed' | 'Successful')[];
}

const recordings: readonly Recording[] = [
  { name: 'replica-set', shards: 0 },
  { name: 'three-shards', shards: 3 },
  {
    name: 'lost-reply',
    shards: 0,
    fault: { operation: 'createExportJob', fault: { kind: 'replyLost' }, times: 1 },
  },
  {
    name: 'looks-that-fail',
    shards: 0,
    fault: { operation: 'getExportJob', fault: { kind: 'htmlUnavailable' }, times: 2 },
  },
  { name: 'failed-then-successful', shards: 0, outcomes: ['Failed', 'Successful'] },
];

async function record(stage: Stage, recording: Recording, into: string): Promise<void> {
  const request = stage.addExport({ shards: recording.shards });
  const { clusterName } = request;
  if (recording.fault !== undefined) {
    const { operation, fault, times } = recording.fault;
    stage.simulator.faults.script({ operation, pathIncludes: `/${clusterName}/`, times }, fault);
  }
  recording.outcomes?.forEach((outcome, index) => {
    stage.simulator.setExportPlan({ clusterName, attempt: index + 1 }, { outcome });
  });
  const workflowId = `recorded-${recording.name}`;
  const handle = await stage.client.start(request, { workflowId });
  await handle.result();
  const { temporal } = stage.client;
  for await (const execution of temporal.workflow.list({ query: `WorkflowId STARTS_WITH "${workflowId}"` })) {
    const run = ['--workflow-id', execution.workflowId, '--run-id', execution.runId];
    const history = await stage.temporal('workflow', 'show', ...run, '--output', 'json');
    const [, component] = execution.workflowId.split('/');
    const name =
      component === undefined ? recording.name : `${recording.name}.component-${component.slice(-4)}`;
    // Stack traces name the folder that the project lies in, which is nobody's business.
    await writeFile(join(into, `${name}.json`), history.replaceAll(root, ''));
  }
}

const [release] = process.argv.slice(2);
if (release === undefined || !/^\d+\.\d+\.\d+$/.test(release)) {
  process.stderr.write('Usage: node dist/scripts/record-histories.js <release, such as 0.1.0>\n');
  process.exitCode = 2;
} else {
  const into = join(folder, release);
  await mkdir(into, { recursive: true });
  const stage = await startStage();
  try {
    await stage.startWorker();
    await Promise.all(recordings.map((recording) => record(stage, recording, into)));
  } finally {
    await stage.close();
  }
  process.stdout.write(`Recorded into ${into}\n`);
}
