import { readFileSync } from 'node:fs';

/** The supergraph of the schema files as they are now, composed once a run in globalSetup. */
export const supergraphSdl = readFileSync(process.env.JARVIS_TEST_SUPERGRAPH!, 'utf8');
