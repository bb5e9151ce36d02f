import { type CSSProperties, type KeyboardEvent, useId, useMemo } from 'react';
import { hueOf } from './hues.ts';
import { type Line, layOut, move, type Step } from './layout.ts';
import type { PlanNode } from './plan.ts';
import { aboutFetch, cut, cutPath } from './words.ts';

const margin = 10;
const end = { height: 26, gap: 26 };
/** Widths of letters that a step's lines have room for, about: SVG does not cut text. */
const room = { name: 15, about: 24, path: 25 };

interface PictureProps {
  root: PlanNode;
  /** Kind and name of the operation, at the top of the picture. */
  operation: string;
  chosen: number | null;
  onChoose(step: number): void;
  onPoint(step: number | null): void;
}

/** The plan as a picture: time goes down, what runs at once stands side by side. Each fetch is a button. */
export function Picture({ root, operation, chosen, onChoose, onPoint }: PictureProps) {
  const arrow = useId();
  const { width, height, steps, frames, lines, arrivals } = useMemo(() => withEnds(root), [root]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture with buttons in it is no group of form fields
    <svg
      className="jarvis-plan-picture"
      viewBox={`0 0 ${width} ${height}`}
      style={{ '--natural': `${width}px` } as CSSProperties}
      role="group"
      aria-label={`Query plan with ${steps.length === 1 ? 'one fetch' : `${steps.length} fetches`}`}
    >
      <defs>
        <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0.5 7 4 0 7.5z" />
        </marker>
      </defs>
      {frames.map((frame) => (
        <g key={`${frame.x} ${frame.y}`} className="frame">
          <rect x={frame.x} y={frame.y} width={frame.width} height={frame.height} rx="10" />
          <text x={frame.x + 12} y={frame.y + 17}>
            {frame.label}
          </text>
        </g>
      ))}
      {lines.map((line) => (
        <path
          key={pathOf(line)}
          className="line"
          d={pathOf(line)}
          markerEnd={arrivals.has(pointOf(line.to)) ? `url(#${arrow})` : undefined}
        />
      ))}
      <End x={width / 2} y={margin} text={operation} />
      {steps.map((step) => (
        <StepBox
          key={step.number}
          step={step}
          of={steps.length}
          isChosen={step.number === chosen}
          onChoose={onChoose}
          onPoint={onPoint}
        />
      ))}
      <End x={width / 2} y={height - margin - end.height} text="answer" />
    </svg>
  );
}

/** Where the operation comes in, and where the answer goes out. */
function End({ x, y, text }: { x: number; y: number; text: string }) {
  const shown = cut(text, 24);
  const width = shown.length * 7 + 28;
  return (
    <g className="end">
      <rect x={x - width / 2} y={y} width={width} height={end.height} rx={end.height / 2} />
      <text x={x} y={y + end.height / 2 + 4} textAnchor="middle">
        {shown}
      </text>
    </g>
  );
}

interface StepBoxProps {
  step: Step;
  of: number;
  isChosen: boolean;
  onChoose(step: number): void;
  onPoint(step: number | null): void;
}

function StepBox({ step, of, isChosen, onChoose, onPoint }: StepBoxProps) {
  const { number, subgraph, path, x, y, width, height } = step;
  const { about } = aboutFetch(step.operation);
  const at = path && ` at ${path}`;
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onChoose(number);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button element inside of a picture
    <g
      className="step"
      role="button"
      tabIndex={0}
      aria-pressed={isChosen}
      aria-label={`Fetch ${number} of ${of}: ${subgraph}, ${about}${at}`}
      style={{ '--hue': hueOf(subgraph) } as CSSProperties}
      transform={`translate(${x} ${y})`}
      onClick={() => onChoose(number)}
      onKeyDown={press}
      onFocus={({ currentTarget }) => currentTarget.scrollIntoView({ block: 'nearest', inline: 'nearest' })}
      onMouseEnter={() => onPoint(number)}
      onMouseLeave={() => onPoint(null)}
    >
      <title>{`${subgraph}: ${about}${at}`}</title>
      <rect className="box" width={width} height={height} rx="8" />
      <rect className="strip" x="7" y="9" width="4" height={height - 18} rx="2" />
      <text className="name" x="20" y="24">
        {cut(subgraph, room.name)}
      </text>
      <text className="number" x={width - 11} y="23" textAnchor="end">
        {number}
      </text>
      <text className="about" x="20" y="43">
        {cut(about, room.about)}
      </text>
      {path && (
        <text className="path" x="20" y="61">
          {cutPath(path, room.path)}
        </text>
      )}
    </g>
  );
}

/** The plan between the operation and its answer. */
function withEnds(root: PlanNode) {
  const plan = layOut(root);
  const top = margin + end.height + end.gap;
  const width = Math.max(plan.width, 200) + 2 * margin;
  const { steps, frames, lines } = move(plan, (width - plan.width) / 2, top);
  const bottom = top + plan.height;
  const ends: Line[] = [
    { from: [width / 2, margin + end.height], to: [width / 2, top] },
    { from: [width / 2, bottom], to: [width / 2, bottom + end.gap] },
  ];
  // Where lines only meet, an arrow would point at nothing.
  const arrivals = new Set(steps.map(({ x, y, width }) => pointOf([x + width / 2, y])));
  arrivals.add(pointOf(ends[1]!.to));
  const height = bottom + end.gap + end.height + margin;
  return { width, height, steps, frames, lines: [...ends, ...lines], arrivals };
}

const pointOf = ([x, y]: Line['to']) => `${x} ${y}`;

function pathOf({ from: [x1, y1], to: [x2, y2] }: Line): string {
  if (x1 === x2) return `M${x1} ${y1}V${y2}`;
  const bend = (y2 - y1) * 0.6;
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}
