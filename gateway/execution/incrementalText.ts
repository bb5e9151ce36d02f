import { responseText } from './compiled/executor.ts';
import type { IncrementalResult, Subsequent } from './incremental.ts';

/** The first message of an answer in parts, as clients of `deferSpec=20220824` read it. */
export const initialText = ({ initial }: IncrementalResult, extensions?: Readonly<Record<string, unknown>>): string =>
  `${responseText(initial, extensions).slice(0, -1)},"hasNext":true}`;

/** Each message after the first. */
export function subsequentText({ incremental, hasNext }: Subsequent): string {
  const parts = incremental.map(({ data, errors, path, label }) => {
    const rest = [
      `"path":${JSON.stringify(path)}`,
      ...(label === undefined ? [] : [`"label":${JSON.stringify(label)}`]),
    ];
    return `${responseText({ data, errors }).slice(0, -1)},${rest.join()}}`;
  });
  return `{${parts.length ? `"incremental":[${parts.join()}],` : ''}"hasNext":${hasNext}}`;
}
