import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { spawnGuarded } from '../src/testing/guarded-process.ts';
import type { WorkerPlace } from './export-worker.ts';
import { answerSchema, type Answer, type Command, type Usage } from './worker-under-load-messages.ts';

/** The process that runs the workers and nothing else. */
export interface WorkerUnderLoad {
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** Returns when both workers run. Throws when they do not come up. */
export async function startWorkerUnderLoad(
  place: WorkerPlace,
  bareBonesTaskQueue: string,
): Promise<WorkerUnderLoad> {
  const path = fileURLToPath(new URL('worker-under-load.js', import.meta.url));
  const child = spawnGuarded(process.execPath, ['--enable-source-maps', path], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const closed = once(child, 'close');
  const ended = closed.then(([code]): never => {
    throw new Error(`the worker under load ended with exit code ${String(code)}`);
  });
  ended.catch(() => undefined);
  const ask = async (command: Command): Promise<Answer> => {
    const answered = once(child, 'message');
    child.send(command);
    const [message]: unknown[] = await Promise.race([answered, ended]);
    return v.parse(answerSchema, message);
  };
  await ask({ do: 'start', place, bareBonesTaskQueue });
  return {
    usage: async () => {
      const answer = await ask({ do: 'tell' });
      if ('ready' in answer) throw new Error('the worker under load answered another question');
      return answer;
    },
    stop: async () => {
      const command: Command = { do: 'stop' };
      child.send(command);
      await closed;
    },
  };
}
