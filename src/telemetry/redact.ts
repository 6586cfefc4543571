/** What stands where a secret stood. */
export const redacted = '[redacted]';

/** Shorter values would be found inside ordinary words; no real secret is this short. */
const secretCharactersMin = 6;

/**
 * A function that takes every given secret out of a text: as it is, as JSON, in a URL, in base64, and in the
 * Basic authorization of a pair `name:secret`.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < secretCharactersMin) continue;
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(new URLSearchParams({ secret }).toString().slice('secret='.length));
    forms.add(Buffer.from(secret).toString('base64'));
  }
  // The longest first, so that a secret which is part of another leaves nothing of it behind.
  const ordered = [...forms].sort((one, other) => other.length - one.length);
  return (text) => {
    let clean = text;
    for (const form of ordered) clean = clean.replaceAll(form, redacted);
    return clean;
  };
}
