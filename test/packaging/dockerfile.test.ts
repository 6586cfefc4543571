/** The image, as far as it goes without containers: its build in a folder, its commands as processes. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readSettings } from '../../src/config.ts';
import { startHealthServer } from '../../src/telemetry/health-server.ts';
import { runCommand } from './command.ts';
import { root } from './compose-file.ts';
import { readDockerfile } from './dockerfile.ts';

const dockerfile = readDockerfile(root);

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

  test('builds the worker and the simulator from nothing but what it copies', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'image-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const build = join(folder, 'build');
    const image = join(folder, 'image');
    for (const { sources, target } of dockerfile.copies) {
      for (const source of sources) {
        const to = target.endsWith('/') ? join(build, target, source) : join(build, target);
        cpSync(join(root, source), to, { recursive: true });
      }
    }
    symlinkSync(join(root, 'node_modules'), join(build, 'node_modules'));
    for (const command of [
      ['node', 'node_modules/typescript/bin/tsc', '-p', '.'],
      ['node', 'dist/scripts/build-workflow-bundle.js'],
    ]) {
      const { code, output } = await runCommand(command, { environment: {}, cwd: build });
      assert.equal(code, 0, `${command.join(' ')}: ${output}`);
    }

    mkdirSync(image);
    cpSync(join(root, 'package.json'), join(image, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(image, 'node_modules'));
    for (const { stage, source } of dockerfile.stageCopies) {
      const path = source.replace(/^\/app\//, '');
      if (stage === 'build') cpSync(join(build, path), join(image, path), { recursive: true });
    }
    const worker = await runCommand(dockerfile.command, { environment: dockerfile.environment, cwd: image });
    assert.equal(worker.code, 2, `without keys it says which settings are missing: ${worker.output}`);
    assert.match(worker.output, /MONGODB_ATLAS_PUBLIC_API_KEY and .* are missing/);
    const simulator = await runCommand(['node', 'dist/simulator/main.js', '--port', 'x'], {
      environment: dockerfile.environment,
      cwd: image,
    });
    assert.equal(simulator.code, 2, `it refuses a wrong port: ${simulator.output}`);
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
