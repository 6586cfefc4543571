import { runBuildCommand } from '../src/testing/build-command.ts';
import type { Report } from '../src/testing/report.ts';
import { findOnPath } from '../src/testing/temporal-cli.ts';

/** Program → Debian's package. */
const debianPackages: Record<string, string> = {
  busybox: 'busybox',
  chromium: 'chromium',
  'docker-compose': 'docker-compose',
  java: 'default-jre-headless',
  mvn: 'maven',
  nc: 'netcat-openbsd',
  pg_isready: 'postgresql',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  python3: 'python3-venv',
};

export interface EnsureProgramsOptions {
  readonly report: Report;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** @default whether this process is root's */
  readonly isRoot?: boolean;
}

/**
 * Makes sure that programs are on PATH, by Debian's packages where this is Debian and we are root.
 * @throws Error that names what is missing and how to install it.
 */
export async function ensurePrograms(
  programs: readonly string[],
  options: EnsureProgramsOptions,
): Promise<void> {
  const environment = options.environment ?? process.env;
  const missing: string[] = [];
  for (const program of programs) {
    if ((await findOnPath(program, environment)) === undefined) missing.push(program);
  }
  if (missing.length === 0) return;
  await installPackages(
    [...new Set(missing.map((program) => debianPackages[program] ?? program))],
    `${missing.join(' and ')} on PATH`,
    options,
  );
}

/** For a program that is there and lacks what Debian has put into a package of its own. */
export async function installPackages(
  packages: readonly string[],
  needed: string,
  options: EnsureProgramsOptions,
): Promise<void> {
  const environment = options.environment ?? process.env;
  const aptGet = await findOnPath('apt-get', environment);
  if (aptGet === undefined || !(options.isRoot ?? process.getuid?.() === 0)) {
    throw new Error(
      `The tests need ${needed}. Install it and try again (Debian: apt-get install ${packages.join(' ')}).`,
    );
  }
  options.report(`Installing ${packages.join(' and ')} from Debian's packages`);
  const install = async (aptArguments: string[]): Promise<void> => {
    await runBuildCommand({
      title: `Installing ${packages.join(' and ')}`,
      command: aptGet,
      arguments: aptArguments,
      environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
      report: options.report,
    });
  };
  await install(['update']);
  await install(['install', '--yes', '--no-install-recommends', ...packages]);
}
