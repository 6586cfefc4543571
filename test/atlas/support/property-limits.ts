/** For every property test: bounded in time; a failure prints its seed and path by itself. */
export const PROPERTY_LIMITS = {
  numRuns: 1_000,
  interruptAfterTimeLimit: 5_000,
  markInterruptAsFailure: false,
  seed: seedOfThisRun(),
} as const;

function seedOfThisRun(): number {
  const given = process.env['PROPERTY_SEED'];
  const seed = given === undefined ? Date.now() % 0x7f_ff_ff_ff : Number(given);
  process.stdout.write(`# PROPERTY_SEED=${seed}\n`);
  return seed;
}
