/** The worker loads the bundle that belongs to its code, or none. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileBody, hostileDocument } from '../hostile/hostile-values.ts';
import {
  loadWorkflowBundle,
  WorkflowBundleError,
  writeWorkflowBundle,
} from '../../src/worker/workflow-bundle.ts';

describe('the workflow bundle', () => {
  let folder = '';
  let bundleFile = '';
  let manifestFile = '';
  let bundle = '';
  let manifest: Record<string, unknown> = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workflow-bundle-'));
    bundleFile = (await writeWorkflowBundle({ folder })).path;
    manifestFile = bundleFile.replace(/\.js$/, '.json');
    bundle = await readFile(bundleFile, 'utf8');
    manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    await writeFile(bundleFile, bundle);
    await writeFile(manifestFile, JSON.stringify(manifest));
  });

  async function refused(reason: RegExp): Promise<void> {
    await assert.rejects(loadWorkflowBundle({ folder }), (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'WORKFLOW_BUNDLE_INVALID');
      assert.match(error.message, reason);
      assert.match(error.message, /run "npm run build"/);
      return true;
    });
  }

  test('is loaded as it was built, with the interceptor that puts ids on log lines', async () => {
    const { code } = await loadWorkflowBundle({ folder });
    assert.equal(code, bundle);
    assert.match(code, /log-attributes/);
  });

  test('has a build id of release and workflow sources, the same wherever it is built', async () => {
    const { buildId } = await loadWorkflowBundle({ folder });
    const { buildId: builtBesideTheCode } = await loadWorkflowBundle();
    assert.match(buildId, /^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    assert.equal(buildId, builtBesideTheCode);
    assert.ok(String(manifest['sources']).startsWith(buildId.split('-')[1] ?? 'none'));
  });

  test('is refused where it is missing', async () => {
    await rm(bundleFile);
    await refused(/is missing/);
  });

  test('is refused without a manifest that can be read', async () => {
    await writeFile(manifestFile, '{"sdkVersion":');
    await refused(/is missing/);
  });

  test('is refused where a folder stands in its place', async () => {
    await rm(manifestFile);
    await mkdir(manifestFile);
    try {
      await refused(/cannot be read \(EISDIR\)/);
    } finally {
      await rm(manifestFile, { recursive: true });
    }
  });

  test('is loaded or refused in few words, whatever stands in its manifest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostileDocument(manifest), hostileBody()), async (text) => {
        await writeFile(manifestFile, text);
        try {
          assert.equal((await loadWorkflowBundle({ folder })).code, bundle);
        } catch (error) {
          assert.ok(error instanceof WorkflowBundleError, String(error));
          assert.ok(error.message.length < 1_000, `${error.message.length} characters`);
        }
      }),
      PROPERTY_LIMITS,
    );
  });

  test('is refused when one byte of it has changed', async () => {
    await writeFile(bundleFile, `${bundle} `);
    await refused(/is damaged/);
  });

  test('is refused when the sources beside the worker are others', async () => {
    await writeFile(manifestFile, JSON.stringify({ ...manifest, sources: '0'.repeat(64) }));
    await refused(/made from other sources/);
  });

  test('is refused when another version of the SDK made it', async () => {
    await writeFile(manifestFile, JSON.stringify({ ...manifest, sdkVersion: '1.0.0' }));
    await refused(/made by Temporal SDK 1\.0\.0/);
  });
});
