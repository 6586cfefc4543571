const SHOWN_LENGTH_MAX = 300;
/** More than this of a foreign text is never looked at. */
const READ_LENGTH_MAX = 4_000;

const AUTHORIZATION_VALUE = /\b(Digest|Bearer|Basic) +[\w+/=~.-]{4,}[^<>\r\n]*/gi;
const SENSITIVE_FIELD =
  /\b(c?nonce|response|opaque|access_token|client_secret)("?\s*[=:]\s*)("[^"]*"?|[^\s,&<>]+)/gi;
const INVISIBLE = /[\p{Cc}\p{Cf}\s]+/gu;

/** Turns text from outside into something that may stand in an error message. */
export type TextCleaner = (text: string) => string;

/**
 * A cleaner that takes out the given secrets, anything that looks like an `Authorization` header or a
 * challenge, and control characters, and shortens what is left. A misconfigured proxy may echo our request.
 */
export function createTextCleaner(secrets: readonly string[]): TextCleaner {
  const known = secrets.filter((secret) => secret.length > 0);
  return (text) => {
    let cleaned = text;
    for (const secret of known) cleaned = cleaned.replaceAll(secret, '[redacted]');
    cleaned = cleaned
      .slice(0, READ_LENGTH_MAX)
      .replaceAll(AUTHORIZATION_VALUE, '$1 [redacted]')
      .replaceAll(SENSITIVE_FIELD, '$1$2[redacted]')
      .replaceAll(INVISIBLE, ' ')
      .trim();
    const shown = cleaned.length <= SHOWN_LENGTH_MAX ? cleaned : `${cleaned.slice(0, SHOWN_LENGTH_MAX)}…`;
    // Half a character is no text to protobuf; it comes so in JSON, or where a text is cut off.
    return shown.toWellFormed();
  };
}
