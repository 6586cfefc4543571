import type { Invariant } from './index.ts';

/** A run ends within its limit of the machine's time: nothing waits for what never comes. */
export const endsInTime: Invariant = ({ hung }) => (hung === undefined ? [] : [`was not over ${hung}`]);

/** Time was not skipped under what was under way: otherwise the run says less than it seems to. */
export const timeIsHeld: Invariant = ({ leaps }) => [...leaps];
