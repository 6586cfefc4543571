import { join } from 'node:path';
import { report } from './support/example-files.ts';
import { describeExample } from './support/example-behaviour.ts';
import { findOrMakePythonEnvironment, pythonExampleFolder } from './support/python-example.ts';

describeExample({
  language: 'Python',
  // -B: no compiled files beside the sources.
  prepare: async () => [
    await findOrMakePythonEnvironment({ report }),
    '-B',
    join(pythonExampleFolder, 'start_export.py'),
  ],
});
