import { describeExample } from './support/example-behaviour.ts';
import { buildTypescriptExample } from './support/typescript-example.ts';

describeExample({
  language: 'TypeScript, with the packed npm package',
  prepare: async (folder) => [process.execPath, await buildTypescriptExample(folder)],
});
