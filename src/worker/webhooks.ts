import type { Webhooks } from '../activities/index.ts';
import type { Settings } from '../config.ts';
import { createWebhookSender, keyOfSecret } from '../webhook/index.ts';
import { userAgent } from './version.ts';

/** The settings' webhooks, and one sender for them all. */
export function createWebhooks({ webhooks }: Pick<Settings, 'webhooks'>): Webhooks {
  return {
    targets: new Map(
      Array.from(webhooks, ([name, { url, secrets }]) => [
        name,
        { url, keys: secrets.flatMap((secret) => keyOfSecret(secret) ?? []) },
      ]),
    ),
    sender: createWebhookSender({ userAgent }),
  };
}
