/**
 * The process whose CPU is measured: the product's worker and the bare-bones one, and nothing else. The parent starts
 * exports, is the simulated Atlas, and asks for the CPU time used.
 */
import { DefaultLogger } from '@temporalio/worker';
import * as v from 'valibot';
import { installTelemetryRuntime } from '../src/telemetry/runtime.ts';
import { startBareBonesWorker } from './bare-bones-worker.ts';
import { startExportWorker } from './export-worker.ts';
import { commandSchema, type Answer } from './worker-under-load-messages.ts';

function answer(message: Answer): void {
  process.send?.(message);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

let stop = async (): Promise<void> => {};

async function obey(message: unknown): Promise<void> {
  const command = v.parse(commandSchema, message);
  if (command.do === 'tell') {
    answer({ cpuSeconds: cpuSeconds(), memoryBytesMax: process.resourceUsage().maxRSS * 1024 });
  } else if (command.do === 'stop') {
    await stop();
    process.disconnect();
  } else {
    await installTelemetryRuntime({ logger: new DefaultLogger('ERROR'), level: 'ERROR' });
    const worker = await startExportWorker(command.place);
    const bareBones = await startBareBonesWorker(worker, command.bareBonesTaskQueue);
    stop = async () => {
      await bareBones.stop();
      await worker.stop();
    };
    answer({ ready: true });
  }
}

process.on('message', (message: unknown) => {
  obey(message).catch((error: unknown) => {
    process.stderr.write(`the worker under load failed: ${String(error)}\n`);
    process.exit(1);
  });
});
