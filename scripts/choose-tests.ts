export interface ChosenTests {
  readonly tests: readonly string[];
  readonly runnerArguments: readonly string[];
}

/** Tests that need minutes of building first: they run only where they are named by their folder. */
const onlyWhenNamed = ['test/compose-up/'];

/** @throws Error where no test file matches: a run without tests must not look like a good one. */
export function chooseTests(files: readonly string[], commandLine: readonly string[]): ChosenTests {
  const filters = commandLine
    .filter((argument) => !argument.startsWith('--'))
    .map((argument) => argument.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
  const notNamed = onlyWhenNamed.filter((folder) => !filters.some((filter) => filter.startsWith(folder)));
  const all = files.filter(
    (file) => file.endsWith('.test.ts') && !notNamed.some((folder) => file.startsWith(folder)),
  );
  const unmatched = filters.filter((filter) => !all.some((file) => file.includes(filter)));
  if (all.length === 0) throw new Error('There are no tests.');
  if (unmatched.length > 0) throw new Error(`No test file has "${unmatched.join('" or "')}" in its name.`);
  const chosen = all.filter(
    (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
  );
  return { tests: chosen, runnerArguments: commandLine.filter((argument) => argument.startsWith('--')) };
}
