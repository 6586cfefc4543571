import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runBuildCommand } from '../../../src/testing/build-command.ts';
import { cacheFolder } from '../../../src/testing/cache-folder.ts';
import { installOnce } from '../../../src/testing/install-once.ts';
import type { Report } from '../../../src/testing/report.ts';
import { examplesFolder, fingerprint } from './example-files.ts';

export const pythonExampleFolder = join(examplesFolder, 'python');

/**
 * The Python of an environment that holds what the example's requirements name, made once for each state of them
 * and each version of Python. It stays usable where it is moved to, since only its Python is called.
 * @throws Error with the words of venv or pip
 */
export async function findOrMakePythonEnvironment({ report }: { readonly report: Report }): Promise<string> {
  const { stdout } = await promisify(execFile)('python3', [
    '-c',
    'import platform; print(platform.python_version())',
  ]);
  const version = `${stdout.trim()}-${fingerprint(pythonExampleFolder, ['requirements.txt'])}`;
  return await installOnce({
    folder: join(cacheFolder(), `python-example-${version}`),
    executable: 'bin/python',
    report,
    install: async (scratchFolder) => {
      await runBuildCommand({
        title: 'The example in Python: making its environment, once',
        command: 'python3',
        arguments: ['-m', 'venv', scratchFolder],
        report,
      });
      await runBuildCommand({
        title: 'The example in Python: installing its requirements, once',
        command: join(scratchFolder, 'bin/python'),
        arguments: ['-m', 'pip', 'install', '--no-input', '--requirement', 'requirements.txt'],
        folder: pythonExampleFolder,
        report,
      });
    },
  });
}
