import type { Topic } from '../api/contract';
import { localText } from '../lib/format';
import { matches } from '../lib/search';

export interface TopicNode {
  value: string;
  title: string;
  /** A branch only groups; the work is about one of its leaves. */
  selectable: boolean;
  children: TopicNode[];
}

/** The topics as a tree, by name. One whose parent is missing stands at the top. */
export function topicTree(topics: readonly Topic[], language: string): TopicNode[] {
  const known = new Set(topics.map((topic) => topic.id));
  const below = (parent: string | undefined): TopicNode[] =>
    topics
      .filter((topic) => {
        const own = topic.parent_id ?? undefined;
        return parent === undefined ? !own || !known.has(own) : own === parent;
      })
      .map((topic) => {
        const children = below(topic.id);
        return {
          value: topic.id,
          title: localText(topic.name, language),
          selectable: children.length === 0,
          children,
        };
      })
      .sort((a, b) => a.title.localeCompare(b.title));
  return below(undefined);
}

export function topicMatches(query: string, node: { title?: unknown }): boolean {
  return matches(String(node.title ?? ''), query);
}
