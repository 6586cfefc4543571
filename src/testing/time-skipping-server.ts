import { createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assembleTestServer, assembledTestServer } from './assemble-test-server.ts';
import { runs } from './build-command.ts';
import { cacheFolder } from './cache-folder.ts';
import { downloadExecutable } from './download.ts';
import { installOnce, isFolder } from './install-once.ts';
import { findOnPath } from './temporal-cli.ts';
import type { FindOptions } from './temporal-cli.ts';
import { testServerMends } from './test-server-mend.ts';

/** Released with the Java SDK of the same version. */
export const timeSkippingServerVersion = '1.38.0';

/** Another mend is another server. */
const mendFingerprint = createHash('sha256')
  .update(JSON.stringify(testServerMends))
  .digest('hex')
  .slice(0, 8);

/**
 * The path of Temporal's time-skipping test server, to be given to `TestWorkflowEnvironment.createTimeSkipping`
 * as `server.executable.path`: TEMPORAL_TEST_SERVER_PATH, else our cache, else made there from Maven's packages
 * and mended, which takes a few seconds and needs Java, else a download into it as it was released. Every way but
 * the first gives the same version.
 * @throws Error that says what to install where none can be had.
 */
export async function findOrBuildTimeSkippingServer(options: FindOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  const named = environment['TEMPORAL_TEST_SERVER_PATH'];
  if (named !== undefined && named !== '') return named;
  const name = `temporal-test-server-${timeSkippingServerVersion}-${mendFingerprint}`;
  return await installOnce({
    folder: join(cacheFolder(environment), name),
    executable: 'temporal-test-server',
    report: options.report,
    install: async (scratchFolder) => {
      const unmade = await assemble({ scratchFolder, options });
      if (unmade === undefined) return;
      const unloaded = await download({ scratchFolder, options });
      if (unloaded === undefined) return;
      throw new Error(
        `There is no time-skipping test server, and no way to get one: ${unmade}; ${unloaded}. ` +
          'Install Java 17 or later and Maven (Debian: apt-get install maven default-jre-headless) and try again.',
      );
    },
  });
}

/** Whether the server at this path was mended: see `testServerMends`. */
export async function isMendedTestServer(path: string): Promise<boolean> {
  return await isFolder(join(dirname(path), 'mended'));
}

interface Attempt {
  readonly scratchFolder: string;
  readonly options: FindOptions;
}

/** Returns why it could not be made. */
async function assemble({ scratchFolder, options }: Attempt): Promise<string | undefined> {
  const environment = options.environment ?? process.env;
  const [maven, java] = await Promise.all(['mvn', 'java'].map((name) => findOnPath(name, environment)));
  if (maven === undefined || java === undefined || !(await runs(java, ['-version'])))
    return "Maven and Java, which could make it of Maven's packages, are not on PATH";
  options.report("No time-skipping test server here yet. Making it of Maven's packages, once.");
  try {
    await assembleTestServer({
      version: timeSkippingServerVersion,
      folder: scratchFolder,
      maven,
      java,
      environment,
      report: options.report,
    });
    await writeLauncher(scratchFolder, `${assembledTestServer} "$@"`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Returns why it could not be downloaded. */
async function download({ scratchFolder, options }: Attempt): Promise<string | undefined> {
  try {
    await mkdir(join(scratchFolder, 'native'));
    await downloadExecutable({
      artifact: 'temporal-test-server',
      version: `v${timeSkippingServerVersion}`,
      title: 'The time-skipping test server',
      destination: join(scratchFolder, 'native', 'temporal-test-server'),
      scratchFolder,
      ...(options.downloadFrom === undefined ? {} : { from: options.downloadFrom }),
      report: options.report,
    });
    await writeLauncher(scratchFolder, '"$here/native/temporal-test-server" "$@"');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The SDK starts the server and stops it, but a test that is killed cannot: so the launcher leaves a watcher
 * behind, which ends the server within a second of its parent and itself within a second of the server.
 */
async function writeLauncher(folder: string, program: string): Promise<void> {
  const path = join(folder, 'temporal-test-server');
  await writeFile(
    path,
    `#!/bin/sh
here=$(dirname "$0")
parent=$PPID
server=$$
(
  while kill -0 "$parent" && kill -0 "$server"; do sleep 1; done
  kill -KILL "$server"
) </dev/null >/dev/null 2>&1 &
exec ${program}
`,
  );
  await chmod(path, 0o755);
}
