/** The programs of the Temporal images that the compose file names, for machines without a container engine. */
import { cp, mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { runBuildCommand } from '../src/testing/build-command.ts';
import { cacheFolder } from '../src/testing/cache-folder.ts';
import { installOnce } from '../src/testing/install-once.ts';
import type { Report } from '../src/testing/report.ts';
import { findOnPath } from '../src/testing/temporal-cli.ts';

const execute = promisify(execFile);

/** What the images are built from; Go's module proxy has it at the images' own versions. */
const serverModule = 'go.temporal.io/server';
const uiModule = 'github.com/temporalio/ui-server/v2';

/** The image's files that say how it starts and which variables it reads, as paths in its module. */
const serverFiles = ['docker/scripts/sh/entrypoint.sh', 'common/config/config_template_embedded.yaml'];
const uiFiles = ['docker/start-ui-server.sh', 'config/docker.yaml'];

export interface TemporalImages {
  /** For PATH: holds `temporal-server`, `temporal-sql-tool` and `ui-server`. */
  readonly programs: string;
  /** Of `temporalio/server`: what its container runs. */
  readonly serverEntrypoint: string;
  /** Of `temporalio/server`: makes its settings of the environment. */
  readonly serverTemplate: string;
  /** Of `temporalio/ui`: what its container runs. */
  readonly uiEntrypoint: string;
  /** Of `temporalio/ui`: makes its settings of the environment. */
  readonly uiTemplate: string;
}

/**
 * Builds the server, its SQL tool and the Web UI's server at the versions of the compose file's tags, once, into
 * the cache folder. Takes 4 minutes on two cores.
 * @throws Error that says what to install where they cannot be built
 */
export async function buildTemporalImages(options: {
  readonly root: string;
  readonly report: Report;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<TemporalImages> {
  const environment = options.environment ?? process.env;
  const composeFile = await readFile(join(options.root, 'docker-compose.yml'), 'utf8');
  const server = imageTag(composeFile, 'temporalio/server');
  const ui = imageTag(composeFile, 'temporalio/ui');
  const program = await installOnce({
    folder: join(cacheFolder(environment), `temporal-images-${server}-${ui}`),
    executable: 'programs/temporal-server',
    report: options.report,
    install: async (scratchFolder) => {
      const build = { scratchFolder, environment, report: options.report, go: await findGo(environment) };
      await buildServer(build, server);
      await buildUi(build, ui);
    },
  });
  const folder = dirname(dirname(program));
  return {
    programs: dirname(program),
    serverEntrypoint: join(folder, 'server/docker/scripts/sh/entrypoint.sh'),
    serverTemplate: join(folder, 'server/common/config/config_template_embedded.yaml'),
    uiEntrypoint: join(folder, 'ui/docker/start-ui-server.sh'),
    uiTemplate: join(folder, 'ui/config/docker.yaml'),
  };
}

/** The one exact version that the compose file names of an image. */
export function imageTag(composeFile: string, image: string): string {
  const tags = [...composeFile.matchAll(/^ *image: (?<image>[^:\s]+):(?<tag>\S+)$/gm)]
    .filter(({ groups }) => groups?.['image'] === image)
    .map(({ groups }) => groups?.['tag'] ?? '');
  const [tag, ...others] = new Set(tags);
  if (tag === undefined || others.length > 0 || !/^\d+\.\d+\.\d+$/.test(tag)) {
    throw new Error(
      `docker-compose.yml must name one exact version of ${image}, not ${tags.join(' and ') || 'none'}`,
    );
  }
  return tag;
}

interface Build {
  readonly scratchFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly go: string;
}

async function buildServer(build: Build, version: string): Promise<void> {
  const commands = ['cmd/server', 'cmd/tools/sql'].map((path) => `${serverModule}/${path}@v${version}`);
  const made = await goInstall(build, `Building the Temporal server ${version} with Go`, commands);
  const programs = join(build.scratchFolder, 'programs');
  await mkdir(programs);
  await rename(join(made, 'sql'), join(programs, 'temporal-sql-tool'));
  await copySources(build, {
    module: `${serverModule}@v${version}`,
    files: serverFiles,
    to: join(build.scratchFolder, 'server'),
  });
  await rename(join(made, 'server'), join(programs, 'temporal-server'));
}

async function buildUi(build: Build, version: string): Promise<void> {
  const module = `${uiModule}@v${version}`;
  const command = `${uiModule}/cmd/server@v${version}`;
  const made = await goInstall(build, `Building the Temporal Web UI ${version} with Go`, [command]);
  await rename(join(made, 'server'), join(build.scratchFolder, 'programs', 'ui-server'));
  await copySources(build, { module, files: uiFiles, to: join(build.scratchFolder, 'ui') });
}

/** Returns the folder that the programs are in. */
async function goInstall(build: Build, title: string, commands: readonly string[]): Promise<string> {
  const made = join(build.scratchFolder, 'made');
  await runBuildCommand({
    title,
    command: build.go,
    arguments: ['install', '-v', ...commands],
    environment: { ...build.environment, GOBIN: made },
    lineMeans: 'packages so far',
    report: build.report,
  });
  return made;
}

const moduleSchema = v.object({ Dir: v.string() });

async function copySources(
  build: Build,
  { module, files, to }: { readonly module: string; readonly files: readonly string[]; readonly to: string },
): Promise<void> {
  const { stdout } = await execute(build.go, ['mod', 'download', '-json', module], {
    env: build.environment,
    cwd: build.scratchFolder,
  });
  const { Dir: folder } = v.parse(moduleSchema, JSON.parse(stdout));
  for (const file of files) await cp(join(folder, file), join(to, file));
}

async function findGo(environment: NodeJS.ProcessEnv): Promise<string> {
  const go = await findOnPath('go', environment);
  if (go !== undefined) return go;
  throw new Error(
    "Go, which builds the programs of Temporal's images, is not on PATH. Install Go 1.26 or later and try again.",
  );
}
