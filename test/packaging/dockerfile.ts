import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

/** One step of a stage. */
export type Step =
  | { readonly does: 'run'; readonly command: string }
  | {
      readonly does: 'copy';
      /** The stage it copies from; the build context where it is undefined. */
      readonly stage: string | undefined;
      readonly sources: readonly string[];
      readonly target: string;
    };

/** What the tests need of the Dockerfile. */
export interface Dockerfile {
  /** By name, in order; the last one, which is the image, has the name "". */
  readonly stages: ReadonlyMap<string, readonly Step[]>;
  /** Of each COPY from the build context: what it names, and where that goes. */
  readonly copies: readonly { readonly sources: readonly string[]; readonly target: string }[];
  /** Of each COPY from another stage into the last one. */
  readonly stageCopies: readonly { readonly stage: string; readonly source: string }[];
  readonly healthCommand: readonly string[];
  readonly command: readonly string[];
  readonly exposed: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
}

const commandSchema = v.array(v.string());

/** Reads the instructions of the project's Dockerfile; knows no other way to write them. */
export function readDockerfile(root: string): Dockerfile {
  const lines = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const argumentsOf = (instruction: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1).trim());
  const only = (instruction: string): string => {
    const [found, ...more] = argumentsOf(instruction);
    if (found === undefined || more.length > 0)
      throw new Error(`the Dockerfile must have one ${instruction}`);
    return found;
  };
  const copies = argumentsOf('COPY').map((text) => text.split(/\s+/));
  return {
    stages: stagesOf(lines),
    copies: copies
      .filter(([first]) => first?.startsWith('--') !== true)
      .map((words) => ({ sources: words.slice(0, -1), target: words.at(-1) ?? '' })),
    stageCopies: copies.flatMap(([from = '', source = '']) =>
      from.startsWith('--from=') ? [{ stage: from.slice('--from='.length), source }] : [],
    ),
    healthCommand: execForm(only('HEALTHCHECK').replace(/^.*?CMD /, '')),
    command: execForm(only('CMD')),
    exposed: only('EXPOSE'),
    user: only('USER'),
    environment: Object.fromEntries(
      only('ENV')
        .split(/\s+/)
        .map((pair): [string, string] => {
          const [name = '', value = ''] = pair.split('=', 2);
          return [name, value];
        }),
    ),
  };
}

function execForm(text: string): string[] {
  return v.parse(commandSchema, JSON.parse(text));
}

function stagesOf(lines: readonly string[]): Map<string, Step[]> {
  const stages = new Map<string, Step[]>();
  let steps: Step[] = [];
  for (const line of lines) {
    const [instruction = '', ...words] = line.trim().split(/\s+/);
    if (instruction === 'FROM') {
      steps = [];
      stages.set(words[1] === 'AS' ? (words[2] ?? '') : '', steps);
    } else if (instruction === 'RUN') {
      steps.push({ does: 'run', command: words.join(' ') });
    } else if (instruction === 'COPY') {
      const stage = words[0]?.startsWith('--from=') === true ? words[0].slice('--from='.length) : undefined;
      const paths = stage === undefined ? words : words.slice(1);
      steps.push({ does: 'copy', stage, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' });
    }
  }
  return stages;
}
