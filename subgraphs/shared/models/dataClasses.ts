/** The classes of data that a person consents to send to a provider, as the graph names them. */
export const dataClasses = ['MESSAGES', 'GOALS', 'HEALTH', 'FINANCE', 'COMMUNICATION', 'RESEARCH'] as const;
export type AiDataClass = (typeof dataClasses)[number];
