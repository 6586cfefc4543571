import { keyOfSecret } from '../webhook/signature.ts';
import { checkHttpUrl } from './check-http-url.ts';
import { valueOf, type Environment } from './environment.ts';
import { namesOfVariables, variableOf } from './named-variables.ts';
import type { SettingsProblem } from './settings-error.ts';

/** Somebody who is told what becomes of exports. */
export interface WebhookSettings {
  /** https, or http where that is allowed. Counts as a secret: such addresses often carry one. */
  readonly url: string;
  /** As written, `whsec_…`; two while one takes the place of the other. */
  readonly secrets: readonly string[];
}

export const webhookVariables = {
  url: 'ATLAS_EXPORT_WEBHOOK_URL',
  secret: 'ATLAS_EXPORT_WEBHOOK_SECRET',
} as const;

const secretsMax = 2;

/** Every webhook by its name; what is wrong is in `problems`, and left out. */
export function readWebhookSettings(
  environment: Environment,
  { allowHttp, problems }: { allowHttp: boolean; problems: SettingsProblem[] },
): Map<string, WebhookSettings> {
  const bases = Object.values(webhookVariables);
  const names = namesOfVariables(environment, { prefix: 'ATLAS_EXPORT_', bases }, problems);
  const webhooks = new Map<string, WebhookSettings>();
  for (const name of names) {
    const url = readUrl(environment, variableOf(webhookVariables.url, name), { allowHttp, problems });
    const secrets = readSecrets(environment, variableOf(webhookVariables.secret, name), problems);
    if (url !== undefined && secrets !== undefined) webhooks.set(name, { url, secrets });
  }
  return webhooks;
}

/** The values that stand in variables for secrets, whether they are right or not. */
export function webhookSecretsIn(environment: Environment): string[] {
  const prefixes = Object.values(webhookVariables);
  return Object.keys(environment)
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .flatMap((name) => valueOf(environment, name)?.trim() ?? [])
    .flatMap((value) => [value, ...value.split(/\s+/)]);
}

function readUrl(
  environment: Environment,
  name: string,
  { allowHttp, problems }: { allowHttp: boolean; problems: SettingsProblem[] },
): string | undefined {
  const expected = 'an address such as https://hooks.example.com/exports';
  const text = valueOf(environment, name)?.trim();
  if (text === undefined) {
    problems.push({ name, wrong: 'is missing', expected });
    return undefined;
  }
  const checked = checkHttpUrl(text, { allowHttp, expected });
  if ('url' in checked) return checked.url.href;
  problems.push({ name, ...checked });
  return undefined;
}

function readSecrets(
  environment: Environment,
  name: string,
  problems: SettingsProblem[],
): string[] | undefined {
  const text = valueOf(environment, name)?.trim();
  const secrets = text?.split(/\s+/) ?? [];
  const right = secrets.length <= secretsMax && secrets.every((secret) => keyOfSecret(secret) !== undefined);
  if (text !== undefined && right) return secrets;
  problems.push({
    name,
    wrong: text === undefined ? 'is missing' : 'is no secret of Standard Webhooks',
    expected:
      '"whsec_" and 24 to 64 random bytes in base64 (echo "whsec_$(openssl rand -base64 32)"), or two of them with a space between',
  });
  return undefined;
}
