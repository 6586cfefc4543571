/** The image, as far as it goes without containers: its build in a folder, its commands as processes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as v from 'valibot';
import { readSettings } from '../../src/config.ts';
import { startHealthServer } from '../../src/telemetry/health-server.ts';
import { freePort } from '../../src/testing/free-port.ts';
import { startDevServer } from '../../src/testing/dev-server.ts';
import { runCommand, startCommand, type CommandOptions } from './command.ts';
import { root } from './compose-file.ts';
import { readDockerfile } from './dockerfile.ts';
import { buildImage, type BuiltImage } from './image-build.ts';

const dockerfile = readDockerfile(root);
const lockSchema = v.object({
  packages: v.record(v.string(), v.object({ dev: v.optional(v.boolean()) })),
});

describe('the Dockerfile', () => {
  test('copies only what is there and what .dockerignore lets through', () => {
    const letThrough = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1).replace(/\/\*\*$/, '')] : []));
    for (const source of dockerfile.copies.flatMap(({ sources }) => sources)) {
      assert.ok(existsSync(join(root, source)), `${source} is not there`);
      assert.ok(letThrough.includes(source), `${source} is kept out by .dockerignore`);
    }
  });

  test('runs as a user that is not root, given as a number', () => {
    assert.match(dockerfile.user, /^[1-9]\d*:[1-9]\d*$/);
  });

  test('has an environment that the worker accepts', () => {
    const settings = readSettings({
      ...dockerfile.environment,
      MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
      MONGODB_ATLAS_PRIVATE_API_KEY: 'a-private-key',
    });
    assert.equal(settings.httpHost, '0.0.0.0');
    assert.equal(String(settings.httpPort), dockerfile.exposed);
  });

  describe('built', () => {
    let image: BuiltImage;
    before(async () => {
      image = await buildImage(dockerfile);
    });
    after(() => rmSync(image.folder, { recursive: true, force: true }));

    /** As the container does, but for Node's place and with the test's own settings. */
    const inImage = (command: readonly string[]): readonly string[] =>
      command.map((part, index) => (index === 0 && part === 'node' ? image.node : part));
    const options = (settings: Record<string, string> = {}): CommandOptions => ({
      environment: { ...dockerfile.environment, HOME: '/nonexistent', ...settings },
      cwd: image.app,
      user: dockerfile.user,
    });

    test('holds no package that only development needs', () => {
      const { packages } = v.parse(
        lockSchema,
        JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
      );
      const development = Object.entries(packages).filter(([, { dev }]) => dev === true);
      assert.ok(development.length > 0);
      for (const [path] of development) assert.ok(!existsSync(join(image.app, path)), path);
    });

    test('holds the native core of one platform', () => {
      assert.equal(readdirSync(join(image.app, 'node_modules/@temporalio/core-bridge/releases')).length, 1);
    });

    test('says which settings are missing, and refuses a wrong port of the simulator', async () => {
      const worker = await runCommand(inImage(dockerfile.command), options());
      assert.equal(worker.code, 2, worker.output);
      assert.match(worker.output, /MONGODB_ATLAS_PUBLIC_API_KEY and .* are missing/);
      const simulator = ['node', 'dist/simulator/main.js', '--port', 'x'];
      assert.equal((await runCommand(inImage(simulator), options())).code, 2);
    });

    test('starts worker and simulator as its user: both healthy, the worker ready, and both stop in good order', async (t) => {
      const server = await startDevServer({ report: (line) => process.stderr.write(`${line}\n`) });
      t.after(() => server.stop());
      const simulator = startCommand(
        inImage(['node', 'dist/simulator/main.js']),
        options({ SIMULATOR_PORT: '0' }),
      );
      t.after(() => simulator.stop('SIGKILL'));
      const atlas = await simulator.until(
        'its address',
        () => /http:\/\/127\.0\.0\.1:\d+/.exec(simulator.output())?.[0],
      );
      const settings = {
        TEMPORAL_ADDRESS: server.address,
        MONGODB_ATLAS_BASE_URL: atlas,
        MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh',
        MONGODB_ATLAS_PRIVATE_API_KEY: 'a-private-key',
        ATLAS_EXPORT_HTTP_HOST: '127.0.0.1',
        ATLAS_EXPORT_HTTP_PORT: String(await freePort()),
      };
      const worker = startCommand(inImage(dockerfile.command), options(settings));
      t.after(() => worker.stop('SIGKILL'));
      const health = inImage(dockerfile.healthCommand);
      await worker.until('health', async () => (await runCommand(health, options(settings))).code === 0);
      const ready = `http://127.0.0.1:${settings.ATLAS_EXPORT_HTTP_PORT}/readyz`;
      await worker.until('readiness', async () => (await fetch(ready)).ok);
      assert.equal(await worker.stop(), 0, worker.output());
      assert.equal(await simulator.stop(), 0, simulator.output());
    });
  });

  test('has a health check that passes while the health server answers, and fails when it has ended', async () => {
    const server = await startHealthServer({
      host: '127.0.0.1',
      port: 0,
      readiness: () => ({ ready: false, state: 'no answer from Temporal' }),
      metrics: () => Promise.resolve(''),
    });
    const environment = { ATLAS_EXPORT_HTTP_PORT: server.address.split(':')[1] ?? '' };
    try {
      const healthy = await runCommand(dockerfile.healthCommand, { environment, cwd: root });
      assert.deepEqual(healthy, { code: 0, output: '' });
    } finally {
      await server.close();
    }
    assert.equal((await runCommand(dockerfile.healthCommand, { environment, cwd: root })).code, 1);
  });
});
