import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useId, useState } from 'react';
import { examples } from './exampleFiles.ts';
import type { Example } from './examples.ts';
import { knownIds } from './knownIds.ts';
import { filledVariables, requiredVariables } from './variables.ts';

/** GraphiQL plugin: the repository's shared operations, a click away from being run. */
export const examplesPlugin: GraphiQLPlugin = {
  title: 'Examples',
  icon: () => (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinejoin="round"
    >
      <path d="M4 4h6v6H4zM4 14h6v6H4z" />
      <path d="M14 6h6M14 9h4M14 16h6M14 19h4" strokeLinecap="round" />
    </svg>
  ),
  content: ExamplesPanel,
};

function ExamplesPanel() {
  const [wanted, setWanted] = useState('');
  const id = useId();
  const open = useOpenExample();
  const found = examples.filter(({ name, description, folder }) =>
    `${name} ${description} ${folder}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const folders = [...new Set(found.map(({ folder }) => folder))];
  return (
    <section className="jarvis-examples" aria-label="Examples">
      <h2 className="graphiql-doc-explorer-title">Examples</h2>
      {examples.length === 0 ? (
        <p>No operations were in the folder operations/ when this page was built.</p>
      ) : (
        <input
          type="search"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          placeholder="Find an operation"
          aria-label="Find an operation"
        />
      )}
      {examples.length > 0 && found.length === 0 && <p>Nothing here is called “{wanted}”.</p>}
      {folders.map((folder, index) => (
        <div key={folder} className="jarvis-folder">
          <h3 id={`${id}-${index}`}>{folder.replace(/[A-Z]/g, ' $&') || 'operations'}</h3>
          <ul aria-labelledby={`${id}-${index}`}>
            {found
              .filter((example) => example.folder === folder)
              .map((example) => (
                <li key={example.name}>
                  <button type="button" onClick={() => open(example)}>
                    <span>
                      <strong>{example.name}</strong> <em className={example.operation}>{example.operation}</em>
                    </span>
                    {example.description && <small>{example.description}</small>}
                  </button>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** Opens an example in a new tab, or goes to the tab that still holds it unchanged. */
function useOpenExample(): (example: Example) => void {
  const { tabs, activeTabIndex, queryEditor, variableEditor, responseEditor, schema } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    responseEditor: state.responseEditor,
    schema: state.schema,
  }));
  const { addTab, changeTab, setOperationName, setVisiblePlugin, stop, updateActiveTabValues } = useGraphiQLActions();
  return (example) => {
    // In a narrow window the panel lies over the editors: see narrow.css.
    if (innerWidth <= 700) setVisiblePlugin(null);
    const existing = tabs.findIndex((tab) => tab.query === example.query);
    if (existing >= 0) {
      if (existing !== activeTabIndex) changeTab(existing);
      return;
    }
    const { query } = example;
    const seen = [knownIds(), ...tabs.map((tab) => tab.response), responseEditor?.getValue()].join('\n');
    const variables = example.variables
      ? filledVariables(example.variables, example.document, seen)
      : schema
        ? requiredVariables(example.document, schema, seen)
        : '';
    stop(); // A running subscription belongs to the tab being left.
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    updateActiveTabValues({ query, variables });
    setOperationName(example.name);
    queryEditor?.focus();
  };
}
