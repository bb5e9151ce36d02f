import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Exit codes: nothing known; known holes; nobody could be asked, which says nothing either way. */
const codes = { clean: 0, findings: 1, unasked: 3 } as const;

interface Report {
  auditReportVersion?: number;
  message?: string;
  vulnerabilities?: Record<string, { severity: string; range: string; fixAvailable: unknown; via: unknown[] }>;
}

/**
 * `npm run audit`: known holes, HIGH or worse, in what production installs. It asks the registry that npm is set up with; where that cannot be
 * asked, or has no such service, it says so and ends with 3, so that nobody takes silence for health.
 */
const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
  maxBuffer: 64_000_000,
  timeout: 120_000,
  // Once is enough: whoever runs this looks at what it says.
  env: { ...process.env, npm_config_fetch_retries: '0', npm_config_fetch_timeout: '60000' },
});
let report: Report = {};
try {
  report = JSON.parse(stdout) as Report;
} catch {
  // Told below.
}
if (error || report.auditReportVersion === undefined) {
  console.error(`Advisories could not be asked for: ${error?.message ?? report.message ?? 'npm gave no report'}.`);
  process.exitCode = codes.unasked;
} else {
  const bad = Object.entries(report.vulnerabilities ?? {}).filter(([, { severity }]) => /high|critical/.test(severity));
  for (const [name, { severity, range, via, fixAvailable }] of bad) {
    const titles = via.map((one) => (typeof one === 'string' ? `by ${one}` : (one as { title: string }).title));
    console.error(`${severity}: ${name} ${range}: ${titles.join('; ')}${fixAvailable ? '' : ' (there is no fix)'}`);
  }
  console.log(
    bad.length > 0 ? `${bad.length} packages have known holes.` : 'No holes are known in what production installs.',
  );
  process.exitCode = bad.length > 0 ? codes.findings : codes.clean;
}
