import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { api } from '../query-client.ts';

/** Formulas of all figures; they only change with the hub itself. */
export function useFigureDefinitions() {
  return useQuery({
    queryKey: keys.figureDefinitions,
    queryFn: ({ signal }) => api.figureDefinitions(signal),
    staleTime: Infinity,
  });
}
