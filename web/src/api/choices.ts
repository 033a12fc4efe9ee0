import { useQuery } from '@tanstack/react-query';
import { readyText } from '../lib/i18n';
import type { LocalText } from './contract';
import { type Query, send } from './http';
import type { Problem } from './problem';
import { useCan } from './session';

/** What a reaction may name: its value, and what people call it. */
export interface Choice {
  value: string;
  label: string;
  /** For a connector: what it can be asked. */
  operations?: string[];
}

type Named = {
  id?: string;
  name?: string;
  key?: string;
  role_id?: string;
  title?: LocalText | string | null;
  operations?: { key: string }[] | string[];
};

/** Choices change rarely while somebody writes a rule. */
const FRESH_MS = 60_000;

function useChoices(path: string, right: string, query: Query, of: (item: Named) => Choice) {
  const allowed = useCan(right);
  const found = useQuery<Named[], Problem, Choice[]>({
    queryKey: ['choices', path, query],
    enabled: allowed,
    staleTime: FRESH_MS,
    retry: false,
    queryFn: async () => {
      const answer = await send<{ items: Named[] } | Named[]>(path, { query });
      return Array.isArray(answer) ? answer : answer.items;
    },
    // Named anew when the language changes.
    select: (items) => items.map(of),
  });
  return found.data ?? [];
}

const text = (title: Named['title'], language: string): string =>
  typeof title === 'string' ? title : (title?.[language] ?? title?.en ?? '');

export const useTemplateChoices = (language: string) =>
  useChoices('/templates', 'template.read', { limit: 500 }, ({ name = '', title }) => ({
    value: name,
    label: readyText(text(title, language)) || name,
  }));

export const useFlowChoices = (language: string) =>
  useChoices('/flows', 'flow.read', { limit: 500 }, ({ name = '', title }) => ({
    value: name,
    label: text(title, language) || name,
  }));

export const useConnectorChoices = () =>
  useChoices('/connectors', 'flow.read', { limit: 500 }, ({ name = '', operations }) => ({
    value: name,
    label: name,
    operations: (operations ?? []).map((one) => (typeof one === 'string' ? one : one.key)),
  }));

export const useAttributeChoices = (language: string) =>
  useChoices('/attributes', 'customer.read', { of: 'customer' }, ({ key = '', title }) => ({
    value: key,
    label: text(title, language) || key,
  }));

export const useRoleChoices = () =>
  useChoices('/roles', 'role.read', { limit: 500 }, ({ name = '' }) => ({
    value: name,
    label: name,
  }));

export interface Preview {
  subject?: string | null;
  text: string;
  segments?: number | null;
  characters?: number | null;
  missing: string[];
}

export const previewTemplate = (body: {
  template: string;
  channel: 'sms' | 'email';
  language: string;
  fields: Record<string, unknown>;
}) => send<Preview>('/templates/preview', { method: 'POST', body });
