import type { BucketObject } from '../bucket/index.ts';
import { exportKey, type CheckObserver, type EvidenceRow } from '../proof/index.ts';
import type { StoredCollection, StoredObject, StoredRow } from './stored-evidence.ts';

/** One thing that is not as an earlier check found it. */
export interface ExportChange {
  /** `content`: the same size, but another checksum, or written anew as the storage's own mark (ETag) says. */
  readonly kind: 'missing' | 'new' | 'size' | 'content';
  /** An object's key, or a collection's folder. */
  readonly where: string;
  /** In words, without `where`. */
  readonly what: string;
}

/** Compares what a check sees with an earlier one's evidence: first told of that, then of what is seen. */
export interface ExportComparison extends CheckObserver {
  /** An earlier check that read every object knows them; one that listed knows what each collection came to. */
  readonly by: 'objects' | 'collections';
  earlier(row: StoredRow): void;
  /** All of them, by their place, once the check has ended. */
  changes(): ExportChange[];
}

/** A comparison with a check of that level. */
export function comparisonWith(level: 'manifest' | 'full'): ExportComparison {
  return level === 'full' ? new ObjectComparison() : new CollectionComparison();
}

class Changes {
  /** By place: a check that goes on after a failure is told of some things twice. */
  readonly #byPlace = new Map<string, ExportChange>();

  set(change: ExportChange): void {
    this.#byPlace.set(change.where, change);
  }

  delete(where: string): void {
    this.#byPlace.delete(where);
  }

  /** With what was never seen. */
  sorted(missing: readonly ExportChange[]): ExportChange[] {
    return [...this.#byPlace.values(), ...missing].sort((a, b) => (a.where < b.where ? -1 : 1));
  }
}

class ObjectComparison implements ExportComparison {
  readonly by = 'objects';
  readonly #earlier = new Map<string, Omit<StoredObject, 'kind' | 'key'>>();
  readonly #seen = new Set<string>();
  readonly #changes = new Changes();

  earlier(row: StoredRow): void {
    if (row.kind !== 'object') return;
    const { kind: _kind, key, ...rest } = row;
    this.#earlier.set(key, rest);
  }

  listed(objects: readonly BucketObject[], prefix: string): void {
    for (const object of objects) {
      const { kind } = exportKey(object.key, prefix);
      if (kind === 'data' || kind === 'metadata') this.#listedOne(object);
    }
  }

  rows(rows: readonly EvidenceRow[]): void {
    for (const row of rows) {
      const earlier = row.kind === 'object' ? this.#earlier.get(row.key) : undefined;
      if (row.kind !== 'object' || earlier?.sha256 === undefined || row.sha256 === undefined) continue;
      // Its content decides, whatever the storage's own mark says of when it was written.
      if (row.sha256 === earlier.sha256) this.#changes.delete(row.key);
      else if (row.bytes === earlier.bytes) {
        const what = `its SHA-256 was ${earlier.sha256} and is ${row.sha256}`;
        this.#changes.set({ kind: 'content', where: row.key, what });
      }
    }
  }

  changes(): ExportChange[] {
    const missing = [...this.#earlier].filter(([key]) => !this.#seen.has(key));
    return this.#changes.sorted(
      missing.map(([where, { bytes }]) => ({ kind: 'missing', where, what: `it had ${bytes} bytes` })),
    );
  }

  #listedOne({ key, bytes, etag }: BucketObject): void {
    this.#seen.add(key);
    const earlier = this.#earlier.get(key);
    if (earlier === undefined) {
      this.#changes.set({ kind: 'new', where: key, what: `it has ${bytes} bytes` });
    } else if (earlier.bytes !== bytes) {
      this.#changes.set({ kind: 'size', where: key, what: `it had ${earlier.bytes} bytes and has ${bytes}` });
    } else if (earlier.etag !== undefined && etag !== undefined && earlier.etag !== etag) {
      this.#changes.set({ kind: 'content', where: key, what: 'it was written anew, by its ETag' });
    }
  }
}

class CollectionComparison implements ExportComparison {
  readonly by = 'collections';
  readonly #earlier = new Map<string, StoredCollection>();
  readonly #seen = new Set<string>();
  readonly #changes = new Changes();

  earlier(row: StoredRow): void {
    if (row.kind === 'collection') this.#earlier.set(folderOf(row), row);
  }

  listed(): void {
    // A listing alone is not known by its objects.
  }

  rows(rows: readonly EvidenceRow[]): void {
    for (const row of rows) if (row.kind === 'collection') this.#seenOne(row);
  }

  changes(): ExportChange[] {
    const missing = [...this.#earlier].filter(([folder]) => !this.#seen.has(folder));
    return this.#changes.sorted(
      missing.map(([where, row]) => ({ kind: 'missing', where, what: `it had ${contents(row)}` })),
    );
  }

  #seenOne(row: Omit<StoredCollection, 'kind'>): void {
    const where = folderOf(row);
    this.#seen.add(where);
    const earlier = this.#earlier.get(where);
    if (earlier === undefined) {
      this.#changes.set({ kind: 'new', where, what: `it has ${contents(row)}` });
    } else if (earlier.listingSha256 !== row.listingSha256) {
      const [before, now] = [contents(earlier), contents(row)];
      if (before === now) {
        const what = 'its objects are named, sized or written otherwise (listingSha256)';
        this.#changes.set({ kind: 'content', where, what });
      } else this.#changes.set({ kind: 'size', where, what: `it had ${before} and has ${now}` });
    }
  }
}

function folderOf({ prefix, database, collection }: Omit<StoredCollection, 'kind'>): string {
  return `${prefix}${database}/${collection}/`;
}

function contents({ replicaSets }: Pick<StoredCollection, 'replicaSets'>): string {
  const each = replicaSets.map(
    ({ replicaSetName, files, bytes }) => `${files} files (${bytes} bytes) of ${replicaSetName}`,
  );
  return each.length === 0 ? 'no data files' : each.join(', ');
}
