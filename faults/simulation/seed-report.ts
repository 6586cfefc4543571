import * as v from 'valibot';

/** What is said of one seed, as it crosses from the process that ran it. */
const seedReportSchema = v.object({
  seed: v.string(),
  tookMs: v.number(),
  requests: v.number(),
  jobs: v.number(),
  calls: v.number(),
  /** Calls that a fault struck. */
  faults: v.number(),
  /** Activities at which a worker stopped. */
  stops: v.number(),
  /** How often the server's time was stuck and had to be freed, since its start. */
  locksGivenBack: v.number(),
  /** Whether its server is of no use to another seed; its process has ended then. */
  spoilt: v.boolean(),
  /** The fault of the server that explains all that is wrong; then it may be run once more. */
  excuse: v.exactOptional(v.string()),
  outcomes: v.array(v.string()),
  violations: v.array(v.object({ invariant: v.string(), what: v.string() })),
  story: v.exactOptional(v.string()),
});

export type SeedReport = v.InferOutput<typeof seedReportSchema>;

/** @throws where the line is none of a seed's process. */
export function readSeedReport(line: string): SeedReport {
  return v.parse(seedReportSchema, JSON.parse(line));
}
