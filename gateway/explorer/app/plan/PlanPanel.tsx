import type { GraphiQLPlugin } from '@graphiql/react';
import { type CSSProperties, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { hueOf } from './hues.ts';
import { layOut, type Step } from './layout.ts';
import { Picture } from './Picture.tsx';
import { type PlanNode, roundTrips } from './plan.ts';
import { usePlan } from './usePlan.ts';
import { aboutFetch } from './words.ts';

/** GraphiQL plugin: how the gateway would answer the operation in the editor. */
export const planPlugin: GraphiQLPlugin = {
  title: 'Query plan',
  icon: () => (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.7">
      <path d="M9 3h6v4H9zM3 16h6v4H3zM15 16h6v4h-6z" strokeLinejoin="round" />
      <path d="M12 7v4M6 16v-2c0-2 1-3 3-3h6c2 0 3 1 3 3v2" strokeLinecap="round" />
    </svg>
  ),
  content: PlanPanel,
};

const views = ['picture', 'text'] as const;

function PlanPanel() {
  const { operation, plan, problem, waiting } = usePlan();
  const [view, setView] = useState<(typeof views)[number]>('picture');
  return (
    <section className="jarvis-plan" aria-label="Query plan" aria-busy={waiting}>
      <header>
        <h2 className="graphiql-doc-explorer-title">Query plan</h2>
        <fieldset>
          <legend>Shown as</legend>
          {views.map((each) => (
            <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>
              {each}
            </button>
          ))}
        </fieldset>
      </header>
      {problem && <p role="status">{problem}</p>}
      {plan && view === 'text' && <pre className="jarvis-plan-text">{plan.text}</pre>}
      {plan && view === 'picture' && !plan.root && <p>No subgraph is asked: the gateway knows the answer by itself.</p>}
      {plan?.root && view === 'picture' && <PlanView key={plan.text} root={plan.root} operation={operation} />}
    </section>
  );
}

/** The picture and, below it, the fetch that is pointed at or chosen. Also in a window of its own, for plans wider than the panel. */
function PlanView({ root, operation }: { root: PlanNode; operation: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isLarge, setLarge] = useState(false);
  const enlarge = () => {
    setLarge(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <p className="jarvis-plan-summary">
        <span>{inWords(root)}</span>
        <button type="button" onClick={enlarge}>
          Enlarge
        </button>
      </p>
      <PictureWithDetail root={root} operation={operation} />
      <dialog
        ref={dialog}
        className="jarvis-plan large"
        aria-label={`Query plan of ${operation}`}
        onClose={() => setLarge(false)}
      >
        {isLarge && (
          <>
            <header>
              <h2>{operation}</h2>
              <span>{inWords(root)}</span>
              <button type="button" onClick={() => dialog.current?.close()}>
                Close
              </button>
            </header>
            <PictureWithDetail root={root} operation={operation} />
          </>
        )}
      </dialog>
    </>
  );
}

function PictureWithDetail({ root, operation }: { root: PlanNode; operation: string }) {
  const [chosen, setChosen] = useState<number | null>(1);
  const [pointed, setPointed] = useState<number | null>(null);
  const { steps } = useMemo(() => layOut(root), [root]);
  const canvas = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plan begins in its middle, where it begins
  useLayoutEffect(() => {
    const { current } = canvas;
    if (current) current.scrollLeft = (current.scrollWidth - current.clientWidth) / 2;
  }, [root]);
  const shown = steps.find(({ number }) => number === (pointed ?? chosen));
  return (
    <div className="jarvis-plan-view">
      <div className="jarvis-plan-canvas" ref={canvas}>
        <Picture root={root} operation={operation} chosen={chosen} onChoose={setChosen} onPoint={setPointed} />
      </div>
      {shown && <Detail step={shown} />}
    </div>
  );
}

function Detail({ step: { number, subgraph, path, operation } }: { step: Step }) {
  return (
    <section
      className="jarvis-plan-detail"
      aria-label="Fetch"
      aria-live="polite"
      style={{ '--hue': hueOf(subgraph) } as CSSProperties}
    >
      <h3>
        <span>{number}</span> {subgraph}
      </h3>
      {path && (
        <p>
          for each object at <code>{path}</code>
        </p>
      )}
      <pre>{aboutFetch(operation).text}</pre>
    </section>
  );
}

function inWords(root: PlanNode): string {
  const { steps } = layOut(root);
  const subgraphs = new Set(steps.map(({ subgraph }) => subgraph)).size;
  return [
    counted(steps.length, 'fetch', 'fetches'),
    counted(subgraphs, 'subgraph', 'subgraphs'),
    counted(roundTrips(root), 'round trip', 'round trips'),
  ].join(' · ');
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
