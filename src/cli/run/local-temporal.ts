import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../config.ts';
import { startDevServer } from '../../testing/dev-server.ts';
import type { Output } from '../output.ts';
import { dataFolder } from './data-folder.ts';
import { lockData } from './data-lock.ts';

/** The Temporal server that a `run` works with. */
export interface RunTemporal {
  /** The environment in which client and worker find it. */
  readonly environment: Environment;
  /** Where its state and the worker's log are. */
  readonly folder: string;
  /** Whether it is this process's own, and ends with it. */
  readonly own: boolean;
  close(): Promise<void>;
}

/** The server that `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` names, else one of our own on the user's data file. */
export async function temporalForRun(environment: Environment, output: Output): Promise<RunTemporal> {
  const folder = dataFolder(environment);
  const named = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE'].some((name) => (environment[name] ?? '') !== '');
  if (named) return { environment, folder, own: false, close: async () => {} };
  const lock = await lockData(folder);
  try {
    const server = await startDevServer({
      dbFilename: join(folder, 'temporal.db'),
      report: (line) => output.note(line),
    });
    if (server.pid !== undefined) await lock.announce({ pid: server.pid, address: server.address });
    return {
      environment: await localEnvironment(environment, { folder, address: server.address }),
      folder,
      own: true,
      close: async () => {
        await server.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A person's own Temporal settings, the configuration file included, are not for this server. */
async function localEnvironment(
  environment: Environment,
  { folder, address }: { folder: string; address: string },
): Promise<Environment> {
  const configuration = join(folder, 'temporal.toml');
  await writeFile(configuration, '[profile.default]\n');
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(others), TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: configuration };
}
