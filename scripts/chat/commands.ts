import type { Assistant, Memory } from './answers.ts';
import type { Talk } from './talk.ts';

interface Command {
  /** What follows its name. */
  takes?: string;
  does: string;
  run(talk: Talk, argument: string): Promise<void>;
}

/** Version of the text that `/consent` shows: a consent is given under it. */
const disclosureVersion = 'terminal-1';
const classes: Readonly<Record<string, string>> = {
  MESSAGES: 'what you write to the assistant, and its memories of you',
  GOALS: 'life areas, goals and progress',
  HEALTH: 'measurements of health',
  FINANCE: 'money: accounts and transactions',
  COMMUNICATION: 'mail and calendar',
  RESEARCH: 'research results and their sources',
};

export const commands: Readonly<Record<string, Command>> = {
  help: {
    does: 'says what can be typed here',
    async run({ screen }) {
      for (const [name, { takes = '', does }] of Object.entries(commands)) {
        screen.say(`  ${`/${name} ${takes}`.padEnd(18)} ${does}`);
      }
      screen.say('  Everything else is said to the assistant. Ctrl-C stops a reply, and at the prompt ends the talk.');
    },
  },
  new: {
    does: 'begins a new conversation',
    async run(talk) {
      talk.conversationId = null;
      talk.replyId = null;
    },
  },
  again: {
    does: 'has your last message answered once more',
    run: (talk) => talk.again(),
  },
  providers: {
    does: 'who can answer here',
    async run({ graph, screen }) {
      const { aiProviders } = await graph.ask<Assistant>('Assistant');
      for (const { name, model, isLocal, consentedClasses, available } of aiProviders) {
        const sent = isLocal ? 'stays with Jarvis' : consentedClasses.join(', ') || 'no consent yet';
        screen.say(`  ${name.padEnd(14)} ${model.padEnd(22)} ${available ? 'answers' : 'does not answer'} (${sent})`);
      }
    },
  },
  provider: {
    takes: 'NAME',
    does: 'who is to answer from now on; without a name, as your settings say',
    async run(talk, name) {
      const { aiProviders } = await talk.graph.ask<Assistant>('Assistant');
      if (name && !aiProviders.some((one) => one.name === name)) {
        talk.screen.say(`There is no provider "${name}"; there are ${aiProviders.map((one) => one.name).join(', ')}.`);
      } else talk.provider = name || null;
    },
  },
  consent: {
    takes: 'NAME',
    does: 'lets a provider get your data, after it was said what',
    async run({ graph, screen }, name) {
      const { aiProviders } = await graph.ask<Assistant>('Assistant');
      const provider = aiProviders.find((one) => one.name === name);
      if (!provider) return screen.say('Name one of those that /providers shows.');
      if (provider.isLocal) return screen.say(`${name} needs no consent: nothing leaves Jarvis.`);
      const open = Object.keys(classes).filter((one) => !provider.consentedClasses.includes(one));
      if (open.length === 0) return screen.say(`${name} may get everything already.`);
      screen.say(`With each question, ${name} (${provider.model}) may be sent, of what you consent to:`);
      for (const one of open) screen.say(`  ${one.padEnd(14)} ${classes[one]}`);
      const answer = await screen.read('Which? Names, "all", or nothing: ', { fresh: true });
      const wanted = (answer ?? '').toUpperCase().split(/[\s,]+/);
      const dataClasses = wanted.includes('ALL') ? open : open.filter((one) => wanted.includes(one));
      if (dataClasses.length === 0) return screen.say('Nothing was changed.');
      await graph.change('GrantAiConsent', { provider: name, dataClasses, disclosureVersion });
      screen.say(`${name} may get ${dataClasses.join(', ')} from now on.`);
    },
  },
  usage: {
    does: 'what today’s calls to language models cost',
    async run({ graph, screen }) {
      const { localDate, limit, spent, calls, inputTokens, outputTokens } = (await graph.ask<Assistant>('Assistant'))
        .viewer.aiBudget;
      screen.say(
        `  ${localDate}: $${spent} of $${limit}, ${calls} calls, ${inputTokens} tokens sent, ${outputTokens} received`,
      );
    },
  },
  memories: {
    does: 'what the assistant may remember about you',
    async run({ graph, screen }) {
      const { viewer } = await graph.ask<{ viewer: { memories: { nodes: Memory[] } } }>('Memories');
      if (viewer.memories.nodes.length === 0) screen.say('  Nothing.');
      for (const { kind, text, enabled } of viewer.memories.nodes) {
        screen.say(`  ${kind.toLowerCase().padEnd(12)} ${text}${enabled ? '' : ' (off)'}`);
      }
    },
  },
};
