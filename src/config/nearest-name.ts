/** The known name with the fewest typing mistakes between it and the given one; the first of several. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let distanceMin = Infinity;
  for (const name of known) {
    const distance = editDistance(given.slice(0, 100), name);
    if (distance < distanceMin) {
      distanceMin = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** Levenshtein's distance: how many characters have to be put in, taken out or exchanged. */
function editDistance(from: string, to: string): number {
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
