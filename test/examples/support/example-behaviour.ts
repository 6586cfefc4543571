/** What every example has to do, whatever language it is in. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as v from 'valibot';
import { exportWorkflowId, type ExportRequest } from '../../../src/client.ts';
import { assertDocument } from '../../contract/documents.ts';
import { startStage, type Stage } from '../../end-to-end/stage.ts';

export interface Example {
  readonly language: string;
  /** Makes it ready to run. `folder` is its own and goes away with the test. Returns the command before the request's file. */
  readonly prepare: (folder: string) => Promise<readonly string[]>;
  /** More of its environment. @default none */
  readonly environment?: () => Promise<Readonly<Record<string, string>>>;
}

interface Ending {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const resultSchema = v.object({ outcome: v.string(), exportId: v.string(), prefix: v.string() });
const runTimeoutMs = 120_000;

/** Runs the example against a real server, a real worker and a simulated Atlas, whose books have the last word. */
export function describeExample({ language, prepare, environment = async () => ({}) }: Example): void {
  describe(`the example in ${language}`, () => {
    let stage: Stage;
    let folder: string;
    let command: readonly string[];
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'example-'));
      command = await prepare(join(folder, 'example'));
      stage = await startStage();
      await stage.startWorker();
    });
    after(async () => {
      await stage.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function run(...words: string[]): Promise<Ending> {
      const [program = '', ...first] = command;
      const env = {
        PATH: process.env['PATH'],
        HOME: folder,
        TEMPORAL_ADDRESS: stage.server.address,
        TEMPORAL_NAMESPACE: 'default',
        ATLAS_EXPORT_TASK_QUEUE: stage.taskQueue,
        ...(await environment()),
      };
      return await new Promise((resolve) => {
        const child = execFile(
          program,
          [...first, ...words],
          { env, timeout: runTimeoutMs },
          (_, stdout, stderr) => resolve({ code: child.exitCode ?? child.signalCode, stdout, stderr }),
        );
      });
    }

    async function runWith(request: object): Promise<Ending> {
      const path = join(folder, 'request.json');
      await writeFile(path, JSON.stringify(request));
      return await run(path);
    }

    function resultOf({ code, stdout, stderr }: Ending): v.InferOutput<typeof resultSchema> {
      assert.equal(code, 0, `exit code ${code}: ${stderr}${stdout}`);
      const result: unknown = JSON.parse(stdout);
      assertDocument('export-result', result);
      return v.parse(resultSchema, result);
    }

    const jobsOf = ({ clusterName }: ExportRequest): readonly { exportId: string; prefix: string }[] =>
      stage.simulator.books.jobs.filter((job) => job.clusterName === clusterName);

    test('starts an export, shows its status and prints its result, which is what Atlas says of the job', async () => {
      const request = stage.addExport();
      const ending = await runWith(request);
      const { outcome, exportId, prefix } = resultOf(ending);
      assert.equal(outcome, 'exported');
      assert.deepEqual(
        jobsOf(request).map((job) => [job.exportId, job.prefix]),
        [[exportId, prefix]],
      );
      const id = exportWorkflowId(request);
      assert.match(ending.stderr, new RegExp(`^${id}: (?:resolving|creating|tracking|done)`, 'm'));
      const { run: state, taskQueue } = await stage.client.describe(id);
      assert.deepEqual(
        [state, taskQueue],
        ['exported', stage.taskQueue],
        'not the workflow id of src/client.ts',
      );
    });

    test('asked for the same twice at once, and again afterwards, pays for one job', async () => {
      const request = stage.addExport({ shards: 0 });
      const both = await Promise.all([runWith(request), runWith(request)]);
      const [first, second] = both.map(resultOf);
      assert.equal(first?.exportId, second?.exportId);
      const again = resultOf(await runWith(request));
      assert.deepEqual([again.outcome, again.exportId], ['alreadyExported', first?.exportId]);
      assert.equal(jobsOf(request).length, 1);
    });

    test('shows the documented failure and what to do about it, and ends with 1', async () => {
      const unknown = { ...stage.addExport(), clusterName: 'nowhere' };
      const ending = await runWith(unknown);
      assert.equal(ending.code, 1, ending.stderr);
      assert.match(ending.stderr, /^AtlasNotFound: .*nowhere/m);
      assert.match(ending.stderr, /^Next: \w+/m);
      assert.equal(ending.stdout, '');
    });

    test('shows what is wrong with a request, and ends with 1', async () => {
      const request = stage.addExport();
      const ending = await runWith({ ...request, deadline: 'for ever' });
      assert.equal(ending.code, 1, ending.stderr);
      assert.match(ending.stderr, /^InvalidInput: (?:.|\n)*deadline/m);
      assert.doesNotMatch(ending.stderr, /Traceback|node:internal|goroutine/);
      assert.deepEqual(jobsOf(request), []);
    });

    test('says how it is used when it is not told what to export, and ends with 2', async () => {
      const ending = await run();
      assert.equal(ending.code, 2);
      assert.match(ending.stderr, /Usage: .*REQUEST\.json/);
    });
  });
}
