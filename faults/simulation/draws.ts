import { drawFraction, type DrawKey } from '../../simulator/seed.ts';

/**
 * What a seed decides. Each draw depends on the seed and its own key alone, never on what was drawn before it,
 * so that a run in which things happen in another order still draws the same for the same thing.
 */
export class Draws {
  readonly seed: string;

  constructor(seed: number | string) {
    this.seed = String(seed);
  }

  /** In [0, 1). */
  fraction(...key: DrawKey): number {
    return drawFraction(this.seed, ...key);
  }

  /** Whether something with this probability happens. */
  chance(probability: number, ...key: DrawKey): boolean {
    return this.fraction(...key) < probability;
  }

  /** A whole number from `min` to `max`, both included. */
  whole(range: { readonly min: number; readonly max: number }, ...key: DrawKey): number {
    return range.min + Math.floor(this.fraction(...key) * (range.max - range.min + 1));
  }

  /** A whole number whose logarithm is evenly spread: as many short ones as long ones. */
  spread(range: { readonly min: number; readonly max: number }, ...key: DrawKey): number {
    return Math.round(range.min * (range.max / range.min) ** this.fraction(...key));
  }

  /** One of `choices`, each as likely as its weight among the weights. */
  pick<Choice>(choices: readonly (readonly [weight: number, choice: Choice])[], ...key: DrawKey): Choice {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let remaining = this.fraction(...key) * total;
    for (const [weight, choice] of choices) {
      if (remaining < weight) return choice;
      remaining -= weight;
    }
    const last = choices.at(-1);
    if (last === undefined) throw new RangeError('there is nothing to pick from');
    return last[1];
  }
}
