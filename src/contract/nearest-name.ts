/** The known name with the fewest typing mistakes between it and the given one, in whatever case; the first of several. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let distanceMin = Infinity;
  for (const name of known) {
    const distance = editDistance(given, name);
    if (distance < distanceMin) {
      distanceMin = distance;
      nearest = name;
    }
  }
  return nearest;
}

/**
 * The known name that was probably meant: one that holds the given name or is held by it (`cluster`,
 * `clusterNames`), or that is half the same; undefined when there is none.
 */
export function likelyName(given: string, known: readonly string[]): string | undefined {
  const related = known.filter((name) => holdsOneAnother(given, name));
  const nearest = nearestName(given, related.length > 0 ? related : known);
  if (nearest === undefined || related.length > 0) return nearest;
  const length = Math.max(given.length, nearest.length);
  return editDistance(given, nearest) * 2 <= length ? nearest : undefined;
}

/** A name of one or two characters is a part of too many to point at any. */
function holdsOneAnother(one: string, other: string): boolean {
  const [short = '', long = ''] = [comparable(one), comparable(other)].sort((a, b) => a.length - b.length);
  return short.length > 2 && long.includes(short);
}

/** Of an overlong name only the beginning counts. */
function comparable(name: string): string {
  return name.slice(0, 100).toLowerCase();
}

/** Levenshtein's distance: how many characters have to be put in, taken out or exchanged. */
function editDistance(one: string, other: string): number {
  const from = comparable(one);
  const to = comparable(other);
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let fromIndex = 0; fromIndex < from.length; fromIndex += 1) {
    const next = [fromIndex + 1];
    for (let toIndex = 0; toIndex < to.length; toIndex += 1) {
      const exchanged = (row[toIndex] ?? 0) + (from[fromIndex] === to[toIndex] ? 0 : 1);
      next.push(Math.min(exchanged, (row[toIndex + 1] ?? 0) + 1, (next[toIndex] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
