/** Everything that the compose file starts, in its order and by its own commands, as processes of this machine. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { buildTemporalImages, type TemporalImages } from '../../scripts/temporal-images.ts';
import { findOrBuildS3Server, s3ServerVersion } from '../../src/testing/s3-server.ts';
import { findOrBuildTemporalCli } from '../../src/testing/temporal-cli.ts';
import { runCommand, startCommand, type CommandEnd, type RunningCommand } from '../packaging/command.ts';
import { composeServices, root, serviceNamed, type ComposeService } from '../packaging/compose-file.ts';
import { readDockerfile } from '../packaging/dockerfile.ts';
import { startDatabase, type Database } from './database.ts';
import { lowPort } from './low-port.ts';

/** A value of the file that names a container or its port, and what stands for it here. */
type Moves = Readonly<Record<string, { readonly from: string; readonly to: string }>>;

/** The server's ports of which the file says nothing; its containers have them to themselves. */
const serverPorts = [
  'FRONTEND_HTTP_PORT',
  'FRONTEND_MEMBERSHIP_PORT',
  'HISTORY_GRPC_PORT',
  'HISTORY_MEMBERSHIP_PORT',
  'MATCHING_GRPC_PORT',
  'MATCHING_MEMBERSHIP_PORT',
  'WORKER_GRPC_PORT',
  'WORKER_MEMBERSHIP_PORT',
];

export class ComposeStack {
  readonly services: ReadonlyMap<string, ComposeService>;
  readonly images: TemporalImages;
  readonly #folder: string;
  readonly #path: string;
  readonly #ports = new Map<string, number>();
  readonly #running = new Map<string, RunningCommand>();
  #database: Database | undefined;

  private constructor(options: {
    services: ReadonlyMap<string, ComposeService>;
    images: TemporalImages;
    folder: string;
    path: string;
  }) {
    this.services = options.services;
    this.images = options.images;
    this.#folder = options.folder;
    this.#path = options.path;
  }

  /** Finds or builds what the images hold; starts nothing yet. */
  static async prepare(): Promise<ComposeStack> {
    const report = (line: string): void => void process.stderr.write(`${line}\n`);
    const images = await buildTemporalImages({ root, report });
    const cli = await findOrBuildTemporalCli({ report });
    return new ComposeStack({
      images,
      services: await composeServices(),
      folder: await mkdtemp(join(tmpdir(), 'compose-up-')),
      path: [images.programs, dirname(cli), process.env['PATH'] ?? ''].join(delimiter),
    });
  }

  /** Where a container's port is here. */
  async address(service: string): Promise<string> {
    const port = this.#ports.get(service) ?? (await lowPort());
    this.#ports.set(service, port);
    return `127.0.0.1:${port}`;
  }

  async port(service: string): Promise<string> {
    return (await this.address(service)).split(':')[1] ?? '';
  }

  get database(): Database {
    assert.ok(this.#database, 'the database has not been started');
    return this.#database;
  }

  async startDatabase(): Promise<void> {
    const { environment } = this.#service('postgresql');
    const port = Number(await this.port('postgresql'));
    this.#database = await startDatabase({ folder: this.#folder, port, environment });
  }

  async runSchema(): Promise<CommandEnd> {
    const port = { from: '5432', to: await this.port('postgresql') };
    return await this.#runShell('temporal-schema', {
      SQL_HOST: { from: 'postgresql', to: '127.0.0.1' },
      SQL_PORT: port,
    });
  }

  /** By the image's own entrypoint. */
  async startTemporal(): Promise<void> {
    const environment = this.#moved('temporal', {
      POSTGRES_SEEDS: { from: 'postgresql', to: '127.0.0.1' },
      DB_PORT: { from: '5432', to: await this.port('postgresql') },
    });
    const ports = await Promise.all(serverPorts.map(async (name) => [name, await this.port(name)] as const));
    // With BIND_ON_IP as the file has it, the entrypoint would take the address that this machine's name leads to.
    const here = { TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1', FRONTEND_GRPC_PORT: await this.port('temporal') };
    for (const added of [...serverPorts, ...Object.keys(here)]) {
      assert.equal(environment[added], undefined, `${added} is in the file now and must be moved, not added`);
    }
    // Alpine's shell is busybox.
    await this.#start('temporal', ['busybox', 'sh', this.images.serverEntrypoint], {
      ...environment,
      ...Object.fromEntries(ports),
      ...here,
    });
  }

  async runNamespace(): Promise<CommandEnd> {
    return await this.#runShell('temporal-namespace', { TEMPORAL_ADDRESS: await this.#temporalMoved() });
  }

  /** In a folder laid out as the image's own. */
  async startUi(): Promise<void> {
    const folder = join(this.#folder, 'ui-server');
    await mkdir(folder);
    await symlink(join(this.images.programs, 'ui-server'), join(folder, 'ui-server'));
    await cp(this.images.uiTemplate, join(folder, 'config', 'docker.yaml'));
    const environment = this.#moved('temporal-ui', {
      TEMPORAL_ADDRESS: await this.#temporalMoved(),
      TEMPORAL_UI_PORT: { from: '8080', to: await this.port('temporal-ui') },
    });
    await this.#start('temporal-ui', ['bash', this.images.uiEntrypoint], environment, folder);
  }

  /** The program that the image is made of, with folders in place of the volumes. */
  async startS3(): Promise<void> {
    const { image, command } = this.#service('s3');
    assert.equal(image, `versity/versitygw:${s3ServerVersion}`);
    const volumes = ['/attributes', '/buckets'];
    for (const each of volumes) await mkdir(join(this.#folder, each));
    const here = command.map((part) =>
      volumes.reduce((moved, each) => moved.replace(each, join(this.#folder, each)), part),
    );
    assert.equal(here.filter((part) => part.includes(this.#folder)).length, volumes.length, here.join(' '));
    const environment = this.#moved('s3', { VGW_PORT: { from: ':7070', to: await this.address('s3') } });
    await this.#start('s3', [await this.s3Program(), ...here], environment);
  }

  async s3Program(): Promise<string> {
    return await findOrBuildS3Server({ report: (line) => void process.stderr.write(`${line}\n`) });
  }

  async startSimulator(): Promise<void> {
    const environment = this.#moved('simulator', {
      SIMULATOR_PORT: { from: '8080', to: await this.port('simulator') },
      SIMULATOR_S3_ENDPOINT: await this.#s3Moved(),
    });
    await this.#start('simulator', this.#service('simulator').command, environment, root);
  }

  async startWorker(): Promise<void> {
    const environment = this.#moved('worker', {
      TEMPORAL_ADDRESS: await this.#temporalMoved(),
      MONGODB_ATLAS_BASE_URL: {
        from: 'http://simulator:8080',
        to: `http://${await this.address('simulator')}`,
      },
      ATLAS_EXPORT_HTTP_PORT: { from: '9464', to: await this.port('worker') },
      ATLAS_EXPORT_S3_ENDPOINT: await this.#s3Moved(),
    });
    const image = readDockerfile(root).environment;
    await this.#start('worker', this.#service('worker').command, { ...image, ...environment }, root);
  }

  /** Runs a service's own health check, with the port that it has here. Null is a check that did not end by itself. */
  async health(name: string): Promise<number | null> {
    const [kind, ...check] =
      name === 'worker'
        ? ['CMD', ...readDockerfile(root).healthCommand]
        : (this.#service(name).healthcheck?.test ?? []);
    assert.equal(kind, 'CMD', `${name} has no health check that is a command`);
    const containerPort = { simulator: '8080', temporal: '7233', s3: '7070' }[name];
    const port = await this.port(name);
    const here = check.map((part) =>
      containerPort === undefined ? part : part.replace(containerPort, port),
    );
    const { code } = await runCommand(here, {
      environment: { PATH: this.#path, PGPORT: port, ATLAS_EXPORT_HTTP_PORT: port },
      cwd: this.#folder,
    });
    return code;
  }

  /** Waits until a service is healthy, as `condition: service_healthy` does. */
  async healthy(name: string): Promise<void> {
    await this.running(name).until('a health check that passes', async () => (await this.health(name)) === 0);
  }

  running(name: string): RunningCommand {
    const running = this.#running.get(name);
    assert.ok(running, `${name} has not been started`);
    return running;
  }

  /** Ends what is still running, in the reverse order of starting. */
  async close(): Promise<void> {
    for (const running of [...this.#running.values()].toReversed()) await running.stop();
    await this.#database?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #runShell(name: string, moves: Moves): Promise<CommandEnd> {
    const { entrypoint, command } = this.#service(name);
    assert.equal(entrypoint[0], '/bin/sh', `${name} is run by another shell`);
    return await runCommand(['busybox', 'sh', ...entrypoint.slice(1), ...command], {
      environment: { PATH: this.#path, HOME: this.#folder, ...this.#moved(name, moves) },
      cwd: this.#folder,
      timeoutMs: 180_000,
    });
  }

  async #start(
    name: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
    cwd = this.#folder,
  ): Promise<void> {
    this.#running.set(
      name,
      startCommand(command, { cwd, environment: { PATH: this.#path, HOME: this.#folder, ...environment } }),
    );
  }

  async #temporalMoved(): Promise<Moves[string]> {
    return { from: 'temporal:7233', to: await this.address('temporal') };
  }

  async #s3Moved(): Promise<Moves[string]> {
    return { from: 'http://s3:7070', to: `http://${await this.address('s3')}` };
  }

  #service(name: string): ComposeService {
    return serviceNamed(this.services, name);
  }

  /** The file's environment of a service, in which nothing may be moved that is not there. */
  #moved(name: string, moves: Moves): Record<string, string> {
    const environment = { ...this.#service(name).environment };
    for (const [variable, { from, to }] of Object.entries(moves)) {
      assert.equal(environment[variable], from, `${variable} of ${name}`);
      environment[variable] = to;
    }
    return environment;
  }
}
