import { useGraphiQL } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { Bar } from './Bar.tsx';
import { EventLogView } from './EventLogView.tsx';
import { examplesPlugin } from './ExamplesPanel.tsx';
import { fetcher } from './fetcher.ts';
import { planPlugin } from './plan/PlanPanel.tsx';
import welcome from './welcome.graphql?raw';

const plugins = [examplesPlugin, planPlugin, HISTORY_PLUGIN];
/** On the first visit, and where there is room, the examples are open; afterwards GraphiQL remembers the choice. */
const firstVisit = localStorage.getItem('graphiql:visiblePlugin') === null;
const openPlugin = firstVisit && innerWidth >= 1000 ? examplesPlugin.title : undefined;
// A third of the page, GraphiQL's default, is too much for a list of names. Dragging the border changes it for good.
if (firstVisit) localStorage.setItem('graphiql:docExplorerFlex', '0.28');

/** The whole page: our bar above, GraphiQL below it. */
export function Explorer() {
  // The bar needs GraphiQL's context but belongs before it in the document, for screen readers and the tab key.
  const [header, setHeader] = useState<HTMLElement | null>(null);
  return (
    <>
      <header className="graphiql-container jarvis-header" ref={setHeader} />
      <main className="jarvis-main">
        <GraphiQL
          fetcher={fetcher}
          defaultQuery={welcome}
          plugins={plugins}
          visiblePlugin={openPlugin}
          defaultEditorToolsVisibility={true}
          showPersistHeadersSettings={false}
          inputValueDeprecation={true}
          schemaDescription={true}
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
          <GraphiQL.Footer>
            <EventLogView />
          </GraphiQL.Footer>
          {header && createPortal(<Bar />, header)}
          <LineWrapping />
          <ActiveTabInSight />
        </GraphiQL>
      </main>
    </>
  );
}

/** Long lines, such as descriptions of examples and ids, go on below instead of out of sight. */
function LineWrapping() {
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    responseEditor: state.responseEditor,
  }));
  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, responseEditor]) editor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor, variableEditor, responseEditor]);
  return null;
}

/** With many tabs open, the row scrolls to the one that was just opened. */
function ActiveTabInSight() {
  const { activeTabIndex } = useGraphiQL(({ activeTabIndex }) => ({ activeTabIndex }));
  useEffect(() => {
    document.querySelectorAll('.graphiql-tab')[activeTabIndex]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [activeTabIndex]);
  return null;
}
