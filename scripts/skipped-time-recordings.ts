import { PretendAtlas } from '../test/workflows/pretend-atlas.ts';

/** An export that takes long, recorded on a server whose time is skipped; the histories are as real as any. */
export interface SkippedTimeRecording {
  readonly name: string;
  readonly request?: object;
  readonly atlas: () => PretendAtlas;
}

/** Whose job is gone from the first look on. */
function forgetful(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.before = ({ name }) => {
    if (name === 'pollExportJob') atlas.jobs.length = 0;
  };
  return atlas;
}

export const skippedTimeRecordings: readonly SkippedTimeRecording[] = [{ name: 'lost', atlas: forgetful }];
