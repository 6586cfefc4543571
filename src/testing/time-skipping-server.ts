import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runBuildCommand, runs } from './build-command.ts';
import { cacheFolder } from './cache-folder.ts';
import { downloadExecutable } from './download.ts';
import { installOnce } from './install-once.ts';
import { findOnPath } from './temporal-cli.ts';
import type { FindOptions } from './temporal-cli.ts';

/** Released with the Java SDK of the same version. */
export const timeSkippingServerVersion = '1.38.0';

const mavenDependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/**
 * The path of Temporal's time-skipping test server, to be given to `TestWorkflowEnvironment.createTimeSkipping`
 * as `server.executable.path`: TEMPORAL_TEST_SERVER_PATH, else our cache, else a download into it, else made
 * there from Maven's packages, which takes a few seconds and needs Java. Every way but the first gives the
 * same version, so that a test does not depend on which machine it runs on.
 * @throws Error that says what to install where none can be had.
 */
export async function findOrBuildTimeSkippingServer(options: FindOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  const named = environment['TEMPORAL_TEST_SERVER_PATH'];
  if (named !== undefined && named !== '') return named;
  return await installOnce({
    folder: join(cacheFolder(environment), `temporal-test-server-${timeSkippingServerVersion}`),
    executable: 'temporal-test-server',
    report: options.report,
    install: async (scratchFolder) => {
      const refusal = await download({ scratchFolder, options });
      if (refusal !== undefined) await assemble({ scratchFolder, options, refusal });
    },
  });
}

interface Attempt {
  readonly scratchFolder: string;
  readonly options: FindOptions;
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

async function assemble({
  scratchFolder,
  options,
  refusal,
}: Attempt & { readonly refusal: string }): Promise<void> {
  const environment = options.environment ?? process.env;
  const maven = await findOnPath('mvn', environment);
  if (maven === undefined || !(await runs('java', ['-version']))) {
    throw new Error(
      `There is no time-skipping test server, and no way to get one: ${refusal}; Maven and Java, which could, are not on PATH. ` +
        'Install Java 17 or later and Maven (Debian: apt-get install maven default-jre-headless) and try again.',
    );
  }
  options.report(`No time-skipping test server here yet: ${refusal}. Taking it from Maven's packages, once.`);
  await writeFile(join(scratchFolder, 'pom.xml'), pom);
  await runBuildCommand({
    title: 'Taking the time-skipping test server from Maven',
    command: maven,
    arguments: [
      '--batch-mode',
      '--quiet',
      `--file=${join(scratchFolder, 'pom.xml')}`,
      `${mavenDependencyPlugin}:copy-dependencies`,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(scratchFolder, 'lib')}`,
    ],
    environment,
    report: options.report,
  });
  const java = '"${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m';
  await writeLauncher(scratchFolder, `${java} -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"`);
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>atlas-export-worker</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${timeSkippingServerVersion}</version>
    </dependency>
  </dependencies>
</project>
`;

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
