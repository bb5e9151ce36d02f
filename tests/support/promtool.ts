import { spawnSync } from 'node:child_process';

const installed = spawnSync('promtool', ['--version']).status === 0;

/** Whether promtool is installed. Where it is not, its checks are skipped, loudly; with JARVIS_NO_SKIP they run and fail. */
export function hasPromtool(): boolean {
  if (installed || process.env.JARVIS_NO_SKIP) return true;
  console.warn('promtool is not installed: checks of alert rules are SKIPPED (Debian: apt-get install prometheus).');
  return false;
}
