/** The compose file as docker-compose understands it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';

const execute = promisify(execFile);

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** `[address:]published:target[/tcp]`; docker-compose writes a port without an address as an object. */
const portSchema = v.union([
  v.string(),
  v.pipe(
    v.object({ published: v.optional(v.number()), target: v.number() }),
    v.transform(({ published, target }) => `${published ?? ''}:${target}`),
  ),
]);

const serviceSchema = v.object({
  image: v.string(),
  build: v.optional(v.object({ context: v.string() })),
  entrypoint: v.optional(v.array(v.string()), []),
  command: v.optional(v.array(v.string()), []),
  environment: v.optional(v.record(v.string(), v.string()), {}),
  ports: v.optional(v.array(portSchema), []),
  depends_on: v.optional(v.record(v.string(), v.object({ condition: v.string() })), {}),
  healthcheck: v.optional(v.object({ test: v.array(v.string()) })),
  stop_grace_period: v.optional(v.string()),
});

const composeSchema = v.object({ services: v.record(v.string(), serviceSchema) });

export type ComposeService = v.InferOutput<typeof serviceSchema>;

/**
 * What `docker-compose config` makes of the file: anchors and variables resolved. Nothing of this process's
 * environment gets in, and no `.env` file either, so what counts is the file.
 * @throws Error with docker-compose's own words where it refuses the file, and how to install it where it is missing
 */
export async function composeServices(
  environment: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, ComposeService>> {
  const folder = await mkdtemp(join(tmpdir(), 'compose-'));
  try {
    const noVariables = join(folder, 'env');
    await writeFile(noVariables, '');
    const yaml = await run('docker-compose', {
      arguments: ['--env-file', noVariables, '--file', 'docker-compose.yml', '--profile', 'atlas', 'config'],
      environment,
    });
    const resolved = join(folder, 'resolved.yml');
    await writeFile(resolved, yaml);
    const json = await run('/usr/bin/python3', {
      arguments: [
        '-c',
        'import json,sys,yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)',
        resolved,
      ],
      environment: {},
    });
    // What it prints is a compose file again, in which a dollar sign is written twice.
    const parsed: unknown = JSON.parse(json.replaceAll('$$', '$'));
    return new Map(Object.entries(v.parse(composeSchema, parsed).services));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  program: string,
  options: { readonly arguments: string[]; readonly environment: Readonly<Record<string, string>> },
): Promise<string> {
  try {
    const { stdout } = await execute(program, options.arguments, {
      cwd: root,
      env: { PATH: process.env['PATH'], ...options.environment },
      timeout: 60_000,
    });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(
        `${program} is missing. Debian's docker-compose brings it, with the YAML reader used here: apt-get install docker-compose`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** The one service of this name. */
export function serviceNamed(services: ReadonlyMap<string, ComposeService>, name: string): ComposeService {
  const service = services.get(name);
  if (service === undefined) throw new Error(`docker-compose.yml has no service "${name}"`);
  return service;
}
