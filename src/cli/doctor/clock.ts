import { durationText, type Finding } from '../../client.ts';

/** An answer's `Date` has whole seconds and was on its way for a moment: less than this proves nothing. */
const skewMsTolerated = 5_000;

/** How far this machine's clock is from Atlas's, by the `Date` of its latest answer. */
export function clockFinding(skewMs: number | undefined): Finding {
  const check = 'clock';
  if (skewMs === undefined) return { check, level: 'unknown', message: 'no answer of Atlas carried a date' };
  if (Math.abs(skewMs) <= skewMsTolerated) return { check, level: 'ok', message: 'agrees with Atlas' };
  const message = `${durationText(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} Atlas`;
  return { check, level: 'warning', message, nextStep: 'Set it by NTP: looks and deadlines go by it.' };
}
