import { createWriteStream } from 'node:fs';
import { chmod, copyFile, rm } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { runBuildCommand } from './build-command.ts';
import type { Report } from './report.ts';

const answerTimeoutMs = 5_000;
const archiveTimeoutMs = 10 * 60 * 1000;

/** Where Temporal's SDKs download their servers from. */
export const temporalDownloads = 'https://temporal.download';

/** What that place answers (`DownloadInfo` in the SDKs' core). */
const downloadInfoSchema = v.object({
  archiveUrl: v.pipe(v.string(), v.url(), v.maxLength(2_000)),
  fileToExtract: v.pipe(v.string(), v.regex(/^[\w.][\w./-]*$/, 'a relative path'), v.excludes('..')),
});

export interface ExecutableDownload {
  /** The name of the thing at the place it comes from. */
  readonly artifact: 'cli' | 'temporal-test-server';
  /** A fixed version, for example "v1.5.1": the same one that would be built otherwise. */
  readonly version: string;
  readonly title: string;
  /** Where the program goes, as a whole path. */
  readonly destination: string;
  readonly scratchFolder: string;
  readonly from?: string;
  readonly report: Report;
}

/**
 * Downloads a program of Temporal's, in the way the SDKs do, but with a fixed version and short time-outs.
 * @throws Error that says in one line why it cannot be had.
 */
export async function downloadExecutable(download: ExecutableDownload): Promise<void> {
  const { archiveUrl, fileToExtract } = await askWhere(download);
  const archive = join(download.scratchFolder, 'download.tar.gz');
  download.report(`${download.title}: downloading ${download.version}`);
  const response = await get(archiveUrl, archiveTimeoutMs);
  if (response.body === null) throw new Error('the archive is empty');
  await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
  await runBuildCommand({
    title: `${download.title}: unpacking`,
    command: 'tar',
    arguments: ['-xzf', archive, '-C', download.scratchFolder, fileToExtract],
    report: download.report,
  });
  await rm(archive);
  const extracted = join(download.scratchFolder, fileToExtract);
  if (extracted !== download.destination) {
    await copyFile(extracted, download.destination);
    await rm(extracted);
  }
  await chmod(download.destination, 0o755);
}

async function askWhere(download: ExecutableDownload): Promise<v.InferOutput<typeof downloadInfoSchema>> {
  const url = new URL(`${download.from ?? temporalDownloads}/${download.artifact}/${download.version}`);
  url.searchParams.set('arch', arch() === 'x64' ? 'amd64' : arch());
  url.searchParams.set('platform', platform());
  url.searchParams.set('format', 'tar.gz');
  const response = await get(url.href, answerTimeoutMs);
  const parsed = v.safeParse(downloadInfoSchema, await response.json());
  if (!parsed.success) throw new Error(`${url.host} answered something else than where the archive is`);
  return parsed.output;
}

async function get(url: string, timeoutMs: number): Promise<Response> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return response;
  } catch (error) {
    throw new Error(`${new URL(url).host} cannot be reached (${reason(error)})`, { cause: error });
  }
}

/** fetch hides the reason (no such host, connection refused) one level down. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}
