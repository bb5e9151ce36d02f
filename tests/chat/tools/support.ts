import { join } from 'node:path';
import { makeCatalogue } from '../../../scripts/catalogue.ts';
import { openCatalogue } from '../../../subgraphs/chat/tools/catalogue.ts';
import type { Allowance } from '../../../subgraphs/chat/tools/definitions.ts';
import { type AiDataClass, dataClasses } from '../../../subgraphs/shared/models/dataClasses.ts';
import { supergraphSdl } from '../../support/supergraph.ts';

export const folder = join(import.meta.dirname, '../../../operations/assistant');
export const written = makeCatalogue(supergraphSdl, folder);
/** The catalogue of the schema files and documents as they are now, as it comes out of its file. */
export const catalogue = openCatalogue(JSON.parse(JSON.stringify(written)));

export const allClasses: AiDataClass[] = [...dataClasses];
export const allScopes = ['goals', 'chat', 'research', 'integrations', 'profile'].flatMap((domain) => [
  `${domain}:read`,
  `${domain}:write`,
]);

export const allowing = (classes: readonly AiDataClass[], scopes: readonly string[] = allScopes): Allowance => ({
  classes: new Set(classes),
  scopes: new Set(scopes),
});
export const everything = allowing(allClasses);
