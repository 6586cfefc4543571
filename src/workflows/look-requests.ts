import { condition } from '@temporalio/workflow';

/**
 * Lets people ask for a look now. A look serves every request made before it began; one that is made while a
 * look is under way waits for the next, since that look may have read Atlas before the request.
 */
export class LookRequests {
  private asked = 0;
  private served = 0;
  private open = true;

  get pending(): boolean {
    return this.asked > this.served;
  }

  /** Returns when a look that began after this call has ended, or when there will be no more looks. */
  async ask(): Promise<void> {
    this.asked += 1;
    const mine = this.asked;
    await condition(() => this.served >= mine || !this.open);
  }

  /** Runs a look and then tells those who had asked before it began. */
  async serve<T>(look: (askedFor: boolean) => Promise<T>): Promise<T> {
    const covered = this.asked;
    try {
      return await look(this.pending);
    } finally {
      this.served = covered;
    }
  }

  /** There will be no more looks: nobody waits any longer. */
  close(): void {
    this.open = false;
  }
}
