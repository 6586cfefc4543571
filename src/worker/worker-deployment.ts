import type { Logger } from '@temporalio/common';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import type { Settings } from '../config.ts';
import { oneLine } from './connect.ts';

/** gRPC's status codes with which a server says that it has no Worker Versioning, or none in this namespace. */
const refusals: readonly unknown[] = [7, 12];
const notFound = 5;
const callTimeoutMs = 5_000;

/** The settings ask for Worker Versioning and the Temporal server does not have it. The message says what to do. */
export class WorkerVersioningRefusedError extends Error {
  override readonly name = 'WorkerVersioningRefusedError';
  readonly code = 'WORKER_VERSIONING_REFUSED';
}

/** What of {@link Settings} a deployment is made from. */
type DeploymentSettings = Pick<Settings, 'deploymentName' | 'buildId'>;

/**
 * The worker's place in its deployment; nothing where the settings name none. Exports go on with the build that is
 * current (`AUTO_UPGRADE`): they run for days, and one that is bound to its build would keep that build's workers
 * for as long. What makes this safe is that every build replays the histories of those before it.
 *
 * @param releaseBuildId the build id unless the settings name another
 */
export function workerDeploymentOptions(
  settings: DeploymentSettings,
  releaseBuildId: string,
): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  const { deploymentName, buildId = releaseBuildId } = settings;
  if (deploymentName === undefined) return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}

/**
 * Makes sure that the server knows deployments, and logs which build of this one takes the exports. A worker whose
 * build is not current runs well and gets no work, which looks like a fault unless it is said.
 *
 * @throws {WorkerVersioningRefusedError} where the server has no Worker Versioning: the worker would poll in vain
 */
export async function announceDeployment(
  settings: DeploymentSettings & Pick<Settings, 'temporal'>,
  worker: { readonly connection: NativeConnection; readonly releaseBuildId: string; readonly logger: Logger },
): Promise<void> {
  const { deploymentName, buildId = worker.releaseBuildId } = settings;
  if (deploymentName === undefined) return;
  const { connection, logger } = worker;
  const { address, namespace } = settings.temporal;
  try {
    const current = await connection.withDeadline(Date.now() + callTimeoutMs, () =>
      currentBuildId(connection, { namespace, deploymentName }),
    );
    if (current === buildId) logger.info('this build is the current one', { deploymentName, buildId });
    else logger.warn(notCurrentText({ deploymentName, buildId, current }), { deploymentName, buildId });
  } catch (error) {
    if (error instanceof Error && 'code' in error && refusals.includes(error.code)) {
      throw new WorkerVersioningRefusedError(
        `ATLAS_EXPORT_DEPLOYMENT_NAME is "${deploymentName}", but Temporal at ${address} has no Worker Versioning in namespace "${namespace}" (${oneLine(error)}); unset it, or turn Worker Versioning on there`,
      );
    }
    // Whether the server is there has just been seen; the worker itself will go on asking.
    logger.warn('cannot learn which build is current', { deploymentName, error });
  }
}

/** Undefined where no build of the deployment is current yet. */
async function currentBuildId(
  { workflowService }: NativeConnection,
  { namespace, deploymentName }: { readonly namespace: string; readonly deploymentName: string },
): Promise<string | undefined> {
  // Describing a deployment that is not there yet answers the same whether deployments are on or off.
  await workflowService.listWorkerDeployments({ namespace, pageSize: 1 });
  try {
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({
      namespace,
      deploymentName,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === notFound) return undefined;
    throw error;
  }
}

function notCurrentText(build: {
  readonly deploymentName: string;
  readonly buildId: string;
  readonly current: string | undefined;
}): string {
  const { deploymentName, buildId, current } = build;
  const who = current === undefined ? 'no build is current' : `build ${current} is current`;
  return `${who}, so this one gets no exports yet; "temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}" makes it current`;
}
