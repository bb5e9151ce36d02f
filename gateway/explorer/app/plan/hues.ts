/** Places on the colour wheel, far apart for neighbours in this list. */
const hues = [250, 150, 55, 310, 200, 25, 110, 280, 340, 175];
const taken = new Map<string, number>();

/** The subgraph's colour as a hue, the same in every picture of this page. */
export function hueOf(subgraph: string): number {
  let slot = taken.get(subgraph);
  if (slot === undefined) {
    slot = taken.size;
    taken.set(subgraph, slot);
  }
  // With more subgraphs than hues, colours repeat; names never do.
  return hues[slot % hues.length]!;
}
