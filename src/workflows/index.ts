/** What the worker registers: the workflows by their type names. */
export { exportSnapshot } from './export-snapshot.ts';
export { deliverWebhook } from './deliver-webhook.ts';
export { trackComponent } from './track-component.ts';
export { keepExported } from './keep-exported.ts';
