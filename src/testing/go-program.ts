import { join } from 'node:path';
import { runBuildCommand } from './build-command.ts';
import { cacheFolder } from './cache-folder.ts';
import { installOnce } from './install-once.ts';
import type { Report } from './report.ts';
import { findOnPath } from './temporal-cli.ts';

export interface GoProgram {
  /** Name of the program that comes out, for example "versitygw". */
  readonly name: string;
  /** What Go installs, for example "github.com/versity/versitygw/cmd/versitygw". */
  readonly module: string;
  /** One version, for example "v1.8.0". */
  readonly version: string;
  /** What a person reads while it is built, for example "The S3 server". */
  readonly title: string;
}

export interface GoProgramOptions {
  readonly report: Report;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * The path of a program that is built with Go once and then kept in our cache.
 * @throws Error that says what to install where it cannot be built.
 */
export async function findOrBuildGoProgram(program: GoProgram, options: GoProgramOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  return await installOnce({
    folder: join(cacheFolder(environment), `${program.name}-${program.version}`),
    executable: program.name,
    report: options.report,
    install: async (scratchFolder) => {
      const go = await findOnPath('go', environment);
      if (go === undefined) {
        throw new Error(
          `${program.title} (${program.name}) is built with Go, which is not on PATH. Install Go 1.24 or later.`,
        );
      }
      await runBuildCommand({
        title: `${program.title}: building ${program.name} ${program.version} with Go, once`,
        command: go,
        arguments: ['install', '-v', `${program.module}@${program.version}`],
        environment: { ...environment, GOBIN: scratchFolder },
        lineMeans: 'packages so far',
        report: options.report,
      });
    },
  });
}
