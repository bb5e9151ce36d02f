import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';

const directory = join(import.meta.dirname, '../../prisma');

/**
 * The SQL that Prisma itself would write for the models: what a diff from nothing to the datamodel prints. The engine is
 * Prisma's own, as WebAssembly (the native one is a download); it wants a server to talk to, but changes nothing there.
 */
export async function sqlOfModels(connectionString: string): Promise<string> {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.prisma'))
    .map((name) => ({ path: join(directory, name), content: readFileSync(join(directory, name), 'utf8') }));
  await loadEngine();
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString }));
  const options = { datamodels: files.map(({ path, content }): [string, string] => [path, content]) };
  const schemaEngine = await engine.SchemaEngine.new(options, () => {}, adapter);
  const { stdout } = await schemaEngine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  if (!stdout) throw new Error('Prisma printed no SQL for the models.');
  return stdout;
}

/** Node cannot import `.wasm` files by itself yet, so the module is put together by hand. */
async function loadEngine(): Promise<void> {
  const file = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm');
  const { instance } = await webAssembly.instantiate(readFileSync(file), { './schema_engine_bg.js': engine });
  (engine as unknown as { __wbg_set_wasm(exports: object): void }).__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start!();
}

/** As much of it as is used here: TypeScript has its types with the browser's only. */
interface WebAssemblyNamespace {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, () => void> } }>;
}
const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyNamespace }).WebAssembly;
