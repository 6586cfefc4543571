import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { endProcess, startAnsweringProcess } from '../../src/testing/answering-process.ts';
import { freePort } from '../../src/testing/free-port.ts';

const alertsSchema = v.object({
  data: v.object({
    alerts: v.array(v.object({ labels: v.record(v.string(), v.string()), state: v.string() })),
  }),
});
const samplesSchema = v.object({
  data: v.object({ result: v.array(v.object({ value: v.tuple([v.number(), v.string()]) })) }),
});

/** A real Prometheus that scrapes and evaluates every half second. It dies with this process. */
export interface Prometheus {
  /** The names and labels of the alerts that fire. */
  firing(): Promise<Record<string, string>[]>;
  /** What an expression is now, a number for each series. */
  values(expression: string): Promise<number[]>;
  stop(): Promise<void>;
}

export async function startPrometheus(options: {
  readonly rulesFile: string;
  readonly job: string;
  /** Host and port of what serves `/metrics`. */
  readonly target: string;
}): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-prometheus-'));
  await copyFile(options.rulesFile, join(folder, 'rules.yml'));
  const configuration = {
    global: { scrape_interval: '500ms', evaluation_interval: '500ms' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: options.job, static_configs: [{ targets: [options.target] }] }],
  };
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
  const address = `127.0.0.1:${await freePort()}`;
  const server = await startAnsweringProcess({
    title: 'Prometheus',
    command: 'prometheus',
    arguments: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    // Until it is ready it answers 503.
    answers: async () => {
      const response = await fetch(`http://${address}/-/ready`).catch(() => undefined);
      await response?.body?.cancel();
      return response?.status === 200;
    },
    answerEveryMs: 50,
  });
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`http://${address}/api/v1/${path}`)).json();
  return {
    firing: async () =>
      v
        .parse(alertsSchema, await ask('alerts'))
        .data.alerts.filter(({ state }) => state === 'firing')
        .map(({ labels }) => labels),
    values: async (expression) =>
      v
        .parse(samplesSchema, await ask(`query?query=${encodeURIComponent(expression)}`))
        .data.result.map(({ value }) => Number(value[1])),
    stop: async () => {
      await endProcess(server, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
