export { keyOfSecret, signatureHeader, type SignedContent } from './signature.ts';
export {
  createWebhookSender,
  WebhookNotAnsweredError,
  type WebhookAnswer,
  type WebhookMessage,
  type WebhookSender,
  type WebhookSenderOptions,
  type WebhookTarget,
} from './webhook-sender.ts';
