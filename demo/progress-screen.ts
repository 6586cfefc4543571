import { progressText, type ComponentStatus, type ExportStatus } from '../src/contract/index.ts';

/** Where the live progress goes: a terminal is redrawn in place, anything else gets a line per change. */
export interface ProgressScreen {
  show(exports: readonly NamedStatus[]): void;
  /** Writes a line that stays. */
  say(line: string): void;
}

export interface NamedStatus {
  readonly name: string;
  readonly status: ExportStatus;
}

const barWidth = 24;

export function progressScreen(stream: NodeJS.WriteStream): ProgressScreen {
  return stream.isTTY ? redrawnScreen(stream) : lineScreen(stream);
}

function redrawnScreen(stream: NodeJS.WriteStream): ProgressScreen {
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) stream.write(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };
  return {
    show: (exports) => {
      const width = (stream.columns || 100) - 1;
      const lines = exports.flatMap(exportLines).map((line) => line.slice(0, width));
      erase();
      stream.write(lines.map((line) => `${line}\n`).join(''));
      drawn = lines.length;
    },
    say: (line) => {
      erase();
      stream.write(`${line}\n`);
    },
  };
}

function lineScreen(stream: NodeJS.WriteStream): ProgressScreen {
  const shown = new Set<string>();
  return {
    show: (exports) => {
      for (const line of exports.flatMap(exportLines)) {
        if (shown.has(line)) continue;
        shown.add(line);
        stream.write(`${line}\n`);
      }
    },
    say: (line) => {
      stream.write(`${line}\n`);
    },
  };
}

/** One line for the export, one for each of its components. */
export function exportLines({ name, status }: NamedStatus): string[] {
  const { job, phase, outcome, polls, pollFailure } = status;
  const failed = pollFailure === undefined ? '' : `  last look failed: ${pollFailure.code}`;
  const state = job === undefined ? phase : job.state;
  return [
    `  ${name.padEnd(20)} ${bar(job?.exportStatus)} ${(outcome ?? state).padEnd(12)} ${progressText(job?.exportStatus) ?? ''}  ${polls} looks${failed}`,
    ...status.components.map(componentLine),
  ];
}

function componentLine(component: ComponentStatus): string {
  const name = component.replicaSetName ?? component.exportId;
  return `    ${name.padEnd(18)} ${bar(component.exportStatus)} ${component.state.padEnd(12)} ${progressText(component.exportStatus) ?? ''}  ${component.polls} looks`;
}

/** Blank where Atlas tells no progress: it is unknown, not none. */
function bar(
  progress: { exportedCollections?: number | undefined; totalCollections?: number | undefined } | undefined,
): string {
  const total = progress?.totalCollections ?? 0;
  if (total <= 0) return ' '.repeat(barWidth);
  const filled = Math.round((Math.min(progress?.exportedCollections ?? 0, total) / total) * barWidth);
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}
