import { spawnSync } from 'node:child_process';

const installed = spawnSync('nginx', ['-v']).status === 0;

/** Whether nginx is installed. Where it is not, tests of it are skipped, loudly; with JARVIS_NO_SKIP they run and fail. */
export function hasNginx(): boolean {
  if (installed || process.env.JARVIS_NO_SKIP) return true;
  console.warn('nginx is not installed: everything about the stack is SKIPPED (Debian: apt-get install nginx).');
  return false;
}
