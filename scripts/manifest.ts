import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeManifest, printManifest } from '../gateway/admission/manifest.ts';

/**
 * The manifest of all shared operations, as it should be committed. The assistant's are left out: no client names them, and they build
 * their inputs from flat variables, which the manifest's format does not allow.
 */
export function manifestOfOperations(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql') && !/^(generated|assistant)\b/.test(file))
    .sort();
  return printManifest(makeManifest(files.map((file) => readFileSync(join(folder, file), 'utf8'))));
}
