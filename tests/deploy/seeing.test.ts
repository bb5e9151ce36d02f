import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { subgraphs as definitions } from '../../subgraphs/index.ts';
import '../../subgraphs/shared/rejections.ts'; // what the processes' mains watch
import { createSubgraphServer } from '../../subgraphs/shared/server.ts';
import { createSubgraph } from '../../subgraphs/shared/subgraph.ts';
import { hasPromtool } from '../support/promtool.ts';
import { startServer, type TestServer } from '../support/server.ts';

const deploy = join(import.meta.dirname, '../../deploy');
const prometheus = join(deploy, 'prometheus');
const dashboardFiles = readdirSync(join(deploy, 'grafana/dashboards'));
const dashboards = dashboardFiles.map((file) =>
  JSON.parse(readFileSync(join(deploy, 'grafana/dashboards', file), 'utf8')),
);
const rules: { alert: string; expr: string; labels: Record<string, string>; annotations: Record<string, string> }[] =
  parse(readFileSync(join(prometheus, 'alerts.yml'), 'utf8')).groups.flatMap(
    (group: { rules: unknown[] }) => group.rules,
  );
const expressions: [where: string, expression: string][] = [
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
  ...dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel: any) =>
      panel.targets.map(({ expr }: { expr: string }) => [`${title}: ${panel.title}`, expr]),
    ),
  ),
];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'jarvis-prometheus-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

(hasPromtool() ? describe : describe.skip)('as promtool sees it', () => {
  const promtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    return { status, told: status === 0 ? '' : `${stdout}${stderr}` };
  };
  const fine = { status: 0, told: '' };

  test('the configuration is right, the rules with it', () => {
    // It looks for the files that are named.
    const token = join(directory, 'metrics_token');
    writeFileSync(token, 'token');
    const text = readFileSync(join(prometheus, 'prometheus.yml'), 'utf8');
    expect(text).toContain('/run/secrets/metrics_token');
    writeFileSync(join(directory, 'prometheus.yml'), text.replace('/run/secrets/metrics_token', token));
    writeFileSync(join(directory, 'alerts.yml'), readFileSync(join(prometheus, 'alerts.yml')));
    expect(promtool('check', 'config', join(directory, 'prometheus.yml'))).toEqual(fine);
  });

  test.each(['alerts', 'backups'])('alerts come when they should, and not otherwise (%s)', (name) => {
    expect(promtool('test', 'rules', join(prometheus, `${name}.test.yml`))).toEqual(fine);
  });

  test('every expression of the dashboards is one', () => {
    const record = (expression: string, index: number) => ({
      record: `panel_${index}`,
      expr: expression.replaceAll('$__rate_interval', '5m'),
    });
    const file = join(directory, 'panels.yml');
    const all = { groups: [{ name: 'panels', rules: expressions.map(([, expression], i) => record(expression, i)) }] };
    writeFileSync(file, JSON.stringify(all));
    expect(promtool('check', 'rules', file)).toEqual(fine);
  });
});

test('Prometheus asks each process of both sets, with the token', () => {
  const { scrape_configs: jobs } = parse(readFileSync(join(prometheus, 'prometheus.yml'), 'utf8'));
  const jarvis = jobs.find(({ job_name: name }: { job_name: string }) => name === 'jarvis');
  const targets = jarvis.static_configs.flatMap((one: { targets: string[] }) => one.targets);
  const { services } = parse(readFileSync(join(deploy, '../docker-compose.yml'), 'utf8'), { merge: true });
  const processes = Object.entries<any>(services)
    .filter(([name, { build }]) => build && name !== 'migrate')
    .map(([name]) => `${name}:4000`);
  expect(targets.sort()).toEqual(processes.sort());
  expect(jarvis.authorization.credentials_file).toBe('/run/secrets/metrics_token');
  expect(services.prometheus.secrets).toContain('metrics_token');
});

test('every alert says how bad it is, what is so and what to do', () => {
  for (const { alert, labels, annotations } of rules) {
    expect([alert, ['page', 'ticket'].includes(labels.severity!)]).toEqual([alert, true]);
    expect([alert, annotations.summary?.length ?? 0]).toEqual([alert, expect.any(Number)]);
    expect(annotations.summary!.length).toBeGreaterThan(10);
    expect(annotations.action).toMatch(/[.?]$/);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

test('dashboards have names of their own and know where their figures come from', () => {
  expect(dashboards.length).toBeGreaterThan(3);
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
  expect(dashboards.map(({ uid }) => `${uid}.json`).sort()).toEqual([...dashboardFiles].sort());
  const { datasources } = parse(readFileSync(join(deploy, 'grafana/provisioning/datasources/prometheus.yml'), 'utf8'));
  for (const { panels, id } of dashboards) {
    expect(id).toBeUndefined();
    expect(new Set(panels.map((panel: { id: number }) => panel.id)).size).toBe(panels.length);
    for (const { title, datasource, targets } of panels) {
      expect([title, datasource.uid]).toEqual([title, datasources[0].uid]);
      expect(targets.length).toBeGreaterThan(0);
    }
  }
});

describe('what a started Jarvis shows', () => {
  let server: TestServer;
  /** Metrics of a gateway with everything in one process, and of the door of a subgraph. */
  let shown: Set<string>;
  let text: string;
  let userId: string;
  beforeAll(async () => {
    server = await startServer('embedded', { BUSINESS_METRICS: 'yes' });
    const ada = await server.person('ada@example.com');
    userId = (await ada.ask('{ viewer { id } }')).viewer.id;
    const remote = createSubgraphServer(createSubgraph(definitions.goals, server.platform), server.platform, [
      Buffer.alloc(32),
    ]).server.listen(0, '127.0.0.1');
    await once(remote, 'listening');
    const read = async (url: string) => (await fetch(`${url}/metrics`)).text();
    text = await read(server.url);
    const both = `${text}\n${await read(`http://127.0.0.1:${(remote.address() as AddressInfo).port}`)}`;
    remote.closeAllConnections();
    await new Promise((done) => remote.close(done));
    shown = new Set(
      [...both.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
      ),
    );
  }, 60_000);
  afterAll(async () => server.stop());

  test('has every metric that a dashboard or an alert asks for', () => {
    const missing = expressions.flatMap(([where, expression]) =>
      [...expression.matchAll(/\bjarvis_\w+/g)]
        .filter(([name]) => !shown.has(name))
        .map(([name]) => `${where}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('tells of every queue, every reader of events, and all that may be due', () => {
    for (const name of Object.keys(definitions)) {
      expect(text).toContain(`jarvis_queue_jobs{queue="${name}",state="waiting"}`);
      expect(text).toContain(`jarvis_queue_oldest_seconds{queue="${name}"}`);
    }
    for (const reader of ['users', 'integrations', 'integrations.rules', 'integrations.webhooks'])
      expect(text).toContain(`jarvis_reaction_lag_oldest_seconds{reader="${reader}"}`);
    const works = ['chat.replies', 'research.runs'];
    for (const own of ['syncs', 'pushes', 'mappings', 'ruleRuns', 'webhooks']) works.push(`integrations.${own}`);
    for (const work of works) expect(text).toContain(`jarvis_due_work{work="${work}"} 0`);
  });

  test('names nobody: no ids, no addresses', () => {
    expect(text.includes(userId)).toBe(false);
    expect(text.match(/[\w.]+@[\w.]+|127\.0\.0\.1|\b[a-z]+_[0-9a-f]{32}/g)).toBeNull();
  });
});
