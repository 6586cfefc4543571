/**
 * Goal: the time-skipping server counts its locks wrongly at times. As it is released, a count that is short by one
 * stops a workflow for ever; in the one that the tests make, nothing stops.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { Connection } from '@temporalio/client';
import {
  InternalConnectionOptionsSymbol,
  type InternalConnectionOptions,
} from '@temporalio/client/lib/connection.js';
import { startTimeSkippingEnvironment } from '../../faults/time-skipping-environment.ts';
import { runBuildCommand } from '../../src/testing/build-command.ts';
import { findOrBuildTimeSkippingServer, isMendedTestServer } from '../../src/testing/time-skipping-server.ts';

const report = (line: string): void => void process.stderr.write(`${line}\n`);

const grpcUnknown = 2;

/** The timer's own class can only be reached from its package. */
const packageFolder = 'io/temporal/internal/testservice';
const program = `
package io.temporal.internal.testservice;

public class UncountedUnlock {
  public static void main(String[] arguments) {
    // The timer's threads would keep a program that has failed.
    try {
      tryLocks(new SelfAdvancingTimerImpl(0, java.time.Clock.systemUTC()));
      System.exit(0);
    } catch (Throwable failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private static void tryLocks(SelfAdvancingTimer timer) {
    timer.unlockTimeSkipping("the one that a timer without tasks holds");
    timer.unlockTimeSkipping("one too many");
    LockHandle held = timer.lockTimeSkipping("an update");
    timer.unlockTimeSkipping("two too many");
    held.unlock("the update's end");
    timer.lockTimeSkipping("an activity");
    timer.unlockTimeSkipping("External Caller");
    try {
      timer.unlockTimeSkipping("External Caller");
    } catch (IllegalStateException refused) {
      if (refused.getMessage().length() < 200) return;
    }
    throw new AssertionError("whoever gives a lock back from outside must hear that there is none");
  }
}
`;

/** Gives locks back until there are none. The SDK's usual connection would repeat a call that is refused. */
async function unlockTooOften(path: string): Promise<void> {
  const environment = await startTimeSkippingEnvironment(path);
  const options: InternalConnectionOptions = {
    address: environment.address,
    interceptors: [],
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  };
  const connection = await Connection.connect(options);
  try {
    for (let locks = 0; locks < 5; locks += 1) await connection.testService?.unlockTimeSkipping({});
  } finally {
    await connection.close();
    await environment.teardown();
  }
}

/** Tries the counting itself, with the classes of a server that was made here. */
async function tryLocks(server: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'uncounted-unlock-'));
  try {
    const source = join(folder, packageFolder, 'UncountedUnlock.java');
    await mkdir(dirname(source), { recursive: true });
    await writeFile(source, program);
    const jars = async (name: string): Promise<string[]> =>
      (await readdir(join(server, name))).map((jar) => join(server, name, jar));
    const classPath = [folder, join(server, 'mended'), ...(await jars('lib'))].join(delimiter);
    const java = async (...commandArguments: readonly string[]): Promise<void> =>
      await runBuildCommand({ title: 'Trying a lock', command: 'java', arguments: commandArguments, report });
    const [compiler = ''] = await jars('compiler');
    await java('-jar', compiler, '--release', '11', '-nowarn', '-cp', classPath, '-d', folder, source);
    await java('-cp', classPath, 'io.temporal.internal.testservice.UncountedUnlock');
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a lock given back once too often is refused from outside, and stops nothing within the server that the tests make', async () => {
  const path = await findOrBuildTimeSkippingServer({ report });
  await assert.rejects(unlockTooOften(path), { code: grpcUnknown });
  // The released one has no classes to try.
  if (await isMendedTestServer(path)) await tryLocks(dirname(path));
});
