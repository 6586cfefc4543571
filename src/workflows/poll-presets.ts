/** What a preset of the `polling` input stands for. */
export interface PollPreset {
  /** A poll is worth this many milliseconds of noticing the end later. */
  delayCostMs: number;
  /** Never look again sooner than this, in milliseconds. */
  intervalMinMs: number;
  /** Never wait longer than this, in milliseconds. */
  intervalMaxMs: number;
}

export type PollPresetName = 'eager' | 'balanced' | 'thrifty';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/**
 * The presets. The longest intervals lie above what the schedule asks for after a week without any knowledge
 * (8, 18 and 58 minutes), so that they bound the damage of a clock gone wrong and nothing else.
 */
export const pollPresets: Readonly<Record<PollPresetName, PollPreset>> = {
  /** Someone is watching. */
  eager: { delayCostMs: 200, intervalMinMs: 2 * secondMs, intervalMaxMs: 10 * minuteMs },
  /** The default. */
  balanced: { delayCostMs: secondMs, intervalMinMs: 4 * secondMs, intervalMaxMs: 20 * minuteMs },
  /** Many exports under one rate limit. */
  thrifty: { delayCostMs: 10 * secondMs, intervalMinMs: 10 * secondMs, intervalMaxMs: 60 * minuteMs },
};
