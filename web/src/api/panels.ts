import { useQuery } from '@tanstack/react-query';
import type { components } from './generated/schema';
import { send } from './http';
import type { Problem } from './problem';

type Panel = components['schemas']['Panel'];

/** Pages of other systems that the settings place here. They change with a restart only. */
export function usePanels(place: Panel['place']): Panel[] {
  const found = useQuery<Panel[], Problem>({
    queryKey: ['/panels'],
    queryFn: () => send<Panel[]>('/panels'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (found.data ?? []).filter((panel) => panel.place === place);
}
