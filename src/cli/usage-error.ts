/** The command line is wrong, or names what is not there. Shown as it is, with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Machines match on this. */
  readonly code: string;

  constructor(message: string, code = 'USAGE') {
    super(message);
    this.code = code;
  }
}
