import { type Data, isData, own } from './data.ts';

/** A path in the response. */
export type ResponsePath = readonly (string | number)[];

/** An object of the merged answer that a fetch adds to. */
export interface Target {
  readonly data: Data;
  readonly path: ResponsePath;
  /** The objects above it, from the root down, one for each field on the path: what `@fromContext` reads. */
  readonly ancestors: readonly Data[];
}

/**
 * The objects that a plan's path leads to. An element is a response name, "@" for each item of a list, and either may carry the types
 * it is meant for: "pet|[Cat,Dog]".
 */
export function targetsAt(from: readonly Target[], path: ResponsePath): Target[] {
  let places: { value: unknown; path: ResponsePath; ancestors: readonly Data[] }[] = from.map(
    ({ data, path, ancestors }) => ({ value: data, path, ancestors }),
  );
  for (const element of path) {
    const [, name = '', types] = /^([^|]*)(?:\|\[(.*)\])?$/.exec(String(element)) ?? [];
    if (name === '@') {
      places = places.flatMap((place) =>
        Array.isArray(place.value)
          ? place.value.map((value, index) => ({ ...place, value, path: [...place.path, index] }))
          : [],
      );
    } else if (name) {
      places = places.flatMap(({ value, path, ancestors }) =>
        isData(value) ? [{ value: own(value, name), path: [...path, name], ancestors: [...ancestors, value] }] : [],
      );
    }
    if (types) {
      const allowed = types.split(',');
      // A type condition after a list's field name stands before its "@", where only the list is at hand: items are looked at.
      const matches = (value: unknown): boolean =>
        Array.isArray(value) || (isData(value) && allowed.includes(String(own(value, '__typename'))));
      places = places.filter((place) => matches(place.value));
    }
    places = places.filter((place) => place.value !== null && place.value !== undefined);
  }
  return places.flatMap(({ value, path, ancestors }) => (isData(value) ? [{ data: value, path, ancestors }] : []));
}

/** The longest path that all of the paths start with. */
export function commonPath(paths: readonly ResponsePath[]): ResponsePath {
  const [first = [], ...others] = paths;
  const end = first.findIndex((element, index) => others.some((path) => path[index] !== element));
  return end < 0 ? first : first.slice(0, end);
}
