import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import { apiSchemaFile, type CodegenConfig, codegenConfigFile, disagreements, findCli } from './apollo.ts';

/**
 * `npm run codegen:ios`: has Apollo iOS's command line make the target JarvisAPI of operations/, and compares the ids that it reckons with
 * those that the server knows. The command line runs on a Mac; elsewhere this says what is missing.
 */
const root = join(import.meta.dirname, '../..');
const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const cli =
  findCli([root, join(root, 'swift/JarvisKit')]) ??
  fail(
    process.platform === 'darwin'
      ? 'apollo-ios-cli is missing: run "swift package --allow-writing-to-package-directory apollo-cli-install" in swift/JarvisKit.'
      : 'apollo-ios-cli is missing: Apollo iOS generates code on a Mac only. Here, the package is checked against stand-ins for it.',
  );
if (!existsSync(apiSchemaFile)) fail('The schema is missing: run "npm run generate".');

const config = JSON.parse(readFileSync(codegenConfigFile, 'utf8')) as CodegenConfig;
const written = join(root, config.operationManifest.path);
rmSync(written, { force: true });
const { status } = spawnSync(cli, ['generate', '--path', codegenConfigFile], { cwd: root, stdio: 'inherit' });
if (status !== 0) fail('apollo-ios-cli failed: see above.');

// By which GraphApollo finds what was generated.
const generate = ['--import', 'tsx', join(import.meta.dirname, 'generate.ts')];
if (spawnSync(process.execPath, generate, { cwd: root, stdio: 'inherit' }).status !== 0)
  fail('What else is generated of operations/ could not be: see above.');

const differences = disagreements(
  readManifest(readFileSync(written, 'utf8')),
  readManifest(readFileSync(manifestFile, 'utf8')),
);
if (differences.length > 0) fail(differences.join('\n'));
console.log(`${config.output.schemaTypes.path} is generated, and the server knows every operation of it.`);
