import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which of Apple's systems a check stands in for: each has frameworks that the other has not. */
export const systems = ['iOS', 'macOS'] as const;
type System = (typeof systems)[number];

/** A module as the compiler is given it. */
interface Module {
  name: string;
  /** Its folder, from the repository's root. */
  folder: string;
  files: string[];
  imports: Set<string>;
}

/** The apps' own targets: folders of Swift sources that are a module each. */
export const appTargets: Record<System, string[]> = {
  iOS: ['ios/Jarvis', 'ios/JarvisWidgets'],
  macOS: ['macos/Jarvis', 'macos/JarvisWidgets'],
};

/**
 * Sources that each of the apps' targets compiles for itself: intents, of which Xcode looks for a description in the target, and what the
 * widgets of both systems are.
 */
export const sharedSources = 'swift/Shared';

/**
 * A shell script that type-checks, on Linux, what only Apple's systems can build: the package's targets that `Package.swift` leaves out
 * here, and the apps, against the stand-ins for Apple's frameworks and Apollo iOS in `swift/Stubs`. It proves that the sources agree with
 * each other and with those stand-ins, which are written to the published interfaces; it does not prove that the real ones are like them.
 * The package has to be built before: its modules are read from `/build`.
 * @param root the repository as this process sees it; the script sees it at `/repository`.
 */
export function typecheckScript(root: string): string {
  return [
    'modules=$(ls -d /build/*/debug/Modules /build/debug/Modules 2>/dev/null | head -1)',
    'mkdir -p /build/typecheck',
    // Both at once: each compiles one module after the other, with one core.
    ...systems.map(
      (system) => `( set -eu\n${forSystem(root, system)}\n) >/build/typecheck/${system}.log 2>&1 & ${system}=$!`,
    ),
    'status=0',
    ...systems.map((system) => `wait $${system} || status=1; cat /build/typecheck/${system}.log`),
    'exit $status',
  ].join('\n');
}

function forSystem(root: string, system: System): string {
  const out = `/build/typecheck/${system}`;
  const stubs = joined(['Common', system].flatMap((group) => modulesIn(root, join('swift/Stubs', group))));
  const package_ = appleTargets(root).map((name) =>
    module(root, name, `swift/JarvisKit/Sources/${name}`, `swift/Stubs/Generated/${name}`),
  );
  const apps = appTargets[system]
    .filter((folder) => existsSync(join(root, folder)))
    .map((folder) => module(root, folder.split('/').at(-1)!, folder, sharedSources))
    .filter(({ files }) => files.length > 0);
  const flags = [
    ...['-swift-version 6', '-parse-as-library', `-D STUBS`, `-I ${out}`, '-I "$modules"'],
    ...['-Xcc -fmodule-map-file=/repository/swift/JarvisKit/Sources/CSQLite/module.modulemap'],
  ].join(' ');
  const lines = [`rm -rf ${out}`, `mkdir -p ${out}`];
  const compile = (how: string, { name, files }: Module) =>
    `swiftc ${how} ${flags} -module-name ${name} ${files.map((file) => `/repository/${file}`).join(' ')}`;
  for (const stub of inOrder(stubs))
    lines.push(compile(`-emit-module -suppress-warnings -o ${out}/${stub.name}.swiftmodule`, stub));
  for (const target of inOrder(package_)) {
    lines.push(compile('-typecheck -warnings-as-errors', target));
    lines.push(compile(`-emit-module -o ${out}/${target.name}.swiftmodule`, target));
  }
  for (const app of apps) lines.push(compile('-typecheck -warnings-as-errors', app));
  lines.push(
    `echo "${system}: ${[...package_, ...apps].map(({ name, files }) => `${name} (${files.length})`).join(', ')} against ${stubs.length} stand-ins"`,
  );
  return lines.join('\n');
}

/** The targets that `Package.swift` has on Apple's systems only. */
export function appleTargets(root: string): string[] {
  const manifest = readFileSync(join(root, 'swift/JarvisKit/Package.swift'), 'utf8');
  const block = manifest.slice(manifest.indexOf('#if !os(Linux)'));
  return [...block.matchAll(/\.target\(\s*name: "(\w+)"/g)].map(([, name]) => name!);
}

/** All Swift files of a folder, from the repository's root. */
export function swiftFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.swift'))
    .sort()
    .map((file) => join(folder, file));
}

function modulesIn(root: string, folder: string): Module[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => module(root, name, join(folder, name)));
}

/** @param generated a folder with what is generated of the module elsewhere, if it has any. */
function module(root: string, name: string, folder: string, generated = ''): Module {
  const files = [folder, ...(generated && existsSync(join(root, generated)) ? [generated] : [])].flatMap((each) =>
    swiftFiles(root, each),
  );
  const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const imports = [...text.matchAll(/^\s*(?:@\w+(?:\([^)]*\))? )*import (?:\w+ )?(\w+)/gm)].map(
    ([, imported]) => imported!,
  );
  return { name, folder, files, imports: new Set(imports) };
}

/** What a system's own folder adds to a module that both have is part of it. */
function joined(modules: Module[]): Module[] {
  const byName = new Map<string, Module>();
  for (const each of modules) {
    const { files, imports } = byName.get(each.name) ?? { files: [], imports: [] };
    byName.set(each.name, {
      ...each,
      files: [...files, ...each.files],
      imports: new Set([...imports, ...each.imports]),
    });
  }
  return [...byName.values()];
}

/** Each module after those that it imports. */
function inOrder(modules: Module[]): Module[] {
  const byName = new Map(modules.map((each) => [each.name, each]));
  const ordered = new Set<Module>();
  function visit(each: Module, path: string[]): void {
    if (ordered.has(each)) return;
    if (path.includes(each.name)) throw new Error(`Modules import each other: ${[...path, each.name].join(' → ')}`);
    for (const name of each.imports) {
      const imported = byName.get(name);
      if (imported && imported !== each) visit(imported, [...path, each.name]);
    }
    ordered.add(each);
  }
  for (const each of modules) visit(each, []);
  return [...ordered];
}
