/** The least that could be called an export, for scale: create, one sleep, one look. Nothing can go wrong in it. */
import { proxyActivities, sleep } from '@temporalio/workflow';

export interface BareBonesInput {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly exportBucketId: string;
  readonly sleepMs: number;
}

/** The Atlas client's calls as activities, without anything around them. */
export interface BareBonesActivities {
  /** Returns the exportId. */
  create(input: BareBonesInput): Promise<string>;
  /** Returns the state. */
  look(input: BareBonesInput, exportId: string): Promise<string>;
}

const { create, look } = proxyActivities<BareBonesActivities>({ startToCloseTimeout: '1 minute' });

export async function bareBones(input: BareBonesInput): Promise<string> {
  const exportId = await create(input);
  await sleep(input.sleepMs);
  return look(input, exportId);
}
