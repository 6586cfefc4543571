import { deferred } from './deferred.ts';

/** Where one exchange is stopped: before its request goes on, or before its reply does. */
export type HeldSide = 'request' | 'reply';

/** What becomes of what was held: it goes on, or it is lost on its way. */
export type Fate = 'forward' | 'lose';

/** One exchange on its way through a gate, as text to look for words in. */
export interface Passing {
  readonly side: HeldSide;
  /** The call's name, its request and, on the way back, its reply. */
  readonly text: string;
}

export interface HoldWanted {
  readonly side: HeldSide;
  /** All of them stand in the exchange. */
  readonly mentions: readonly string[];
}

/** An order to stop the first exchange that fits. */
export interface Hold {
  /** Resolves once an exchange is held. */
  readonly struck: Promise<unknown>;
  /** Decides what becomes of the exchange; before it has struck, nothing will be held any more. */
  end(fate: Fate): void;
}

interface Order {
  readonly wanted: HoldWanted;
  readonly strike: () => void;
  readonly fate: Promise<Fate>;
}

/**
 * Stops calls at named places, so that a process can be killed exactly there: nothing is timed, and a kill that
 * says "after Atlas has committed" is one.
 */
export class Holds {
  readonly #orders = new Set<Order>();

  place(wanted: HoldWanted): Hold {
    const struck = deferred<undefined>();
    const fate = deferred<Fate>();
    const order: Order = { wanted, strike: () => struck.resolve(undefined), fate: fate.promise };
    this.#orders.add(order);
    return {
      struck: struck.promise,
      end: (decided) => {
        this.#orders.delete(order);
        fate.resolve(decided);
      },
    };
  }

  /** Called by a gate for each exchange on each side. Resolves at once unless somebody waits for this one. */
  async pass({ side, text }: Passing): Promise<Fate> {
    for (const order of this.#orders) {
      const { wanted } = order;
      if (wanted.side !== side || !wanted.mentions.every((word) => text.includes(word))) continue;
      this.#orders.delete(order);
      order.strike();
      return order.fate;
    }
    return 'forward';
  }
}
