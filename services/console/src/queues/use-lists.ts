import type { Agent, Skill, Team } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { api } from '../query-client.ts';

export function useSkills(): Skill[] {
  return useQuery({ queryKey: keys.skills, queryFn: ({ signal }) => api.skills(signal), staleTime: 60_000 }).data ?? [];
}

export function useTeams(): Team[] {
  return useQuery({ queryKey: keys.teams, queryFn: ({ signal }) => api.teams(signal), staleTime: 60_000 }).data ?? [];
}

export function useAgents(): Agent[] {
  return useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal), staleTime: 60_000 }).data ?? [];
}
