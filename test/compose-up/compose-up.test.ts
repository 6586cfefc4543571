/**
 * The compose file, carried out without containers: a real PostgreSQL, Temporal's server, SQL tool and Web UI at the
 * versions of the file's tags, the simulator and the worker, all by the file's own commands and variables.
 * `npm run test:compose` runs it, and CI does. Needs 'nc' and 'busybox', which is what Alpine's shell is.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import * as v from 'valibot';
import { ExportClient } from '../../src/client.ts';
import { runCommand } from '../packaging/command.ts';
import { serviceNamed } from '../packaging/compose-file.ts';
import { ComposeStack } from './stack.ts';

/** Read of `docker-entrypoint.sh` in docker-library/postgres, 17/bookworm at 17.9: what it takes from its environment. */
const postgresVariables = [
  'PGDATA',
  'POSTGRES_DB',
  'POSTGRES_HOST_AUTH_METHOD',
  'POSTGRES_INITDB_ARGS',
  'POSTGRES_INITDB_WALDIR',
  'POSTGRES_PASSWORD',
  'POSTGRES_USER',
];

const schemaVersions = `select version_partition, db_name, curr_version, creation_time from schema_version`;

const namespaceSchema = v.object({
  namespaceInfo: v.object({ name: v.string() }),
  config: v.object({ workflowExecutionRetentionTtl: v.string() }),
});

describe('everything that docker-compose.yml starts', () => {
  let stack: ComposeStack;
  let connection: Connection;
  let exports: ExportClient;

  before(async () => {
    stack = await ComposeStack.prepare();
  });
  after(async () => {
    await connection?.close();
    await stack?.close();
  });

  const names = (text: string, pattern: RegExp): Set<string> =>
    new Set(Array.from(text.matchAll(pattern), ({ groups }) => groups?.['name'] ?? ''));
  const readsAll = (service: string, read: ReadonlySet<string>): void => {
    assert.ok(read.size > 0, `found no variables that the image of ${service} reads`);
    for (const name of Object.keys(serviceNamed(stack.services, service).environment)) {
      assert.ok(read.has(name), `the image of ${service} does not read ${name}`);
    }
  };

  test('sets only variables that the images read', async () => {
    readsAll('postgresql', new Set(postgresVariables));
    const template = readFileSync(stack.images.serverTemplate, 'utf8');
    readsAll('temporal', names(template, /\benv "(?<name>\w+)"/g));
    readsAll('temporal-ui', names(readFileSync(stack.images.uiTemplate, 'utf8'), /\benv "(?<name>\w+)"/g));
    const help = await runCommand([`${stack.images.programs}/temporal-sql-tool`, '--help'], {
      environment: {},
      cwd: '/',
    });
    readsAll('temporal-schema', names(help.output, /\[\$(?<name>\w+)\]/g));
    const gateway = await runCommand([await stack.s3Program(), '--help'], { environment: {}, cwd: '/' });
    readsAll('s3', names(gateway.output, /[[ ]\$(?<name>\w+)(?=[\],])/g));
  });

  test('has a database whose health check passes once it can be reached', async () => {
    assert.notEqual(await stack.health('postgresql'), 0, 'the check passes where nothing listens');
    await stack.startDatabase();
    assert.equal(await stack.health('postgresql'), 0);
  });

  test('makes the tables, and changes nothing when it is done again', async () => {
    const first = await stack.runSchema();
    assert.equal(first.code, 0, first.output);
    const versions = await stack.database.query(schemaVersions, 'temporal');
    assert.match(versions, /temporal\|1\.\d+\|/);
    const second = await stack.runSchema();
    assert.equal(second.code, 0, second.output);
    assert.equal(await stack.database.query(schemaVersions, 'temporal'), versions);
  });

  test('has a Temporal server whose health check passes once it listens', async () => {
    assert.notEqual(await stack.health('temporal'), 0, 'the check passes where nothing listens');
    await stack.startTemporal();
    await stack.healthy('temporal');
  });

  test('makes the namespace, and leaves it as it is when it is done again', async () => {
    for (const time of ['first', 'second']) {
      const { code, output } = await stack.runNamespace();
      assert.equal(code, 0, `the ${time} time: ${output}`);
      assert.equal(output.includes('successfully registered'), time === 'first', output);
    }
  });

  test('has a Web UI that shows the namespace, with its retention of 30 days', async () => {
    await stack.startUi();
    const url = `http://${await stack.address('temporal-ui')}`;
    const page = await stack.running('temporal-ui').until('a page', () => fetch(url).catch(() => undefined));
    assert.match(await page.text(), /<html/i);
    const answer = await fetch(`${url}/api/v1/namespaces/default`);
    const { namespaceInfo, config } = v.parse(namespaceSchema, await answer.json());
    assert.equal(namespaceInfo.name, 'default');
    assert.equal(config.workflowExecutionRetentionTtl, '2592000s');
  });

  test('has an S3 server whose health check passes once it listens', async () => {
    assert.notEqual(await stack.health('s3'), 0, 'the check passes where nothing listens');
    await stack.startS3();
    await stack.healthy('s3');
  });

  test('has a simulator and a worker that become healthy', async () => {
    await stack.startSimulator();
    await stack.healthy('simulator');
    await stack.startWorker();
    await stack.healthy('worker');
    const ready = `http://${await stack.address('worker')}/readyz`;
    await stack.running('worker').until('readiness', async () => (await fetch(ready)).ok);
  });

  test('exports a snapshot of the simulator, proves it, and still knows of it after the Temporal server has been restarted', async () => {
    const groupId = /project +(?<id>[0-9a-f]{24})/.exec(stack.running('simulator').output())?.groups?.['id'];
    assert.ok(groupId !== undefined, stack.running('simulator').output());
    connection = await Connection.connect({ address: await stack.address('temporal') });
    exports = new ExportClient({ client: new Client({ connection }) });
    const handle = await exports.start({
      groupId,
      clusterName: 'orders',
      snapshotId: 'latest',
      exportBucketName: 'snapshot-archive',
      polling: { minInterval: '1s', maxInterval: '2s' },
    });
    const before = await handle.result();
    assert.equal(before.outcome, 'exported');
    assert.equal(before.verification?.outcome, 'proven', JSON.stringify(before.verification));
    assert.match(before.verification.manifest?.address ?? '', /^s3:\/\/snapshot-archive\/manifests\//);

    assert.equal(await stack.running('temporal').stop(), 0);
    await stack.startTemporal();
    await stack.healthy('temporal');
    await stack.running('temporal').until('an answer to its clients', () =>
      exports
        .getHandle(handle.workflowId)
        .result()
        .catch(() => undefined),
    );
    assert.deepEqual(await exports.getHandle(handle.workflowId).result(), before);
  });

  test('stops in good order', async () => {
    assert.equal(await stack.running('worker').stop(), 0, stack.running('worker').output());
    assert.equal(await stack.running('simulator').stop(), 0, stack.running('simulator').output());
    assert.equal(await stack.running('s3').stop(), 0, stack.running('s3').output());
    assert.equal(await stack.running('temporal').stop(), 0, stack.running('temporal').output());
  });
});
