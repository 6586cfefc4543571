import { drawScenario } from './scenario.ts';
import { runSeed } from './run-seed.ts';
import { startStage } from './stage.ts';
const t0 = process.hrtime.bigint();
const lap = (): number => Number((process.hrtime.bigint() - t0) / 1000000n);
const stage = await startStage();
console.log('stage', lap());
const from = Number(process.argv[2] ?? 1);
for (let seed = from; seed < from + Number(process.argv[3] ?? 5); seed += 1) {
  const a = lap();
  const evidence = await runSeed(stage, drawScenario(seed));
  console.log(seed, lap() - a, 'ms', evidence.calls.length, 'calls', evidence.activities.length, 'acts', evidence.activities.filter((x) => x.stoppedAt).length, 'stops', evidence.histories.length, 'hist', evidence.histories.filter((x) => x.replayError).map((x) => x.replayError), evidence.requests.map(({ outcome }) => outcome.kind === 'succeeded' ? outcome.result.outcome : outcome.kind === 'failed' ? outcome.type : outcome.kind === 'otherwise' ? outcome.what : outcome.kind).join(','), evidence.jobs.length, 'jobs');
}
await stage.close();
