import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  type InterfaceTypeDefinitionNode,
  isInterfaceType,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
} from 'graphql';
import type { Authorization } from '../gateway/planning/authorization.ts';
import { type Traits, together } from '../subgraphs/chat/tools/catalogue.ts';
import { traitsOf } from '../subgraphs/chat/tools/reading.ts';
import type { Scope } from '../subgraphs/shared/context.ts';
import type { AiDataClass } from '../subgraphs/shared/models/dataClasses.ts';

/** What each domain's data counts as where consent is asked for. `users` is the account itself, which has no class. */
const classOfDomain: Readonly<Record<string, AiDataClass | null>> = {
  users: null,
  goals: 'GOALS',
  chat: 'MESSAGES',
  research: 'RESEARCH',
  integrations: 'COMMUNICATION',
};

/** What of `integrations` is about goals, by the names of type, field and result. */
const aboutGoals = /reminder|notification|quiethours|progressmapping/i;
/** And what is about health and money. */
const aboutHealth = /health(metric|day|series)/i;
const aboutMoney = /banktransaction/i;

/** Types of `chat` that are made of what others hold. */
const holdingOthers: readonly { types: RegExp; dataClasses: readonly AiDataClass[] }[] = [
  { types: /^Insight(Evidence)?$/, dataClasses: ['GOALS'] },
];

/** Domains whose texts are the person's own. */
const trustedDomains = ['users', 'goals'];
/** Types of these domains that hold what research found as well: that stays others' text, approved or not. */
const tainted = new Set(['LifeAreaNote', 'NoteMatch']);

/** Types of the other domains whose texts are the person's own, or ours. What is not named here is taken for others' text. */
const trustedTypes = new Set(
  `Memory Insight InsightEvidence
  ResearchCategory ResearchSchedule ScheduledRun ResearchReview ReviewActor
  ResearchRun ResearchRunStep ResearchRunProgress ResearchRunError
  Reminder NotificationSettings NotificationPreference QuietHours IntegrationProvider IntegrationSetting AutomationEventType
  AutomationRule ScheduleTrigger EventTrigger ConditionTrigger EventFilter GoalCondition TimeCondition
  NotificationAction DataUpdateAction ApiCallAction AiTaskAction HttpHeader`.split(/\s+/),
);

const textScalars = new Set(['String', 'URL', 'JSON', 'EmailAddress']);
/** Types of all subgraphs whose texts are ours. */
const plumbing = new Set(['PageInfo', 'UserError', 'EventRef', 'Node']);

/**
 * Traits of every output field of the graph, by `Type.field`: told by the subgraph that owns it.
 *
 * What means nothing by itself (an entity's `id`, a page's cursors, the parts of an excerpt: several subgraphs make such types) has none:
 * what leads to it has. Whatever a field reads through `@requires` counts as selected with it.
 * @throws Error for a domain that is not known here.
 */
export function fieldTraits(supergraphSdl: string, apiSchema: GraphQLSchema, authorization: Authorization) {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const domains = new Map<string, string>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { name, directives } of definition.values ?? []) {
      domains.set(name.value, text(directives?.[0], 'name') ?? name.value);
    }
  }
  const types = supergraph.definitions.filter(
    (definition): definition is CompositeNode =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION,
  );
  /** Several subgraphs make values of the type: whether its texts are to be trusted depends on who did. */
  const isShared = (name: string) =>
    types.some(
      (type) =>
        type.name.value === name &&
        graphs(type.directives, 'join__type').length > 1 &&
        !type.directives?.some((join) => text(join, 'key')),
    );

  const traits = new Map<string, Traits>();
  const reads: { coordinate: string; type: string; selection: string }[] = [];
  for (const type of types) {
    for (const field of type.fields ?? []) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      const output = getNamedType(outputType(apiSchema, type.name.value, field.name.value));
      if (!output) continue; // federation's own
      const owners = ownersOf(type, field).map((graph) => domains.get(graph) ?? graph);
      const tellsNothing = owners.length > 1 && (field.name.value === 'id' || isShared(type.name.value));
      const isText =
        field.name.value !== 'cursor' &&
        (textScalars.has(output.name) || (isShared(output.name) && !plumbing.has(output.name)));
      traits.set(
        coordinate,
        together([
          { dataClasses: [], scopes: (authorization.get(coordinate)?.scopes[0] ?? []) as Scope[], isUntrusted: false },
          ...(tellsNothing ? [] : owners).map((owner) =>
            ownTraits(owner, type.name.value, `${coordinate}: ${output.name}`, isText),
          ),
        ]),
      );
      for (const join of field.directives ?? []) {
        const selection = join.name.value === 'join__field' && text(join, 'requires');
        if (selection) reads.push({ coordinate, type: type.name.value, selection });
      }
    }
  }
  for (const { coordinate, type, selection } of reads) {
    const read = parse(`fragment Read on ${type} { ${selection} }`, { noLocation: true });
    traits.set(coordinate, together([traits.get(coordinate)!, traitsOf(read, apiSchema, traits)]));
  }
  for (const type of Object.values(apiSchema.getTypeMap())) {
    if (!isInterfaceType(type)) continue;
    for (const name of Object.keys(type.getFields())) {
      const all = apiSchema.getPossibleTypes(type).map((possible) => traits.get(`${possible.name}.${name}`)!);
      traits.set(`${type.name}.${name}`, together([traits.get(`${type.name}.${name}`)!, ...all]));
    }
  }
  return traits;
}

type CompositeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

const roots = ['Query', 'Mutation', 'Subscription'];

function ownTraits(domain: string, type: string, signature: string, isText: boolean): Traits {
  if (!Object.hasOwn(classOfDomain, domain)) throw new Error(`Which class of data does the subgraph "${domain}" hold?`);
  const dataClass = domain === 'integrations' ? classOfIntegration(signature) : classOfDomain[domain];
  return {
    dataClasses: [
      ...(dataClass ? [dataClass] : []),
      ...holdingOthers.flatMap(({ types, dataClasses }) => (types.test(type) ? dataClasses : [])),
    ],
    // A domain gives its entities only to whoever may read it, however they are reached: through `node` or from another domain.
    scopes: dataClass && !roots.includes(type) ? [`${domain}:read` as Scope] : [],
    isUntrusted: isText && (tainted.has(type) || !(trustedDomains.includes(domain) || trustedTypes.has(type))),
  };
}

function classOfIntegration(signature: string): AiDataClass {
  if (aboutHealth.test(signature)) return 'HEALTH';
  if (aboutMoney.test(signature)) return 'FINANCE';
  return aboutGoals.test(signature) ? 'GOALS' : 'COMMUNICATION';
}

/** The subgraphs that can give a field: those that its `@join__field` name, else all that have the type. */
function ownersOf(type: CompositeNode, field: FieldDefinitionNode): string[] {
  const named = (field.directives ?? []).filter(
    (join) => join.name.value === 'join__field' && !/\b(external|usedOverridden): true/.test(print(join)),
  );
  const owners = graphs(named, 'join__field');
  return owners.length > 0 ? owners : graphs(type.directives, 'join__type');
}

const graphs = (directives: readonly ConstDirectiveNode[] | undefined, name: string): string[] => [
  ...new Set(
    (directives ?? []).flatMap((directive) => {
      const graph = directive.arguments?.find((argument) => argument.name.value === 'graph')?.value;
      return directive.name.value === name && graph?.kind === Kind.ENUM ? [graph.value] : [];
    }),
  ),
];

function text(directive: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function outputType(schema: GraphQLSchema, type: string, field: string) {
  const parent = schema.getType(type);
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field]?.type : undefined;
}
