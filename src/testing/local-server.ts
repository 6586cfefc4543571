import {
  answersHttp,
  endProcess,
  startAnsweringProcess,
  type AnsweringProcessOptions,
} from './answering-process.ts';

const answerEveryMs = 50;

export interface LocalServerCommand extends Omit<AnsweringProcessOptions, 'answers' | 'answerEveryMs'> {
  /** Asked until it answers, whatever it answers. */
  readonly url: string;
}

export interface LocalServer {
  stop(): Promise<void>;
}

/**
 * Starts a server of this machine and returns when it answers HTTP. It dies with this process.
 * @throws Error with the end of its own output when it does not come up.
 */
export async function startLocalServer({ url, ...server }: LocalServerCommand): Promise<LocalServer> {
  const answers = (): Promise<boolean> => answersHttp(url, { timeoutMs: 2_000 });
  const child = await startAnsweringProcess({ ...server, answers, answerEveryMs });
  return { stop: () => endProcess(child, 'SIGTERM') };
}
