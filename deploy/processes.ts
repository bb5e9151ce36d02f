import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

/** Processes that are kept running until they are told to leave, as Docker keeps containers. */
export interface Processes {
  /** Starts one, and again whenever it ends by itself. What it prints goes to `<name>.log`. */
  run(name: string, start: () => ChildProcess): void;
  /** Tells one to leave, and waits until it has; SIGKILL after a minute. Nothing happens when it is not there. */
  end(name: string, signal?: NodeJS.Signals): Promise<void>;
  names(): string[];
  /** As it is now: another one after a restart. */
  child(name: string): ChildProcess | undefined;
}

interface Service {
  child: ChildProcess;
  /** Told to leave: not started again. */
  leaving: boolean;
}

/** Longest wait for one to leave, in milliseconds. */
const patience = 60_000;
/** Before one that ended is started again, in milliseconds. */
const rest = 200;

export function createProcesses(logs: string, onProgress: (what: string) => void): Processes {
  const services = new Map<string, Service>();
  return {
    run(name, start) {
      const service: Service = { child: start(), leaving: false };
      services.set(name, service);
      const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a' });
      const watch = (child: ChildProcess) => {
        child.stdout?.pipe(log, { end: false });
        child.stderr?.pipe(log, { end: false });
        child.once('exit', (code, signal) => {
          if (service.leaving) return;
          onProgress(`${name} ended (${signal ?? code}) and is started again`);
          setTimeout(() => {
            if (service.leaving) return;
            service.child = start();
            watch(service.child);
          }, rest);
        });
      };
      watch(service.child);
    },
    async end(name, signal = 'SIGTERM') {
      const service = services.get(name);
      if (!service) return;
      service.leaving = true;
      services.delete(name);
      const { child } = service;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill(signal);
      const tooLong = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(tooLong);
    },
    names: () => [...services.keys()],
    child: (name) => services.get(name)?.child,
  };
}
