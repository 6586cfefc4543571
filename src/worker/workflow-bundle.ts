import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';
import type { Logger } from '@temporalio/common';
import * as v from 'valibot';
import { sdkVersion } from './sdk-version.ts';
import { version } from './version.ts';

/** Compiled sources, where `workflows/` and `contract/` are. */
const sourceFolder = fileURLToPath(new URL('..', import.meta.url));

/** Everything a workflow is made of: lint keeps workflow code from importing anything else of ours. */
const workflowFolders = ['contract', 'workflows'];

const bundleName = 'workflow-bundle.js';
const manifestName = 'workflow-bundle.json';

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** What is written beside a bundle, to know it again. */
const manifestSchema = v.object({
  /** The SDK's version; another one may not run the bundle. */
  sdkVersion: v.pipe(v.string(), v.regex(/^[\w.+-]{1,40}$/)),
  /** Of the compiled sources it was made from. */
  sources: sha256,
  /** Of the bundle. */
  bundle: sha256,
});

type BundleManifest = v.InferOutput<typeof manifestSchema>;

/** A bundle that belongs to this code, and the name of the build that it makes together with it. */
export interface BuiltWorkflows extends WorkflowBundle {
  /** See {@link buildIdOf}. */
  readonly buildId: string;
}

/** The workflow bundle is missing or is not the one that belongs to this code. `npm run build` makes it. */
export class WorkflowBundleError extends Error {
  override readonly name = 'WorkflowBundleError';
  readonly code = 'WORKFLOW_BUNDLE_INVALID';

  constructor(what: string) {
    super(`${what}; run "npm run build", which makes it anew`);
  }
}

/** Bundles the workflows and the interceptors that run with them. Takes a few seconds. */
export async function bundleWorkflows({ logger }: { logger?: Logger } = {}): Promise<WorkflowBundle> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(sourceFolder, 'workflows', 'index.js'),
    workflowInterceptorModules: [join(sourceFolder, 'workflows', 'log-attributes.js')],
    ...(logger === undefined ? {} : { logger }),
  });
  return { code };
}

/** Bundles and writes bundle and manifest into `folder`; the manifest last, and each file at one stroke. */
export async function writeWorkflowBundle({
  folder = sourceFolder,
  logger,
}: { folder?: string; logger?: Logger } = {}): Promise<{ path: string; bytes: number }> {
  // Before bundling: sources that change meanwhile make the bundle invalid rather than wrong.
  const sources = await sourcesHash();
  const { code } = await bundleWorkflows(logger === undefined ? {} : { logger });
  const manifest: BundleManifest = { sdkVersion, sources, bundle: hashOf(code) };
  await mkdir(folder, { recursive: true });
  const path = join(folder, bundleName);
  await replaceFile(path, code);
  await replaceFile(join(folder, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return { path, bytes: Buffer.byteLength(code) };
}

/**
 * The bundle that `npm run build` made. A worker never bundles at its start: it would need seconds and a bundler,
 * and could run other workflow code than what was built, tested and replayed. File times say nothing (checkouts,
 * images and packages rewrite them), so what counts is content: the hash of the compiled sources, of the bundle,
 * and the SDK's version.
 *
 * @throws {WorkflowBundleError} where it is missing, damaged, or made from other sources or by another SDK
 */
export async function loadWorkflowBundle({ folder = sourceFolder } = {}): Promise<BuiltWorkflows> {
  const path = join(folder, bundleName);
  const [code, manifest] = await Promise.all([readText(path), readManifest(join(folder, manifestName))]);
  if (code === undefined || manifest === undefined)
    throw new WorkflowBundleError(`${path} or its manifest is missing`);
  if (manifest.sdkVersion !== sdkVersion) {
    throw new WorkflowBundleError(
      `${path} was made by Temporal SDK ${manifest.sdkVersion}, and this is ${sdkVersion}`,
    );
  }
  if (manifest.bundle !== hashOf(code)) throw new WorkflowBundleError(`${path} is damaged`);
  if (manifest.sources !== (await sourcesHash())) {
    throw new WorkflowBundleError(`${path} was made from other sources than the ones beside it`);
  }
  return { code, buildId: buildIdOf(manifest) };
}

/**
 * The release and the workflow code in it: `0.1.0-50f8e5a39a51`. From the sources, not from the bundle, which holds
 * paths of the machine that made it: the same release has the same build id wherever it was built.
 */
function buildIdOf({ sources }: BundleManifest): string {
  return `${version}-${sources.slice(0, 12)}`;
}

async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of workflowFolders) {
    const names = await readdir(join(sourceFolder, folder), { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.js')).sort()) {
      hash.update(`${folder}/${name}\0`);
      hash.update(await readFile(join(sourceFolder, folder, name)));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function readManifest(path: string): Promise<BundleManifest | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return v.is(manifestSchema, parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw new WorkflowBundleError(`${path} cannot be read (${String(code)})`);
  }
}

async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
