import type { ServerFrame, Topic } from './frames';
import { mergePatch } from './merge';

/** What is known of one topic: its data and where in the stream it stands. */
export interface TopicState {
  epoch: string;
  seq: number;
  /** Server time of the newest frame. */
  at: string;
  data: unknown;
}

export type Topics = Partial<Record<Topic, TopicState>>;

export interface Applied {
  topics: Topics;
  /** Deltas are missing: subscribe again without resume. */
  gap?: Topic;
}

/** The pure heart of the live connection: a frame onto what is known. */
export function applyFrame(topics: Topics, frame: ServerFrame): Applied {
  if (frame.type === 'snapshot') {
    const { epoch, seq, at, data } = frame;
    return { topics: { ...topics, [frame.topic]: { epoch, seq, at, data } } };
  }
  if (frame.type !== 'delta') return { topics };
  const known = topics[frame.topic];
  if (!known) return { topics, gap: frame.topic };
  // After a resume the server may send again what was applied already.
  if (frame.seq <= known.seq) return { topics };
  if (frame.seq !== known.seq + 1) return { topics, gap: frame.topic };
  const data = mergePatch(known.data, frame.patch);
  return { topics: { ...topics, [frame.topic]: { ...known, seq: frame.seq, at: frame.at, data } } };
}

/** Where to continue after a break, when something is known. */
export function resumePoint(
  topics: Topics,
  topic: Topic,
): { epoch: string; seq: number } | undefined {
  const known = topics[topic];
  return known ? { epoch: known.epoch, seq: known.seq } : undefined;
}
