/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Said when somebody stops watching: nothing has ended, and how to come back. */
export function goOnWatching(workflowId: string): string[] {
  return [
    'Stopped watching. The export goes on.',
    `  atlas-export watch ${shellWord(workflowId)}`,
    `  atlas-export status ${shellWord(workflowId)}`,
  ];
}
