import { createHash } from 'node:crypto';

/** What is drawn: names of things and ordinal numbers, so that a draw does not depend on what was drawn before it. */
export type DrawKey = readonly (string | number)[];

function hash(seed: string, key: DrawKey): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([seed, ...key]))
    .digest();
}

/** A 24-digit lowercase hexadecimal id, as Atlas has them. The same seed and key give the same id. */
export function drawId(seed: string, ...key: DrawKey): string {
  return hash(seed, key).toString('hex').slice(0, 24);
}

/** A number in [0, 1). */
export function drawFraction(seed: string, ...key: DrawKey): number {
  return hash(seed, key).readUIntBE(0, 6) / 2 ** 48;
}

/** A whole number in [0, below). */
export function drawInteger(seed: string, below: number, ...key: DrawKey): number {
  return Math.floor(drawFraction(seed, ...key) * below);
}

/** 32 characters of base64, as recorded nonces are: they may hold `+` and `/`. */
export function drawNonce(seed: string, ...key: DrawKey): string {
  return hash(seed, key).toString('base64').slice(0, 32);
}
