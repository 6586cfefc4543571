/** The compose file, as far as it goes without containers. Debian's 'docker-compose' reads it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readSettings, secretsOf } from '../../src/config.ts';
import { runCommand } from './command.ts';
import { composeServices, root, serviceNamed, type ComposeService } from './compose-file.ts';
import { readDockerfile } from './dockerfile.ts';

const realKey = { MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_API_KEY: 'a-private-key' };

describe('docker-compose.yml', () => {
  let services: ReadonlyMap<string, ComposeService>;
  const named = (name: string): ComposeService => serviceNamed(services, name);

  before(async () => {
    services = await composeServices();
  });

  test('has a database, the Temporal server, its Web UI, an S3 server, the simulator and the worker', () => {
    assert.deepEqual([...services.keys()].sort(), [
      'postgresql',
      's3',
      'simulator',
      'temporal',
      'temporal-namespace',
      'temporal-schema',
      'temporal-ui',
      'worker',
      'worker-atlas',
    ]);
  });

  test('gives the worker an environment that the worker accepts, with the address and keys of the simulator', () => {
    const simulator = named('simulator').environment;
    const settings = readSettings(named('worker').environment);
    assert.deepEqual(settings.notices, []);
    assert.equal(settings.atlas.get('default')?.baseUrl, `http://simulator:${simulator['SIMULATOR_PORT']}`);
    assert.deepEqual(settings.atlas.get('default')?.credentials, {
      type: 'digest',
      publicKey: simulator['SIMULATOR_PUBLIC_KEY'],
      privateKey: simulator['SIMULATOR_PRIVATE_KEY'],
    });
    assert.equal(settings.temporal.address, 'temporal:7233');
    assert.equal(settings.temporal.namespace, named('temporal-namespace').environment['TEMPORAL_NAMESPACE']);
  });

  test('passes the keys of the real Atlas on to the other worker, which then accepts its environment', async () => {
    const settings = readSettings(serviceNamed(await composeServices(realKey), 'worker-atlas').environment);
    assert.equal(settings.atlas.get('default')?.baseUrl, 'https://cloud.mongodb.com');
    assert.ok(secretsOf(settings).includes(realKey.MONGODB_ATLAS_PRIVATE_API_KEY));
    assert.equal(settings.allowHttp, false, 'the real Atlas must not be asked over plain http');
  });

  test('starts commands whose files are built and are in the image', () => {
    const { stageCopies } = readDockerfile(root);
    for (const name of ['simulator', 'worker', 'worker-atlas']) {
      const [program, file = ''] = named(name).command;
      assert.equal(program, 'node', name);
      assert.ok(existsSync(join(root, file)), `${name} starts ${file}, which the build does not make`);
      const isCopied = stageCopies.some(({ source }) => `/app/${file}`.startsWith(`${source}/`));
      assert.ok(isCopied, `${name} starts ${file}, which the Dockerfile does not copy into the image`);
    }
  });

  test('publishes ports that the processes listen on, on this machine alone', () => {
    const published = [...services].flatMap(([name, { ports }]) => ports.map((port) => ({ name, port })));
    const listened: Record<string, string | undefined> = {
      s3: named('s3').environment['VGW_PORT']?.slice(1),
      simulator: named('simulator').environment['SIMULATOR_PORT'],
      temporal: named('worker').environment['TEMPORAL_ADDRESS']?.split(':')[1],
      'temporal-ui': named('temporal-ui').environment['TEMPORAL_UI_PORT'],
      worker: named('worker').environment['ATLAS_EXPORT_HTTP_PORT'],
      'worker-atlas': named('worker-atlas').environment['ATLAS_EXPORT_HTTP_PORT'],
    };
    assert.deepEqual(published.map(({ name }) => name).sort(), Object.keys(listened).sort());
    for (const { name, port } of published) {
      const match = /^127\.0\.0\.1:\d+:(?<container>\d+)(\/tcp)?$/.exec(port);
      assert.ok(match, `${name} publishes ${port}, not on 127.0.0.1`);
      assert.equal(match.groups?.['container'], listened[name], `${name} does not listen where it publishes`);
    }
    assert.equal(readDockerfile(root).exposed, listened['worker']);
  });

  test('lets everything that others connect to by name listen on every address of its container', () => {
    assert.equal(named('simulator').environment['SIMULATOR_HOST'], '0.0.0.0');
    assert.equal(named('temporal').environment['BIND_ON_IP'], '0.0.0.0');
    assert.match(named('s3').environment['VGW_PORT'] ?? '', /^:\d+$/);
    assert.equal(named('worker').environment['ATLAS_EXPORT_HTTP_HOST'], '0.0.0.0');
  });

  test('has the simulator export into the S3 server, and the worker look there', () => {
    const { environment: s3 } = named('s3');
    const { environment: simulator } = named('simulator');
    const { environment: worker } = named('worker');
    const { proof } = readSettings(worker);
    const endpoint = `http://s3${s3['VGW_PORT']}`;
    assert.deepEqual(proof?.overrides.AWS, { endpoint, region: s3['VGW_REGION'], forcePathStyle: true });
    assert.equal(simulator['SIMULATOR_S3_ENDPOINT'], endpoint);
    const key = [s3['ROOT_ACCESS_KEY_ID'], s3['ROOT_SECRET_ACCESS_KEY']];
    assert.deepEqual(
      [simulator['SIMULATOR_S3_ACCESS_KEY_ID'], simulator['SIMULATOR_S3_SECRET_ACCESS_KEY']],
      key,
    );
    assert.deepEqual([worker['AWS_ACCESS_KEY_ID'], worker['AWS_SECRET_ACCESS_KEY']], key);
  });

  test('gives the database the same name and password everywhere', () => {
    const database = named('postgresql').environment;
    const { environment: schema } = named('temporal-schema');
    const { environment: server } = named('temporal');
    const user = database['POSTGRES_USER'];
    const password = database['POSTGRES_PASSWORD'];
    assert.deepEqual(
      [schema['SQL_USER'], schema['SQL_PASSWORD'], schema['SQL_HOST']],
      [user, password, 'postgresql'],
    );
    assert.deepEqual(
      [server['POSTGRES_USER'], server['POSTGRES_PWD'], server['POSTGRES_SEEDS']],
      [user, password, 'postgresql'],
    );
    assert.deepEqual([schema['SQL_PLUGIN'], schema['SQL_PORT']], [server['DB'], server['DB_PORT']]);
  });

  test('waits only for services that it has, and for health only where there is a health check', () => {
    for (const [name, { depends_on: waitsFor }] of services) {
      for (const [other, { condition }] of Object.entries(waitsFor)) {
        const { healthcheck } = named(other);
        assert.ok(condition !== 'service_healthy' || healthcheck, `${name} waits for the health of ${other}`);
      }
    }
  });

  test('stops the worker later than the worker stops by itself', () => {
    for (const name of ['worker', 'worker-atlas']) {
      const { environment, stop_grace_period: grace = '' } = named(name);
      const { shutdownGraceMs } = readSettings({ ...environment, ...realKey });
      const graceMs = Number(/^(?<seconds>\d+)s$/.exec(grace)?.groups?.['seconds']) * 1000;
      assert.ok(graceMs >= shutdownGraceMs + 10_000, `${name} is killed after ${grace}`);
    }
  });

  test('starts a simulator whose health check passes while it runs, and fails when it has ended', async (t) => {
    const { command, environment, healthcheck } = named('simulator');
    // On a free port of this machine, in place of the container's own.
    const child = spawn(process.execPath, command.slice(1), {
      cwd: root,
      env: { PATH: process.env['PATH'], ...environment, SIMULATOR_HOST: '127.0.0.1', SIMULATOR_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    let introduction = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      introduction += String(chunk);
      if (introduction.includes('jobs list')) break;
    }
    child.stdout.resume();
    const host = /127\.0\.0\.1:\d+/.exec(introduction)?.[0];
    assert.ok(host !== undefined, `the simulator did not say where it is: ${introduction}`);
    assert.ok(introduction.includes(environment['SIMULATOR_PUBLIC_KEY'] ?? '-'), introduction);
    const [, ...check] = healthcheck?.test ?? [];
    const checkHere = check.map((part) =>
      part.replace(`127.0.0.1:${environment['SIMULATOR_PORT'] ?? ''}`, host),
    );
    assert.notDeepEqual(checkHere, check, 'the health check does not ask on the port of the simulator');
    assert.deepEqual(await runCommand(checkHere, { environment: {}, cwd: root }), { code: 0, output: '' });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    assert.equal((await runCommand(checkHere, { environment: {}, cwd: root })).code, 1);
  });
});
