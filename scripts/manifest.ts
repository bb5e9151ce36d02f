import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeManifest, printManifest } from '../gateway/admission/manifest.ts';

/** The manifest of all shared operations, as it should be committed. */
export function manifestOfOperations(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql') && !file.startsWith('generated'))
    .sort();
  return printManifest(makeManifest(files.map((file) => readFileSync(join(folder, file), 'utf8'))));
}
