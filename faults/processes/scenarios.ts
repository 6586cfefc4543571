/** Something that goes wrong around the workers, and what it comes to. */
export interface Scenario {
  readonly name: string;
  /** Returns what was lost, doubled or misreported. */
  readonly run: (options: { seed: string; report: (line: string) => void }) => Promise<string[]>;
}

export const scenarios: readonly Scenario[] = [];
