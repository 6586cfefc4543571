/** How the command ends, for whoever called it. Scripts depend on these: a number never changes its meaning. */
export const exitCodes = {
  /** Done, and well. */
  done: 0,
  /**
   * The export ended otherwise than exported, or `doctor` found that it would; `verify` found it not whole, `audit`
   * something that is due and not proven.
   */
  exportFailed: 1,
  /** The command line or the settings are wrong, or name something that is not there. */
  usage: 2,
  /** Temporal cannot be reached, or lets nobody in. */
  temporal: 3,
  /** Atlas cannot be reached, or lets nobody in. */
  atlas: 4,
  /** The storage of exports or manifests cannot be reached, or lets nobody in. Says nothing about an export. */
  storage: 5,
  /** A defect of this program, or of the machine: a full disk, a missing file. */
  unexpected: 70,
  /** Interrupted with Ctrl-C. The export itself goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What `--help` and `docs/cli.md` say of each. */
export const exitCodeMeanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCodes.done, 'done'],
  [
    exitCodes.exportFailed,
    'the export failed (doctor: it would fail; verify: it is not whole; audit: something due is not proven)',
  ],
  [exitCodes.usage, 'wrong usage or settings, or what was named is not there'],
  [exitCodes.temporal, 'cannot reach Temporal'],
  [exitCodes.atlas, 'cannot reach Atlas, or it refuses the credential'],
  [exitCodes.storage, 'cannot reach the storage of exports or manifests, or it refuses the credential'],
  [exitCodes.unexpected, 'something unexpected; --verbose shows it in full'],
  [exitCodes.interrupted, 'interrupted; the export itself goes on'],
];
