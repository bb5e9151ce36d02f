import type { PlanNode } from './plan.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A fetch in the picture. */
export interface Step extends Box {
  /** Counted from 1 in the order of the plan. */
  readonly number: number;
  readonly subgraph: string;
  readonly operation: string;
  readonly path: string;
}

/** What lies around a part that is special: one that is deferred, or that hangs on a condition. */
export interface Frame extends Box {
  readonly label: string;
}

/** A line from one point down to another; curved when they do not lie above each other. */
export interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
}

/** A part of the picture, measured from its own corner. Lines come in at the middle of its top and leave at the middle of its bottom. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly steps: readonly Step[];
  readonly frames: readonly Frame[];
  readonly lines: readonly Line[];
}

const step = { width: 166, height: 58, pathHeight: 16 };
/** Between what follows each other, between what runs side by side, and for the lines that spread and join. */
const gap = { below: 26, beside: 18, fan: 30 };
const frame = { padding: 12, label: 22 };

/** Places a plan: what follows each other from top to bottom, what runs at the same time side by side. */
export function layOut(root: PlanNode): Layout {
  let count = 0;
  const place = (node: PlanNode, path: string): Layout => {
    const inner = () => node.children.map((child) => place(child, node.kind === 'Flatten' ? node.path : path));
    switch (node.kind) {
      case 'Fetch':
        count += 1;
        return single({ number: count, subgraph: node.subgraph, operation: node.operation, path: node.path || path });
      case 'Sequence':
      case 'Subscription':
      case 'Flatten':
      case 'Primary':
        return below(inner());
      case 'Parallel':
        return beside(inner());
      case 'Condition':
      case 'Defer':
        return framed(`${node.kind.toLowerCase()} ${node.label}`.trim(), beside(inner()));
      default:
        return framed(`${node.kind.toLowerCase()} ${node.label}`.trim(), below(inner()));
    }
  };
  return place(root, '');
}

function single(about: Omit<Step, keyof Box>): Layout {
  const box = { x: 0, y: 0, width: step.width, height: step.height + (about.path ? step.pathHeight : 0) };
  return { width: box.width, height: box.height, steps: [{ ...about, ...box }], frames: [], lines: [] };
}

function below(parts: readonly Layout[]): Layout {
  const width = Math.max(0, ...parts.map((part) => part.width));
  const lines: Line[] = [];
  let y = 0;
  const placed = parts.map((part, index) => {
    if (index > 0) {
      lines.push({ from: [width / 2, y], to: [width / 2, y + gap.below] });
      y += gap.below;
    }
    const moved = move(part, (width - part.width) / 2, y);
    y += part.height;
    return moved;
  });
  return union(placed, lines, width, y);
}

function beside(parts: readonly Layout[]): Layout {
  if (parts.length < 2) return below(parts);
  const width = parts.reduce((sum, part) => sum + part.width, 0) + gap.beside * (parts.length - 1);
  const bottom = gap.fan + Math.max(...parts.map((part) => part.height));
  const lines: Line[] = [];
  let x = 0;
  const placed = parts.map((part) => {
    const middle = x + part.width / 2;
    const end = gap.fan + part.height;
    lines.push({ from: [width / 2, 0], to: [middle, gap.fan] });
    if (end < bottom) lines.push({ from: [middle, end], to: [middle, bottom] });
    lines.push({ from: [middle, bottom], to: [width / 2, bottom + gap.fan] });
    const moved = move(part, x, gap.fan);
    x += part.width + gap.beside;
    return moved;
  });
  return union(placed, lines, width, bottom + gap.fan);
}

function framed(label: string, part: Layout): Layout {
  const top = frame.label + frame.padding;
  const width = Math.max(part.width, step.width) + 2 * frame.padding;
  const height = top + part.height + frame.padding;
  const middle = width / 2;
  const around = move(part, (width - part.width) / 2, top);
  const lines: Line[] = [
    { from: [middle, 0], to: [middle, top] },
    { from: [middle, height - frame.padding], to: [middle, height] },
  ];
  return union([{ ...around, frames: [{ label, x: 0, y: 0, width, height }, ...around.frames] }], lines, width, height);
}

function union(parts: readonly Layout[], lines: readonly Line[], width: number, height: number): Layout {
  return {
    width,
    height,
    steps: parts.flatMap((part) => part.steps),
    frames: parts.flatMap((part) => part.frames),
    lines: [...lines, ...parts.flatMap((part) => part.lines)],
  };
}

/** The same picture, further right and down. */
export function move(part: Layout, right: number, down: number): Layout {
  const shift = <Shifted extends Box>(box: Shifted): Shifted => ({ ...box, x: box.x + right, y: box.y + down });
  return {
    width: part.width,
    height: part.height,
    steps: part.steps.map(shift),
    frames: part.frames.map(shift),
    lines: part.lines.map(({ from, to }) => ({
      from: [from[0] + right, from[1] + down],
      to: [to[0] + right, to[1] + down],
    })),
  };
}
