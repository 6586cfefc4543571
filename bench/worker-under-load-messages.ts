import * as v from 'valibot';

/** What the parent says to the process of the worker. */
export const commandSchema = v.variant('do', [
  v.object({
    do: v.literal('start'),
    place: v.object({
      temporalAddress: v.string(),
      atlasUrl: v.string(),
      publicKey: v.string(),
      privateKey: v.string(),
      taskQueue: v.string(),
    }),
    bareBonesTaskQueue: v.string(),
  }),
  v.object({ do: v.literal('tell') }),
  v.object({ do: v.literal('stop') }),
]);

export type Command = v.InferOutput<typeof commandSchema>;

const readySchema = v.object({ ready: v.literal(true) });

/** What the process has used since it began, all its threads included. */
const usageSchema = v.object({
  cpuSeconds: v.number(),
  /** The most memory that it has had at any time, by the system's account (resident set). */
  memoryBytesMax: v.number(),
});

export type Usage = v.InferOutput<typeof usageSchema>;

export const answerSchema = v.union([readySchema, usageSchema]);

/** One for each command but `stop`, which is answered by the end of the process. */
export type Answer = v.InferOutput<typeof answerSchema>;
