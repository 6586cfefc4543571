/** The same for every storage, so that none waits for ever. A stream is given up when nothing comes for this long. */
export const connectTimeoutMs = 10_000;
export const silenceTimeoutMs = 60_000;

/** Connections to one storage at once. */
export const connectionsMax = 16;

export const pageSizeDefault = 1_000;
