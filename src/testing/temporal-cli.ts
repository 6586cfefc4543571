import { delimiter, join } from 'node:path';
import { runBuildCommand, runs } from './build-command.ts';
import { cacheFolder } from './cache-folder.ts';
import { downloadExecutable } from './download.ts';
import { installOnce, isExecutable } from './install-once.ts';
import type { Report } from './report.ts';

/** The version that is downloaded or built. Later ones, from 1.6.0 on, cannot be installed with `go install`. */
export const temporalCliVersion = '1.5.1';

export interface FindOptions {
  readonly report: Report;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where to download from instead of Temporal's own place. */
  readonly downloadFrom?: string;
}

/**
 * The path of a `temporal` program, which holds the dev server: TEMPORAL_CLI_PATH, else the one on PATH, else
 * our cache, else a download into it, else built into it with Go (3 to 6 minutes on two cores).
 * @throws Error that says what to install where none can be had.
 */
export async function findOrBuildTemporalCli(options: FindOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  const named = environment['TEMPORAL_CLI_PATH'];
  if (named !== undefined && named !== '') {
    if (await runs(named, ['--version'])) return named;
    throw new Error(`TEMPORAL_CLI_PATH is ${named}, which is no program that answers to --version`);
  }
  const onPath = await findOnPath('temporal', environment);
  if (onPath !== undefined && (await runs(onPath, ['--version']))) return onPath;
  return await installOnce({
    folder: join(cacheFolder(environment), `temporal-cli-${temporalCliVersion}`),
    executable: 'temporal',
    report: options.report,
    install: async (scratchFolder) => {
      const refusal = await download({ scratchFolder, options });
      if (refusal !== undefined) await build({ scratchFolder, options, refusal });
    },
  });
}

export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

interface Attempt {
  readonly scratchFolder: string;
  readonly options: FindOptions;
}

/** Returns why it could not be downloaded. */
async function download({ scratchFolder, options }: Attempt): Promise<string | undefined> {
  const destination = join(scratchFolder, 'temporal');
  try {
    await downloadExecutable({
      artifact: 'cli',
      version: `v${temporalCliVersion}`,
      title: 'The Temporal dev server',
      destination,
      scratchFolder,
      ...(options.downloadFrom === undefined ? {} : { from: options.downloadFrom }),
      report: options.report,
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return (await runs(destination, ['--version'])) ? undefined : 'what was downloaded does not run here';
}

async function build({
  scratchFolder,
  options,
  refusal,
}: Attempt & { readonly refusal: string }): Promise<void> {
  const environment = options.environment ?? process.env;
  const go = await findOnPath('go', environment);
  if (go === undefined) {
    throw new Error(
      `There is no Temporal dev server, and no way to get one: ${refusal}; Go, which could build it, is not on PATH. ` +
        'Install the Temporal CLI (https://docs.temporal.io/cli), or Go 1.24 or later, and try again.',
    );
  }
  options.report(
    `No Temporal dev server here yet: ${refusal}. Building ${temporalCliVersion} with Go, once: 3 to 6 minutes on two cores.`,
  );
  try {
    await runBuildCommand({
      title: 'Building the Temporal dev server with Go',
      command: go,
      arguments: ['install', '-v', `github.com/temporalio/cli/cmd/temporal@v${temporalCliVersion}`],
      environment: { ...environment, GOBIN: scratchFolder },
      lineMeans: 'packages so far',
      report: options.report,
    });
  } catch (error) {
    throw new Error(
      'The Temporal dev server could not be built with Go. Install the Temporal CLI (https://docs.temporal.io/cli) and try again. ' +
        (error instanceof Error ? error.message : String(error)),
      { cause: error },
    );
  }
}
