/** The image's build, step by step, with a folder in place of each stage. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './command.ts';
import { root } from './compose-file.ts';
import type { Dockerfile } from './dockerfile.ts';

export interface BuiltImage {
  /** Holds all stages; to be removed when done. */
  readonly folder: string;
  /** What is `/app` in the image. */
  readonly app: string;
  /** This Node, where the image's user may start it. */
  readonly node: string;
}

/** Does what the Dockerfile says. npm takes from its cache what is there. */
export async function buildImage(dockerfile: Dockerfile): Promise<BuiltImage> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  // For the image's user, who is another one than this.
  chmodSync(folder, 0o755);
  const appOf = (stage: string): string => join(folder, stage === '' ? 'image' : stage, 'app');
  for (const [stage, steps] of dockerfile.stages) {
    const app = appOf(stage);
    mkdirSync(app, { recursive: true });
    for (const step of steps) {
      if (step.does === 'run') await runStep(step.command, app);
      else {
        const from = step.stage === undefined ? root : dirname(appOf(step.stage));
        for (const source of step.sources) {
          const target = join(
            app,
            step.target.endsWith('/') ? join(step.target, basename(source)) : step.target,
          );
          cpSync(join(from, source), target, { recursive: true, verbatimSymlinks: true });
        }
      }
    }
  }
  const node = join(folder, 'image', 'node');
  cpSync(process.execPath, node, { dereference: true });
  return { folder, app: appOf(''), node };
}

async function runStep(command: string, app: string): Promise<void> {
  const { code, output } = await runCommand(['sh', '-c', command], {
    environment: { HOME: process.env['HOME'] ?? '', npm_config_prefer_offline: 'true' },
    cwd: app,
    timeoutMs: 300_000,
  });
  if (code !== 0) throw new Error(`RUN ${command} ended with ${code}:\n${output}`);
}
