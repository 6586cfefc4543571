import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { canonicalJson } from './canonical-json.ts';
import { manifestSchema, type Manifest, type ManifestContent } from './manifest.ts';

/** What became of looking at a seal. */
export type SealState =
  /** The hash holds, and the signature is by the key that was given. */
  | 'signed'
  /** The hash holds; nothing says who wrote it: there is no signature, or no key to check it with. */
  | 'unsigned'
  /** The hash does not hold: the document was changed, or damaged. */
  | 'altered'
  /** The hash holds, but a signature that should be there is not, or is not by this key. */
  | 'wrongSignature'
  /** No manifest at all, or one of a form that this version does not know. */
  | 'unreadable';

export interface OpenedManifest {
  readonly seal: SealState;
  /** Absent where it is unreadable. */
  readonly manifest?: Manifest;
}

/**
 * Reads an Ed25519 private key in PEM (PKCS #8).
 * @throws TypeError where it is none. The key's text is not in the error.
 */
export function signingKey(pem: string): KeyObject {
  return ed25519(() => createPrivateKey(pem), 'private');
}

/**
 * Reads an Ed25519 public key in PEM (SPKI).
 * @throws TypeError where it is none.
 */
export function verifyingKey(pem: string): KeyObject {
  return ed25519(() => createPublicKey(pem), 'public');
}

/** Puts hash and, with a key, signature to a content. */
export function sealManifest(content: ManifestContent, privateKey?: KeyObject): Manifest {
  const bytes = Buffer.from(canonicalJson(content));
  const sealed = { ...content, sha256: hash('sha256', bytes) };
  if (privateKey === undefined) return sealed;
  const value = sign(undefined, bytes, privateKey).toString('base64');
  return { ...sealed, signature: { algorithm: 'Ed25519', keyId: keyIdOf(privateKey), value } };
}

/** A manifest as it is kept: indented for people. Its hash does not depend on that. */
export function manifestFile(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Reads a manifest and looks at its seal. With a key, only what that key signed counts as signed. */
export function openManifest(content: Buffer, publicKey?: KeyObject): OpenedManifest {
  const document = parsed(content);
  const { success, output: manifest } = v.safeParse(manifestSchema, document);
  if (!success) return { seal: 'unreadable' };
  // The hash is over the document as it was read: the schema passes over what later versions may add.
  const bytes = canonicalBytes(document);
  if (bytes === undefined || hash('sha256', bytes) !== manifest.sha256) return { seal: 'altered', manifest };
  if (publicKey === undefined) return { seal: 'unsigned', manifest };
  const { signature } = manifest;
  const holds =
    signature !== undefined &&
    signature.keyId === keyIdOf(publicKey) &&
    verify(undefined, bytes, publicKey, Buffer.from(signature.value, 'base64'));
  return { seal: holds ? 'signed' : 'wrongSignature', manifest };
}

/** SHA-256 of the public key, which tells keys apart without showing one. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }));
}

function canonicalBytes(document: unknown): Buffer | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const sealed = Object.entries(document).filter(([name]) => name !== 'sha256' && name !== 'signature');
  try {
    return Buffer.from(canonicalJson(Object.fromEntries(sealed)));
  } catch {
    return undefined;
  }
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

function ed25519(read: () => KeyObject, kind: 'private' | 'public'): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new TypeError(`this is no Ed25519 ${kind} key in PEM`);
  return key;
}
