import { Registry } from 'prom-client';

/** Prometheus metrics of the domains in this process; whoever serves /metrics adds them to its own. Labels never hold ids or texts. */
export const domainMetrics = new Registry();
