/** The settings of the worker: the environment in, typed and checked settings out. */
export {
  readAtlasClientSettings,
  readProofClientSettings,
  readSettings,
  readTemporalClientSettings,
  secretsOf,
} from './config/settings.ts';
export type {
  AtlasClientSettings,
  Environment,
  Settings,
  TemporalClientSettings,
} from './config/settings.ts';
export type { AtlasCredentials, AtlasSettings } from './config/atlas-settings.ts';
export type { WebhookSettings } from './config/webhook-settings.ts';
export type { BucketRule, ProofSettings } from './config/proof-settings.ts';
export type { TemporalSettings } from './config/temporal-settings.ts';
export { SettingsError, type SettingsProblem } from './config/settings-error.ts';
export { settingsTable, type SettingsTableRow } from './config/settings-table.ts';
