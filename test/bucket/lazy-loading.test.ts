/** Goal: who opens no bucket never loads a vendor's library. Method: a fresh process imports a room and lists what was loaded. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const vendors = /[\\/]node_modules[\\/](?:@aws-sdk|@smithy|@azure|@google-cloud)[\\/]/;

/** Files of the vendors' that Node has loaded, ES modules by a hook and CommonJS by its own cache. */
function vendorFilesLoaded(code: string): string[] {
  const hook = `
    import { register, createRequire } from 'node:module';
    import { MessageChannel } from 'node:worker_threads';
    const { port1, port2 } = new MessageChannel();
    const loaded = [];
    port1.on('message', (url) => loaded.push(url));
    port1.unref();
    const hooks = 'let port; export const initialize = (given) => { port = given; }; export const load = (url, context, next) => { port.postMessage(url); return next(url, context); };';
    register('data:text/javascript,' + encodeURIComponent(hooks), { data: port2, transferList: [port2] });
    ${code}
    await new Promise((resolve) => setTimeout(resolve, 50));
    const require = createRequire(import.meta.url);
    process.stdout.write(JSON.stringify([...loaded, ...Object.keys(require.cache)]));
  `;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', hook], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
  const files: string[] = JSON.parse(run.stdout);
  assert.ok(files.length > 0, 'nothing was seen to be loaded at all');
  return files.filter((file) => vendors.test(file));
}

describe("the vendors' libraries", () => {
  for (const module of [
    'client.js',
    'worker/main.js',
    'bucket/index.js',
    'proof/index.js',
    'manifest-store/index.js',
  ]) {
    it(`are not loaded by dist/src/${module}`, () => {
      assert.deepEqual(vendorFilesLoaded(`await import('./dist/src/${module}');`), []);
    });
  }

  it('are loaded when a bucket is opened, and then only the one', () => {
    const open = `const { openBucket } = await import('./dist/src/bucket/index.js');
      await openBucket({ provider: 'AWS', bucketName: 'archive', region: 'us-east-1' });`;
    const files = vendorFilesLoaded(open);
    assert.ok(files.some((file) => file.includes('@aws-sdk')));
    assert.ok(!files.some((file) => file.includes('@azure') || file.includes('@google-cloud')));
  });
});
