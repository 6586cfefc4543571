import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findOnPath } from '../../src/testing/temporal-cli.ts';
import { runCommand, startCommand, type RunningCommand } from '../packaging/command.ts';

/** PostgreSQL refuses to run as root, and wants its user to have a name. */
const user = 'nobody:65534';

export interface Database {
  /** For PATH: where PostgreSQL's own programs are. */
  readonly programs: string;
  query(sql: string, database: string): Promise<string>;
  stop(): Promise<number | null>;
}

/**
 * Does what the `postgres` image does with its variables at a first start (its `docker-entrypoint.sh`): makes a data
 * folder, a superuser with a password, and a database of the user's name. Debian's 'pg_isready' brings the programs.
 */
export async function startDatabase(options: {
  readonly folder: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}): Promise<Database> {
  const { POSTGRES_USER: owner = '', POSTGRES_PASSWORD: password = '' } = options.environment;
  const folder = join(options.folder, 'postgresql');
  await mkdir(folder);
  await chmod(options.folder, 0o755);
  await chmod(folder, 0o1777);
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  const programs = await postgresqlPrograms();
  const run = async (command: readonly string[], asOwner = true): Promise<string> => {
    const { code, output } = await runCommand([join(programs, command[0] ?? ''), ...command.slice(1)], {
      environment: { PGPASSWORD: password, LC_ALL: 'C.UTF-8' },
      cwd: folder,
      ...(asOwner ? { user } : {}),
    });
    if (code !== 0) throw new Error(`${command.join(' ')}: ${output}`);
    return output.trim();
  };
  const data = join(folder, 'data');
  const access = ['--auth=scram-sha-256', `--username=${owner}`, `--pwfile=${passwordFile}`];
  await run(['initdb', ...access, '--no-sync', `--pgdata=${data}`]);
  const server = startCommand(
    [join(programs, 'postgres'), '-D', data, '-h', '127.0.0.1', '-p', String(options.port), '-k', folder],
    { environment: {}, cwd: folder, user },
  );
  await becomesReady(server);
  const where = ['--host=127.0.0.1', `--port=${options.port}`, `--username=${owner}`];
  await run(['createdb', ...where, owner]);
  return {
    programs,
    query: (sql, database) =>
      run(['psql', ...where, '--no-psqlrc', '--tuples-only', '--no-align', `--command=${sql}`, database]),
    // SIGINT ends its clients' connections; SIGTERM would wait for them.
    stop: () => server.stop('SIGINT'),
  };
}

async function becomesReady(server: RunningCommand): Promise<void> {
  await server.until('being ready', () => server.output().includes('ready to accept connections'));
}

/** Debian keeps them in a folder for each version, out of PATH. */
async function postgresqlPrograms(): Promise<string> {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const folders = [
    ...versions.sort((one, other) => other - one).map((version) => join(debian, String(version), 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  for (const folder of folders) {
    const found = await findOnPath('initdb', { PATH: folder });
    if (found !== undefined) return folder;
  }
  throw new Error('PostgreSQL is missing. Install it and try again (Debian: apt-get install postgresql).');
}
