import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../../api/contract';
import { listFlows } from '../../../api/flows';
import { send } from '../../../api/http';
import { prompts, queues, roles, skills } from '../../../api/resources';
import { useAll, useMe } from '../../../api/session';
import type { Connector } from '../../../api/work-types';
import { can } from '../../../lib/can';
import { localText } from '../../../lib/format';
import type { Choice } from '../../../ui/schema/context';
import { useDefinition } from './store';

interface Known {
  name?: string;
  key?: string;
  title?: string | Record<string, string> | null;
}

/** The names of a collection, where it may be read. */
function useNames(path: string, right: string, language: string): Choice[] {
  const { operations } = useMe();
  const list = useQuery({
    queryKey: [path, 'names'],
    enabled: can(operations, right),
    retry: false,
    queryFn: async ({ signal }) => {
      const found = await send<Page<Known> | Known[]>(path, { query: { limit: 500 }, signal });
      return Array.isArray(found) ? found : found.items;
    },
  });
  return (list.data ?? []).flatMap(({ name, key, title }) => {
    const value = name ?? key;
    if (!value) return [];
    const said = typeof title === 'string' ? title : localText(title ?? undefined, language);
    return [{ value, label: said && said !== value ? `${said} (${value})` : value }];
  });
}

const named = (name: string): Choice => ({ value: name, label: name });

/** The zones that the browser knows. */
const ZONES = Intl.supportedValuesOf('timeZone').map(named);

/** What the special fields of nodes offer. */
export function useChoices(): (widget: string, beside: unknown) => Choice[] | undefined {
  const { i18n } = useTranslation();
  const definition = useDefinition();
  const tongue = i18n.language;
  const { operations } = useMe();
  const promptNames = [...new Set(useAll(prompts).map((prompt) => prompt.name))].sort();
  const queueNames = useAll(queues).map((queue) => named(queue.name));
  const roleNames = useAll(roles).map((role) => named(role.name));
  const skillNames = useAll(skills).map((skill) => localText(skill.name, tongue));
  const templates = useNames('/templates', 'template.read', tongue);
  const events = useNames('/event-types', 'event_type.read', tongue);
  const attributes = useNames('/attributes?of=customer', 'customer.read', tongue);
  const connectors = useQuery({
    queryKey: ['/connectors', 'names'],
    enabled: can(operations, 'connector.read'),
    retry: false,
    queryFn: ({ signal }) => send<Page<Connector> | Connector[]>('/connectors', { signal }),
  });
  const systems = Array.isArray(connectors.data) ? connectors.data : (connectors.data?.items ?? []);
  const flows = useQuery({
    queryKey: ['/flows', 'list'],
    queryFn: ({ signal }) => listFlows(signal),
  });
  return (widget, beside) => {
    switch (widget) {
      case 'node':
        return Object.keys(definition.nodes).map(named);
      case 'prompt':
      case 'prompts':
        return promptNames.map(named);
      case 'queue':
        return queueNames;
      case 'role':
        return roleNames;
      case 'skill':
        return skillNames.map(named);
      case 'template':
        return templates;
      case 'event_type':
        return events;
      case 'attribute':
        return attributes;
      case 'time_zone':
        return ZONES;
      case 'flow':
        return (flows.data?.items ?? [])
          .filter((flow) => (flow.kind === 'ivr') === (definition.kind === 'ivr'))
          .map(({ name, title }) => ({ value: name, label: title || name }));
      case 'connector':
        return systems.map((one) => named(one.name));
      case 'operation': {
        const chosen = (beside as { connector?: unknown } | undefined)?.connector;
        const system = systems.find((one) => one.name === chosen);
        return system?.operations.map((one) => named(one.key)) ?? [];
      }
      default:
        return undefined;
    }
  };
}
